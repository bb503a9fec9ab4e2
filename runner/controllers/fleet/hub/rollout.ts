// KubeFleet's rollout controller: binds what the scheduler has picked to the latest resources, as fast as the strategy allows.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, formatKey, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { labels, managers } from '../names.ts'
import { matchingOverrides, type OverrideNames, overrideNamesFor } from '../overrides/matching-overrides.ts'
import { clusterResourceOverrideSnapshots, memberClusters, resourceOverrideSnapshots } from '../resources.ts'
import { familyOf, placeOf, watchFamilies } from './family.ts'
import { isUnderDeletion, parentPlacement } from './keys.ts'
import { type PlacementSpec, placementSpec } from './placement-spec.ts'
import { isMaster, resourcesOf, wholeSnapshot } from './resource-snapshot.ts'
import { hasApplyStrategy, planRollout, type RolloutGround, type RolloutPlan } from './rollout-plan.ts'
import { isMarkedLatest, latestOf, snapshotsOf } from './snapshots.ts'

/** Keys are those of placements. */
export const rollout: ControllerDefinition = defineController({
  name: 'fleet-rollout',
  fieldManager: managers.hub,
  watches: [
    ...watchFamilies('placements'),
    ...watchFamilies('resourceSnapshots', parentPlacement),
    ...watchFamilies('bindings', parentPlacement),
    ...[clusterResourceOverrideSnapshots, resourceOverrideSnapshots].map((resource) => ({ resource, keys: placementOfOverride })),
  ],
  async reconcile(text, context) {
    const { client, clock } = context
    const key = parseKey(text)
    const { placements, resourceSnapshots } = familyOf(key)
    const placement = await client.get(placements, key)
    if (!placement || isUnderDeletion(placement)) return undefined
    const spec = placementSpec(placement)
    if (spec.strategy.type === 'External') return undefined
    const all = await refreshApplyStrategy(await bindingsOf(key, context), spec, context)
    if (isWaitingForCleanUp(all)) return { requeueAfter: 5000 }
    const snapshot = latestOf((await snapshotsOf(client, resourceSnapshots, key)).filter(isMaster))
    if (!snapshot || !isMarkedLatest(snapshot)) return undefined
    const overridesFor = await overridesByCluster(key, snapshot, context)
    const ground = { spec, snapshot: snapshot.metadata.name ?? '', overridesFor, bindings: all, now: clock.now() }
    return carryOut(planRollout(ground), ground, context)
  },
})

/** A change of an override begins a rollout only of the placement that it names. */
function placementOfOverride(snapshot: KubernetesObject): readonly string[] {
  const placement = at(snapshot, 'spec', 'overrideSpec', 'placement')
  if (placement === undefined) return []
  const name = String(at(placement, 'name'))
  const { namespace } = snapshot.metadata
  return [formatKey(at(placement, 'scope') === 'Namespaced' && namespace !== undefined ? { name, namespace } : { name })]
}

/** The overrides that the latest resources go with, by the name of a cluster. */
async function overridesByCluster(key: ObjectKey, snapshot: KubernetesObject, { client }: ControllerContext): Promise<(cluster: string) => OverrideNames> {
  const matching = await matchingOverrides(client, key, resourcesOf(await wholeSnapshot(client, snapshot)))
  if (matching.cluster.length + matching.namespaced.length === 0) return () => ({})
  const members = new Map((await client.list(memberClusters)).items.map((member) => [member.metadata.name ?? '', member]))
  return (cluster) => overrideNamesFor(members.get(cluster), matching)
}

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
    refreshed.push(keep ? binding : await client.update(familyOf(keyOf(binding)).bindings, next))
  }
  return refreshed
}

/** A cluster that was let go and picked again gets nothing before its old binding is gone. */
function isWaitingForCleanUp(all: readonly KubernetesObject[]): boolean {
  const target = (binding: KubernetesObject): unknown => at(binding, 'spec', 'targetCluster')
  const leaving = new Set(all.filter(isUnderDeletion).map(target))
  return all.some((binding) => !isUnderDeletion(binding) && leaving.has(target(binding)))
}

async function carryOut(plan: RolloutPlan, { snapshot, overridesFor }: RolloutGround, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client } = context
  for (const binding of plan.blocked) await setRolloutStarted(binding, false, context)
  for (const binding of plan.current) await setRolloutStarted(binding, true, context)
  for (const binding of plan.update) {
    const { clusterResourceOverrideSnapshots: _cluster, resourceOverrideSnapshots: _namespaced, ...spec } = binding.spec as JsonObject
    const overrides = overridesFor(String(spec.targetCluster))
    const next = { ...binding, spec: { ...spec, ...overrides, resourceSnapshotName: snapshot, state: 'Bound' } }
    await setRolloutStarted(await client.update(familyOf(keyOf(binding)).bindings, next), true, context)
  }
  for (const binding of plan.remove) await client.delete(familyOf(keyOf(binding)).bindings, keyOf(binding))
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
  if (!equal(status, binding.status)) await client.update(familyOf(keyOf(binding)).bindings, { ...binding, status }, { subresource: 'status' })
}

async function bindingsOf(placement: ObjectKey, { client }: ControllerContext): Promise<readonly KubernetesObject[]> {
  const { bindings } = familyOf(placement)
  return (await client.list(bindings, { ...placeOf(placement), labelSelector: `${labels.parentPlacement}=${placement.name}` })).items
}
