// Whether a run can go on: nothing that it was initialized with may have changed. Finds the stage that is next.
import { equal } from '../../../base/json.ts'
import { at } from '../../../kubernetes/object.ts'
import { findCondition } from '../conditions.ts'
import { bindingsOf, placementOf, policyOf, type RunBindings, type RunContext } from './ground.ts'
import { RunAborted, type RunDraft, type StageStatus } from './run-status.ts'
import { computeStages } from './stages.ts'

/** Where a run stands: the index of the stage that is next, their number for the delete stage, -1 if all is done. */
export interface RunPosition {
  readonly stage: number
  readonly bindings: RunBindings
}

/** Validates a run; throws RunAborted with what has changed. */
export async function validate(draft: RunDraft, ground: RunContext): Promise<RunPosition> {
  const { status } = draft
  const placement = await placementOf(draft, ground)
  const latest = placement.spec.strategy.applyStrategy
  if (!equal(status.appliedStrategy, latest)) {
    const detail = `the applyStrategy in the updateRun is outdated, latest: ${goStruct(latest)}, recorded: ${goStruct(status.appliedStrategy)}`
    throw new RunAborted(`failed to process the request due to a client error: ${detail}`)
  }
  const policy = await policyOf(placement, ground)
  if (policy.index !== status.policySnapshotIndexUsed) {
    const indexes = `latest: ${policy.index}, recorded: ${status.policySnapshotIndexUsed}`
    throw new RunAborted(`the policy snapshot index used in the updateRun is outdated, ${indexes}`)
  }
  if (policy.count !== undefined && policy.count !== status.policyObservedClusterCount) {
    const counts = `latest: ${policy.count}, recorded: ${status.policyObservedClusterCount}`
    throw new RunAborted(`the cluster count initialized in the updateRun is outdated, ${counts}`)
  }
  const bindings = await bindingsOf(placement, policy, ground)
  compareStages(status.stagesStatus ?? [], await computeStages(draft, bindings.scheduled, ground.context.client))
  return { stage: nextStage(draft, bindings), bindings }
}

/** Go's %v of an apply strategy. */
function goStruct(strategy: unknown): string {
  const parts = ['comparisonOption', 'whenToApply', 'type'].map((name) => String(at(strategy, name) ?? ''))
  const config = at(strategy, 'serverSideApplyConfig')
  return `&{${[...parts, at(strategy, 'allowCoOwnership') === true, config === undefined ? '<nil>' : '&{}', at(strategy, 'whenToTakeOver')].join(' ')}}`
}

function compareStages(existing: readonly StageStatus[], computed: readonly StageStatus[]): void {
  if (existing.length !== computed.length)
    throw new RunAborted(`the number of stages in the updateRun has changed, new: ${computed.length}, existing: ${existing.length}`)
  for (const [index, stage] of existing.entries()) {
    const { stageName = '', clusters = [] } = computed[index] ?? {}
    if (stage.stageName !== stageName)
      throw new RunAborted(`index \`${index}\` stage name in the updateRun has changed, new: ${stageName}, existing: ${stage.stageName}`)
    if (stage.clusters.length !== clusters.length) {
      const counts = `new: ${clusters.length}, existing: ${stage.clusters.length}`
      throw new RunAborted(`the number of clusters in index \`${index}\` stage has changed, ${counts}`)
    }
    for (const [place, { clusterName }] of stage.clusters.entries()) {
      const now = clusters[place]?.clusterName
      if (clusterName !== now) throw new RunAborted(`the \`${place}\` cluster in the \`${index}\` stage has changed, new: ${now}, existing: ${clusterName}`)
    }
  }
}

function nextStage(draft: RunDraft, { surplus }: RunBindings): number {
  const stages = draft.status.stagesStatus ?? []
  for (const stage of stages) checkNotFailed(draft, stage, `the stage \`${stage.stageName}\` has failed`)
  const next = stages.findIndex((stage) => !draft.holds(stage, 'Succeeded'))
  if (next >= 0) return next
  const deletion = draft.status.deletionStageStatus
  if (!deletion) throw new RunAborted('unexpected behavior which cannot be handled by the controller: the updateRun has nil deletionStageStatus')
  for (const binding of surplus) {
    const cluster = String(at(binding, 'spec', 'targetCluster'))
    if (!deletion.clusters.some(({ clusterName }) => clusterName === cluster))
      throw new RunAborted(`unexpected behavior which cannot be handled by the controller: the cluster \`${cluster}\` to be deleted is not in the delete stage`)
  }
  checkNotFailed(draft, deletion, 'the delete stage has failed')
  return draft.holds(deletion, 'Succeeded') ? -1 : stages.length
}

function checkNotFailed(draft: RunDraft, stage: StageStatus, what: string): void {
  if (draft.denied(stage, 'Succeeded')) throw new RunAborted(`${what}, err: ${findCondition(stage.conditions ?? [], 'Succeeded')?.message ?? ''}`)
}
