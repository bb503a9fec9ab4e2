// KubeFleet's rollout controller: binds what the scheduler has picked to the latest resources, as fast as the strategy allows.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { labels, managers } from '../names.ts'
import { bindings, clusterResourcePlacements, resourceSnapshots } from '../resources.ts'
import { isUnderDeletion, parentPlacement } from './keys.ts'
import { type PlacementSpec, placementSpec } from './placement-spec.ts'
import { hasApplyStrategy, planRollout, type RolloutPlan } from './rollout-plan.ts'
import { isMarkedLatest, latestOf, snapshotsOf } from './snapshots.ts'

/** Keys are names of placements. */
export const rollout: ControllerDefinition = defineController({
  name: 'fleet-rollout',
  fieldManager: managers.hub,
  watches: [{ resource: clusterResourcePlacements }, { resource: resourceSnapshots, keys: parentPlacement }, { resource: bindings, keys: parentPlacement }],
  async reconcile(key, context) {
    const { client, clock } = context
    const placement = await client.get(clusterResourcePlacements, { name: key })
    if (!placement || isUnderDeletion(placement)) return undefined
    const spec = placementSpec(placement)
    if (spec.strategy.type === 'External') return undefined
    const all = await bindingsOf(key, context)
    const refreshed = await refreshApplyStrategy(all, spec, context)
    if (isWaitingForCleanUp(refreshed)) return { requeueAfter: 5000 }
    const snapshot = latestOf(await snapshotsOf(client, resourceSnapshots, key))
    if (!snapshot || !isMarkedLatest(snapshot)) return undefined
    const name = snapshot.metadata.name ?? ''
    return carryOut(planRollout({ spec, snapshot: name, bindings: refreshed, now: clock.now() }), { snapshot: name, context })
  },
})

/** The strategy reaches all bindings at once, whatever the rollout does. */
async function refreshApplyStrategy(
  all: readonly KubernetesObject[],
  spec: PlacementSpec,
  { client }: ControllerContext,
): Promise<readonly KubernetesObject[]> {
  const refreshed: KubernetesObject[] = []
  for (const binding of all) {
    const keep = isUnderDeletion(binding) || hasApplyStrategy(binding, spec)
    const next = { ...binding, spec: { ...(binding.spec as JsonObject), applyStrategy: spec.strategy.applyStrategy } }
    refreshed.push(keep ? binding : await client.update(bindings, next))
  }
  return refreshed
}

/** A cluster that was let go and picked again gets nothing before its old binding is gone. */
function isWaitingForCleanUp(all: readonly KubernetesObject[]): boolean {
  const target = (binding: KubernetesObject): unknown => at(binding, 'spec', 'targetCluster')
  const leaving = new Set(all.filter(isUnderDeletion).map(target))
  return all.some((binding) => !isUnderDeletion(binding) && leaving.has(target(binding)))
}

async function carryOut(
  plan: RolloutPlan,
  { snapshot, context }: { readonly snapshot: string; readonly context: ControllerContext },
): Promise<ReconcileResult | undefined> {
  const { client } = context
  for (const binding of plan.blocked) await setRolloutStarted(binding, false, context)
  for (const binding of plan.current) await setRolloutStarted(binding, true, context)
  for (const binding of plan.update) {
    const bound = await client.update(bindings, { ...binding, spec: { ...(binding.spec as JsonObject), resourceSnapshotName: snapshot, state: 'Bound' } })
    await setRolloutStarted(bound, true, context)
  }
  for (const binding of plan.remove) await client.delete(bindings, { name: binding.metadata.name ?? '' })
  return plan.wait === undefined ? undefined : { requeueAfter: plan.wait }
}

const messages = {
  RolloutStarted: 'Detected the new changes on the resources and started the rollout process',
  RolloutNotStartedYet: 'The resources cannot be updated to the latest because of the rollout strategy',
}

async function setRolloutStarted(binding: KubernetesObject, started: boolean, { client, clock }: ControllerContext): Promise<void> {
  const generation = binding.metadata.generation ?? 0
  if (started && isTrueAt(findCondition(conditionsOf(binding), 'RolloutStarted'), generation)) return
  const reason = started ? 'RolloutStarted' : 'RolloutNotStartedYet'
  const condition = { type: 'RolloutStarted', status: started ? 'True' : 'False', reason, message: messages[reason], observedGeneration: generation } as const
  const status = { ...((binding.status ?? {}) as JsonObject), conditions: setCondition(conditionsOf(binding), condition, clock.now()) }
  if (!equal(status, binding.status)) await client.update(bindings, { ...binding, status }, { subresource: 'status' })
}

async function bindingsOf(placement: string, { client }: ControllerContext): Promise<readonly KubernetesObject[]> {
  return (await client.list(bindings, { labelSelector: `${labels.parentPlacement}=${placement}` })).items
}
