// KubeFleet's scheduler: turns the latest policy snapshot of a placement into bindings, one for each picked cluster.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Random } from '../../../base/random.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { annotations, finalizers, labels, managers } from '../names.ts'
import { memberClusters } from '../resources.ts'
import { familyOf, placeOf, watchFamilies } from './family.ts'
import { isUnderDeletion, parentPlacement, placementKeys, wakeAll } from './keys.ts'
import type { PlacementPolicy } from './placement-spec.ts'
import { type ClusterDecision, decisionsOf, type Schedule, schedule } from './schedule.ts'
import { isMarkedLatest, latestOf, snapshotsOf, withAnnotations } from './snapshots.ts'

/** Keys are names of placements; `*` stands for all of them, after a change of the members. */
export const scheduler: ControllerDefinition = defineController({
  name: 'fleet-scheduler',
  fieldManager: managers.hub,
  watches: [
    ...watchFamilies('placements'),
    ...watchFamilies('policySnapshots', parentPlacement),
    ...watchFamilies('bindings', parentPlacement),
    { resource: memberClusters, keys: () => [wakeAll] },
  ],
  async reconcile(key, context) {
    if (key === wakeAll) {
      for (const name of await placementKeys(context.client)) context.enqueue(name)
      return undefined
    }
    const placement = await context.client.get(familyOf(parseKey(key)).placements, parseKey(key))
    if (placement && !isUnderDeletion(placement)) await run(placement, context)
    else if (placement) await cleanUp(placement, context)
    await releaseDeleted(parseKey(key), context)
    return undefined
  },
})

/** One cycle: hold the placement, decide, write bindings, report. There is none for a list of clusters that is empty. */
async function run(placement: KubernetesObject, context: ControllerContext): Promise<void> {
  const { client } = context
  const key = keyOf(placement)
  const { placements, policySnapshots } = familyOf(key)
  const snapshot = latestOf(await snapshotsOf(client, policySnapshots, key))
  if (!snapshot || !isMarkedLatest(snapshot)) return
  if (!hasFinalizer(placement, finalizers.schedulerCleanup)) {
    await client.update(placements, withFinalizer(placement, finalizers.schedulerCleanup))
  }
  const policy = policyOf(snapshot)
  if (policy?.placementType === 'PickFixed' && (policy.clusterNames ?? []).length === 0) return
  const members = (await client.list(memberClusters)).items
  const present = (await bindingsOf(key, context)).filter((binding) => !isUnderDeletion(binding))
  const reported = at(snapshot, 'status', 'observedCRPGeneration') === generationOf(snapshot) ? decisionsOf(snapshot) : []
  const result = schedule({
    policy,
    policySnapshot: snapshot.metadata.name ?? '',
    members,
    bindings: present,
    reported,
    now: context.clock.now(),
  })
  await write(result, { placement: key, snapshot, context })
  await report(snapshot, result, context)
}

/** The snapshot's policy, with the number of clusters that its annotation gives. */
function policyOf(snapshot: KubernetesObject): PlacementPolicy | undefined {
  const policy = at(snapshot, 'spec', 'policy') as PlacementPolicy | undefined
  const count = snapshot.metadata.annotations?.[annotations.numberOfClusters]
  return policy && count !== undefined ? { ...policy, numberOfClusters: Number(count) } : policy
}

async function write(
  result: Schedule,
  { placement, snapshot, context }: { readonly placement: ObjectKey; readonly snapshot: KubernetesObject; readonly context: ControllerContext },
): Promise<void> {
  const { client, random } = context
  const { bindings } = familyOf(placement)
  const policySnapshot = snapshot.metadata.name ?? ''
  for (const decision of result.create) await client.create(bindings, bindingObject(decision, { placement, policySnapshot, random }))
  for (const { binding, decision } of result.adopt) await client.update(bindings, adopted(binding, decision, policySnapshot))
  for (const binding of result.drop) await client.update(bindings, unscheduled(binding))
}

/** The policy snapshot's status; written if it says anything new. */
async function report(snapshot: KubernetesObject, result: Schedule, { client, clock }: ControllerContext): Promise<void> {
  const observedCRPGeneration = generationOf(snapshot)
  const conditions = setCondition(conditionsOf(snapshot), scheduledCondition(result, snapshot.metadata.generation ?? 0), clock.now())
  const decisions = sameDecisions(decisionsOf(snapshot), result.decisions) ? decisionsOf(snapshot) : result.decisions
  const targets = decisions.length === 0 ? {} : { targetClusters: decisions }
  const status: JsonObject = { conditions, observedCRPGeneration, ...targets }
  if (equal(status, snapshot.status)) return
  const { policySnapshots } = familyOf(keyOf(snapshot))
  const stored = await client.get(policySnapshots, keyOf(snapshot))
  if (stored) await client.update(policySnapshots, { ...stored, status }, { subresource: 'status' })
}

/** Decisions are compared without regard to their order: what stands keeps the order in which it was written. */
function sameDecisions(before: readonly ClusterDecision[], after: readonly ClusterDecision[]): boolean {
  return before.length === after.length && after.every((decision) => before.some((each) => equal(each, decision)))
}

/** The placement's generation that the snapshot is of. */
function generationOf(snapshot: KubernetesObject): number {
  return Number(snapshot.metadata.annotations?.[annotations.placementGeneration] ?? 0)
}

function scheduledCondition({ decisions, fulfilled }: Schedule, observedGeneration: number): Condition {
  const count = decisions.filter(({ selected }) => selected).length
  const type = 'Scheduled'
  if (fulfilled) {
    const message = `found all cluster needed as specified by the scheduling policy, found ${count} cluster(s)`
    return { type, status: 'True', reason: 'SchedulingPolicyFulfilled', message, observedGeneration }
  }
  const message = `could not find all clusters needed as specified by the scheduling policy, found ${count} cluster(s) instead`
  return { type, status: 'False', reason: 'SchedulingPolicyUnfulfilled', message, observedGeneration }
}

function bindingObject(
  decision: ClusterDecision,
  options: { readonly placement: ObjectKey; readonly policySnapshot: string; readonly random: Random },
): KubernetesObject {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: familyOf(options.placement).bindings.kind,
    metadata: {
      name: bindingName(options.placement.name, decision.clusterName, options.random),
      ...placeOf(options.placement),
      labels: { [labels.parentPlacement]: options.placement.name },
      finalizers: [finalizers.bindingCleanup],
    },
    spec: {
      clusterDecision: decision,
      resourceSnapshotName: '',
      schedulingPolicySnapshotName: options.policySnapshot,
      state: 'Scheduled',
      targetCluster: decision.clusterName,
    },
  }
}

/** `<placement>-<cluster>-<8 hex>`, at most 63 characters: long names are cut to 26 and 27 (pkg/scheduler/framework/uniquename). */
function bindingName(placement: string, cluster: string, random: Random): string {
  const suffix = random.uuid().slice(0, 8)
  const whole = `${placement}-${cluster}-${suffix}`
  return whole.length <= 63 ? whole : `${placement.slice(0, 26)}-${cluster.slice(0, 27)}-${suffix}`
}

/** A binding that the present policy takes over; one that was given up gets its former state back. */
function adopted(binding: KubernetesObject, decision: ClusterDecision, policySnapshot: string): KubernetesObject {
  const spec = binding.spec as JsonObject
  const { [annotations.previousBindingState]: previous, ...rest } = binding.metadata.annotations ?? {}
  const state = spec.state === 'Unscheduled' ? (previous ?? 'Scheduled') : spec.state
  return {
    ...binding,
    metadata: { ...binding.metadata, annotations: rest },
    spec: { ...spec, clusterDecision: decision, schedulingPolicySnapshotName: policySnapshot, state },
  }
}

function unscheduled(binding: KubernetesObject): KubernetesObject {
  const spec = binding.spec as JsonObject
  return { ...withAnnotations(binding, { [annotations.previousBindingState]: String(spec.state) }), spec: { ...spec, state: 'Unscheduled' } }
}

/** Deletes a placement's bindings and lets the placement go; the bindings live on until their members are clean. */
async function cleanUp(placement: KubernetesObject, context: ControllerContext): Promise<void> {
  if (!hasFinalizer(placement, finalizers.schedulerCleanup)) return
  const { bindings, placements } = familyOf(keyOf(placement))
  for (const binding of await bindingsOf(keyOf(placement), context)) {
    await release(binding, context)
    if (!isUnderDeletion(binding)) await context.client.delete(bindings, keyOf(binding))
  }
  const stored = await context.client.get(placements, keyOf(placement))
  if (stored) await context.client.update(placements, withoutFinalizer(stored, finalizers.schedulerCleanup))
}

/** A binding that is being deleted is nothing to the scheduler any more: it lets go. */
async function releaseDeleted(placement: ObjectKey, context: ControllerContext): Promise<void> {
  for (const binding of await bindingsOf(placement, context)) {
    if (isUnderDeletion(binding)) await release(binding, context)
  }
}

async function release(binding: KubernetesObject, { client }: ControllerContext): Promise<void> {
  if (hasFinalizer(binding, finalizers.bindingCleanup))
    await client.update(familyOf(keyOf(binding)).bindings, withoutFinalizer(binding, finalizers.bindingCleanup))
}

async function bindingsOf(placement: ObjectKey, { client }: ControllerContext): Promise<readonly KubernetesObject[]> {
  const { bindings } = familyOf(placement)
  return (await client.list(bindings, { ...placeOf(placement), labelSelector: `${labels.parentPlacement}=${placement.name}` })).items
}
