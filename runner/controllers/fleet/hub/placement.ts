// KubeFleet's placement controller: from a ClusterResourcePlacement to its snapshots, and from bindings back to its status.
import { equal, type JsonObject } from '../../../base/json.ts'
import { everyResource } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, type Resource } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { finalizers, managers } from '../names.ts'
import { bindings, clusterResourcePlacements, policySnapshots, resourceSnapshots } from '../resources.ts'
import { groupKindOf, isPlaceableKind } from '../selection/placeable.ts'
import { rawContent } from '../selection/raw-content.ts'
import type { ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { resourceIdentifier, SelectorError, selectResources } from '../selection/select-resources.ts'
import { isUnderDeletion, parentPlacement, placementKeys } from './keys.ts'
import { eventOf, placementConditionType, stepsOf } from './placement-conditions.ts'
import { type PlacementSpec, placementSpec } from './placement-spec.ts'
import { isRolledOut, placementStatus } from './placement-status.ts'
import { ensurePolicySnapshot } from './policy-snapshot.ts'
import { ensureResourceSnapshot } from './resource-snapshot.ts'
import { snapshotsOf } from './snapshots.ts'

const component = 'placement-controller'

/** Keys are names of placements, or `<namespace>/` and `/<kind>` where objects of the hub have changed. */
export function placement(options: { readonly reservedNamespaces: ReservedNamespaces }): ControllerDefinition {
  return defineController({
    name: component,
    fieldManager: managers.hub,
    watches: [
      { resource: clusterResourcePlacements },
      { resource: policySnapshots, keys: parentPlacement },
      { resource: bindings, keys: parentPlacement },
      { resource: everyResource, keys: changedKeys },
    ],
    async reconcile(key, context) {
      if (key.includes('/')) return wakeSelecting(key, context)
      const object = await context.client.get(clusterResourcePlacements, { name: key })
      if (!object) return undefined
      return isUnderDeletion(object) ? cleanUp(object, context) : update(object, { context, ...options })
    },
  })
}

/** A change of any object that could be placed wakes the placements that may have selected it. */
function changedKeys(object: KubernetesObject): readonly string[] {
  if (!isPlaceableKind(groupKindOf(object))) return []
  const { namespace, name } = object.metadata
  if (namespace !== undefined) return [`${namespace}/`]
  return object.kind === 'Namespace' ? [`${name}/`] : [`/${object.kind}`]
}

async function wakeSelecting(key: string, context: ControllerContext): Promise<undefined> {
  const [namespace = '', kind = ''] = key.split('/')
  for (const name of await placementKeys(context.client)) {
    const object = await context.client.get(clusterResourcePlacements, { name })
    const selectors = object ? placementSpec(object).resourceSelectors : []
    const selecting = selectors.some((selector) => {
      if (namespace === '') return selector.kind === kind
      return selector.kind === 'Namespace' && (!selector.name || selector.name === namespace)
    })
    if (selecting) context.enqueue(name)
  }
}

interface UpdateOptions {
  readonly context: ControllerContext
  readonly reservedNamespaces: ReservedNamespaces
}

async function update(found: KubernetesObject, options: UpdateOptions): Promise<ReconcileResult | undefined> {
  const { client, clock } = options.context
  const held = hasFinalizer(found, finalizers.placementCleanup)
  const object = held ? found : await client.update(clusterResourcePlacements, typed(withFinalizer(found, finalizers.placementCleanup)))
  const spec = placementSpec(object)
  const selected = await select(object, spec, options)
  if (!selected) return undefined
  const policySnapshot = await ensurePolicySnapshot(client, object, spec)
  const { snapshot, wait } = await ensureResourceSnapshot(client, object, {
    selectedResources: selected.map(rawContent),
    revisionHistoryLimit: spec.revisionHistoryLimit,
    now: clock.now(),
  })
  const shown = wait === undefined ? selected : ((at(snapshot, 'spec', 'selectedResources') ?? []) as unknown as readonly KubernetesObject[])
  const name = object.metadata.name ?? ''
  const status = placementStatus({
    placement: object,
    spec,
    policySnapshot,
    resourceSnapshot: snapshot,
    bindings: (await client.list(bindings)).items.filter((binding) => parentPlacement(binding).includes(name)),
    selectedResources: shown.map(resourceIdentifier),
    now: clock.now(),
  })
  if (!equal(status, object.status)) await writeStatus(object, { ...object, status }, { context: options.context, spec })
  return wait === undefined ? undefined : { requeueAfter: wait }
}

/** The agent writes Go's struct, whose strategy is never absent: where no webhook has filled it in, the schema's defaults appear. */
function typed(object: KubernetesObject): KubernetesObject {
  const spec = object.spec as JsonObject
  return { ...object, spec: { ...spec, strategy: spec.strategy ?? {} } }
}

/** The selected objects; undefined after a user's error, which is written into the status and waits for a change. */
async function select(object: KubernetesObject, spec: PlacementSpec, options: UpdateOptions): Promise<readonly KubernetesObject[] | undefined> {
  const { context, reservedNamespaces } = options
  try {
    return await selectResources(spec.resourceSelectors, { client: context.client, placement: object.metadata.name ?? '', reservedNamespaces })
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    const condition = {
      type: placementConditionType('Scheduled'),
      status: 'False',
      reason: 'InvalidResourceSelectors',
      message: `The resource selectors are invalid: failed to process the request due to a client error: ${error.message}`,
      observedGeneration: object.metadata.generation ?? 0,
    } as const
    const old = (object.status ?? {}) as object
    const status = { ...old, conditions: setCondition(conditionsOf(object), condition, context.clock.now()) }
    if (!equal(status, object.status)) await writeStatus(object, { ...object, status }, { context, spec })
    return undefined
  }
}

/** Writes the status and tells of the steps that came true with it. */
async function writeStatus(
  before: KubernetesObject,
  after: KubernetesObject,
  { context, spec }: { readonly context: ControllerContext; readonly spec: PlacementSpec },
): Promise<void> {
  const stored = await context.client.get(clusterResourcePlacements, { name: before.metadata.name ?? '' })
  if (!stored) return
  const written = await context.client.update(clusterResourcePlacements, { ...stored, status: after.status }, { subresource: 'status' })
  const isTrue = (object: KubernetesObject, type: string): boolean => isTrueAt(findCondition(conditionsOf(object), type), object.metadata.generation ?? 0)
  for (const step of stepsOf(spec.strategy.applyStrategy.type)) {
    const type = placementConditionType(step)
    const event = eventOf(step)
    if (event && !isTrue(before, type) && isTrue(after, type)) await context.event(written, { type: 'Normal', component, ...event })
  }
  if (!isRolledOut(after, spec) || isRolledOut(before, spec)) return
  const message = 'Placement has finished the rollout process and reached the desired status'
  await context.event(written, { type: 'Normal', component, reason: 'PlacementRolloutCompleted', message })
}

async function cleanUp(object: KubernetesObject, context: ControllerContext): Promise<undefined> {
  if (!hasFinalizer(object, finalizers.placementCleanup)) return
  const name = object.metadata.name ?? ''
  for (const resource of [policySnapshots, resourceSnapshots]) await deleteSnapshots(resource, name, context)
  const stored = await context.client.get(clusterResourcePlacements, { name })
  if (!stored) return
  const released = await context.client.update(clusterResourcePlacements, withoutFinalizer(stored, finalizers.placementCleanup))
  const message = 'Deleted the snapshots and removed the placement cleanup finalizer'
  await context.event(released, { type: 'Normal', component, reason: 'PlacementCleanupFinalizerRemoved', message })
}

async function deleteSnapshots(resource: Resource, placement: string, { client }: ControllerContext): Promise<void> {
  for (const { metadata } of await snapshotsOf(client, resource, placement)) await client.delete(resource, { name: metadata.name ?? '' })
}
