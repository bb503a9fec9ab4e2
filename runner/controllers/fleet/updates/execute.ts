// One pass over a run that is to go on: the clusters of its stage are updated, so many at a time (execution.go).
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { conditionsOf, findCondition, isTrueAt, removeConditions, setCondition, statusAt } from '../conditions.ts'
import { familyOf } from '../hub/family.ts'
import { overrideNamesOf } from '../overrides/matching-overrides.ts'
import { deleteClusters } from './delete-stage.ts'
import { type PassResult, type RunContext, TryAgain } from './ground.ts'
import {
  type ClusterStatus,
  clientError,
  markClusterFailed,
  markClusterStarted,
  markClusterSucceeded,
  markRun,
  markRunWaiting,
  markStage,
  markStageSkipped,
  markStageSucceeded,
  markStageWaiting,
  markStuckOrProgressing,
  RunAborted,
  type RunDraft,
  type StageStatus,
} from './run-status.ts'
import { afterStageTasks, beforeStageDone } from './tasks.ts'
import type { RunPosition } from './validate.ts'

/** How long a pass waits for clusters, and for a stage's tasks; and after how long a cluster takes too long. All in ms. */
export const waits = { cluster: 15_000, stage: 60_000, stuck: 300_000 }

/** Goes on with the stage that is next. */
export async function execute(draft: RunDraft, { stage: index, bindings }: RunPosition, ground: RunContext): Promise<PassResult> {
  const { status } = draft
  const progressing = findCondition(status.conditions ?? [], 'Progressing')
  if (progressing?.reason !== 'UpdateRunWaiting' && progressing?.reason !== 'UpdateRunStuck') markRun(draft, 'progressing')
  const stage = status.stagesStatus?.[index]
  const config = status.stagedUpdateStrategySnapshot?.stages[index]
  if (!stage || !config) return deleteClusters(draft, bindings.surplus, ground)
  if (stage.clusters.length === 0) {
    markStageSkipped(draft, stage)
    return { finished: false, wait: 0 }
  }
  if (!(await beforeStageDone(draft, config, stage, ground))) {
    markStageWaiting(draft, stage, 'Not all before-stage tasks are completed, waiting for approval')
    markRunWaiting(draft, 'before-stage', stage.stageName)
    return { finished: false, wait: waits.stage }
  }
  if (!(await updateClusters(draft, stage, { most: concurrency(config.maxConcurrency, stage), bindings: bindings.scheduled, ground })))
    return { finished: false, wait: waits.cluster }
  markRunWaiting(draft, 'after-stage', stage.stageName)
  markStageWaiting(draft, stage, 'All clusters in the stage are updated, waiting for after-stage tasks to complete')
  const { done, wait = waits.stage } = await afterStageTasks(draft, config, stage, ground)
  if (!done) return { finished: false, wait }
  markRun(draft, 'progressing')
  markStageSucceeded(draft, stage)
  return { finished: false, wait: 0 }
}

/** A number, or a per cent rounded down; one at least. */
function concurrency(value: number | string = 1, { clusters }: StageStatus): number {
  if (typeof value === 'number') return Math.max(1, value)
  const number = Number.parseInt(value, 10)
  return Math.max(1, value.endsWith('%') ? Math.floor((number * clusters.length) / 100) : number)
}

interface Updating {
  readonly most: number
  readonly bindings: readonly KubernetesObject[]
  readonly ground: RunContext
}

/** Updates clusters in their order; true if all are done. Errors that may pass are thrown once the rest is noted. */
async function updateClusters(draft: RunDraft, stage: StageStatus, updating: Updating): Promise<boolean> {
  let [finished, active] = [0, 0]
  const stuck: string[] = []
  const errors: Error[] = []
  for (const cluster of stage.clusters) {
    if (active >= updating.most) break
    if (draft.holds(cluster, 'Succeeded')) {
      finished += 1
      continue
    }
    active += 1
    const result = await updateCluster(draft, cluster, stage, updating).catch((error: unknown) => {
      if (!(error instanceof RunAborted || error instanceof TryAgain)) throw error
      errors.push(error)
      return 'updating' as const
    })
    if (result === 'done') [finished, active] = [finished + 1, active - 1]
    if (result === 'updating' && startedFor(draft, cluster) > waits.stuck) stuck.push(cluster.clusterName)
  }
  markStuckOrProgressing(draft, stage.stageName, stuck)
  const aborted = errors.find((error) => error instanceof RunAborted)
  if (aborted ?? errors[0]) throw aborted ?? errors[0]
  return finished === stage.clusters.length
}

function startedFor({ now }: RunDraft, cluster: ClusterStatus): number {
  const started = findCondition(cluster.conditions ?? [], 'Started')
  return started ? now - Date.parse(started.lastTransitionTime ?? '') : 0
}

async function updateCluster(
  draft: RunDraft,
  cluster: ClusterStatus,
  stage: StageStatus,
  { bindings, ground }: Updating,
): Promise<'started' | 'updating' | 'done'> {
  const { clusterName } = cluster
  if (draft.denied(cluster, 'Succeeded')) throw new RunAborted(`the cluster \`${clusterName}\` in the stage ${stage.stageName} has failed`)
  const binding = bindings.find((each) => at(each, 'spec', 'targetCluster') === clusterName)
  if (!binding) {
    const what = `the binding for cluster \`${clusterName}\` in stage \`${stage.stageName}\` is not found in the toBeUpdatedBindings map`
    throw new RunAborted(`unexpected behavior which cannot be handled by the controller: ${what}`)
  }
  if (draft.holds(cluster, 'Started')) return lookAt(draft, cluster, stage, binding)
  if (isBoundAsWanted(draft, cluster, binding)) checkResult(draft, cluster, stage, binding)
  else await bind(draft, cluster, binding, ground)
  markClusterStarted(draft, cluster)
  markStage(draft, stage, 'started')
  return 'started'
}

/** True if the binding has all that the run wants, and its rollout has begun. */
function isBoundAsWanted(draft: RunDraft, cluster: ClusterStatus, binding: KubernetesObject): boolean {
  const started = findCondition(conditionsOf(binding), 'RolloutStarted')
  return equal(wantedSpec(draft, cluster, binding), binding.spec) && isTrueAt(started, binding.metadata.generation ?? 0)
}

function wantedSpec({ spec, status }: RunDraft, cluster: ClusterStatus, binding: KubernetesObject): JsonObject {
  const { clusterResourceOverrideSnapshots: _cluster, resourceOverrideSnapshots: _namespaced, ...rest } = binding.spec as JsonObject
  return {
    ...rest,
    ...overrideNamesOf(cluster),
    applyStrategy: status.appliedStrategy,
    resourceSnapshotName: `${spec.placementName}-${status.resourceSnapshotIndexUsed}-snapshot`,
    state: 'Bound',
  }
}

async function bind(draft: RunDraft, cluster: ClusterStatus, binding: KubernetesObject, { context }: RunContext): Promise<void> {
  const { client, clock } = context
  const { bindings } = familyOf(keyOf(binding))
  const bound = await client.update(bindings, { ...binding, spec: wantedSpec(draft, cluster, binding) })
  const index = `resourceSnapshotIndex: ${draft.spec.resourceSnapshotIndex ?? ''}, updateRun: ${draft.run.metadata.name}`
  const condition = {
    type: 'RolloutStarted',
    status: 'True',
    reason: 'RolloutStarted',
    message: `Detected the new changes on the resources and started the rollout process, ${index}`,
    observedGeneration: bound.metadata.generation ?? 0,
  } as const
  const conditions = setCondition(removeConditions(conditionsOf(bound), ['RolloutStarted']), condition, clock.now())
  await client.update(bindings, { ...bound, status: { ...((bound.status ?? {}) as JsonObject), conditions } }, { subresource: 'status' })
}

function lookAt(draft: RunDraft, cluster: ClusterStatus, stage: StageStatus, binding: KubernetesObject): 'updating' | 'done' {
  if (isBoundAsWanted(draft, cluster, binding)) return checkResult(draft, cluster, stage, binding) ? 'done' : 'updating'
  const place = `the binding of the updating cluster \`${cluster.clusterName}\` in the stage \`${stage.stageName}\` is not up-to-date with the desired status`
  const { namespace, name } = binding.metadata
  const shown = namespace === undefined ? name : `${namespace}/${name}`
  const advice = `please check the status of binding \`${shown}\` and see if there is a concurrent updateRun referencing the same placement and updating the same cluster`
  const message = `${clientError}${place}, ${advice}`
  markClusterFailed(draft, cluster, message)
  throw new RunAborted(message)
}

/** Notes a cluster that is done; one whose binding has failed may yet recover, and is looked at again ever later. */
export function checkResult(draft: RunDraft, cluster: ClusterStatus, stage: StageStatus, binding: KubernetesObject): boolean {
  const statusOf = (type: string) => statusAt(findCondition(conditionsOf(binding), type), binding.metadata.generation ?? 0)
  if (statusOf('Available') === 'True' || statusOf('DiffReported') === 'True') {
    markClusterSucceeded(draft, cluster)
    return true
  }
  if (['Overridden', 'WorkSynchronized', 'Applied', 'Available', 'DiffReported'].some((type) => statusOf(type) === 'False'))
    throw new TryAgain(`the cluster updating encountered an error at stage \`${stage.stageName}\`, updateRun := \`${draft.run.metadata.name}\``)
  return false
}
