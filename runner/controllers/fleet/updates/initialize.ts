// The beginning of a run: what it is to roll out, and to which clusters in which stages, is settled once and for all.
import { formatKey, type KubernetesObject, keyOf, type Resource } from '../../../kubernetes/object.ts'
import { familyOf } from '../hub/family.ts'
import { ensureResourceSnapshot, isMaster, resourcesOf, wholeSnapshot } from '../hub/resource-snapshot.ts'
import { indexOf, snapshotsOf } from '../hub/snapshots.ts'
import { matchingOverrides, overrideNamesFor } from '../overrides/matching-overrides.ts'
import { memberClusters } from '../resources.ts'
import { rawContent } from '../selection/raw-content.ts'
import { SelectorError, selectResources } from '../selection/select-resources.ts'
import { bindingsOf, placementOf, policyOf, type RunBindings, type RunContext, type RunPlacement } from './ground.ts'
import { clientError, invalid, type RunDraft, type StageStatus } from './run-status.ts'
import { computeStages } from './stages.ts'

/** The stage in which bindings that the scheduler has given up are deleted. */
export const deleteStage = 'kubernetes-fleet.io/deleteStage'

/** Initializes a run; throws RunAborted with what is wrong. */
export async function initialize(draft: RunDraft, ground: RunContext): Promise<RunBindings> {
  const { status } = draft
  const { client } = ground.context
  const placement = await placementOf(draft, ground)
  const policy = await policyOf(placement, ground)
  const bindings = await bindingsOf(placement, policy, ground)
  status.appliedStrategy = placement.spec.strategy.applyStrategy
  status.policySnapshotIndexUsed = policy.index
  status.policyObservedClusterCount = policy.count ?? bindings.scheduled.length
  status.stagedUpdateStrategySnapshot = strategySpec(await strategyOf(draft, familyOf(placement.key).updateStrategies, ground))
  const stages = await computeStages(draft, bindings.scheduled, client)
  const snapshot = await resourcesFor(draft, placement, ground)
  status.resourceSnapshotIndexUsed = String(indexOf(snapshot))
  status.stagesStatus = await withOverrides(stages, { snapshot, placement, ground })
  const going = bindings.surplus.map((binding) => String((binding.spec as { readonly targetCluster?: string }).targetCluster))
  status.deletionStageStatus = { clusters: going.sort().map((clusterName) => ({ clusterName })), stageName: deleteStage }
  const message = 'The UpdateRun initialized successfully'
  draft.note(status, { type: 'Initialized', status: 'True', reason: 'UpdateRunInitializedSuccessfully', message })
  return bindings
}

async function strategyOf({ run, spec }: RunDraft, resource: Resource, { context }: RunContext): Promise<KubernetesObject> {
  const key = { ...keyOf(run), name: spec.stagedRolloutStrategyName }
  const strategy = await context.client.get(resource, key)
  if (!strategy) throw invalid(`${clientError}referenced updateStrategy not found: \`${key.namespace ?? ''}/${key.name}\``)
  return strategy
}

function strategySpec({ spec }: KubernetesObject): NonNullable<RunDraft['status']['stagedUpdateStrategySnapshot']> {
  return spec as unknown as NonNullable<RunDraft['status']['stagedUpdateStrategySnapshot']>
}

/** The resource snapshot of the index that is asked for, or the latest, made anew if it may be. */
async function resourcesFor({ spec, now }: RunDraft, placement: RunPlacement, ground: RunContext): Promise<KubernetesObject> {
  const { client } = ground.context
  const { key, object } = placement
  const asked = spec.resourceSnapshotIndex ?? ''
  if (asked !== '') {
    if (!/^\d+$/.test(asked)) throw invalid(`${clientError}invalid resource snapshot index \`${asked}\` provided, expected an integer >= 0`)
    const found = (await snapshotsOf(client, familyOf(key).resourceSnapshots, key)).find((each) => isMaster(each) && indexOf(each) === Number(asked))
    const shown = `${key.namespace ?? ''}/${key.name}`
    if (!found) throw invalid(`${clientError}no resourceSnapshots with index \`${Number(asked)}\` found for placement \`${shown}\``)
    return found
  }
  const options = { client, placement: key, reservedNamespaces: ground.reservedNamespaces }
  const selected = await selectResources(placement.spec.resourceSelectors, options).catch((error: unknown) => {
    throw error instanceof SelectorError ? invalid(`${clientError}${error.message}`) : error
  })
  const { revisionHistoryLimit } = placement.spec
  return (await ensureResourceSnapshot(client, object, { selectedResources: selected.map(rawContent), revisionHistoryLimit, now })).snapshot
}

interface OverrideGround {
  readonly snapshot: KubernetesObject
  readonly placement: RunPlacement
  readonly ground: RunContext
}

/** Each cluster with the overrides that go with the resources to it. */
async function withOverrides(stages: readonly StageStatus[], { snapshot, placement, ground }: OverrideGround): Promise<StageStatus[]> {
  const { client } = ground.context
  const matching = await matchingOverrides(client, placement.key, resourcesOf(await wholeSnapshot(client, snapshot)))
  const members = new Map((await client.list(memberClusters)).items.map((member) => [formatKey(keyOf(member)), member]))
  return stages.map((stage) => ({
    ...stage,
    clusters: stage.clusters.map((cluster) => ({ ...cluster, ...overrideNamesFor(members.get(cluster.clusterName), matching) })),
  }))
}
