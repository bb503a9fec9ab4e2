// KubeFleet's placement controller: from a placement to its snapshots, and from bindings back to its status.
import { equal, type JsonObject } from '../../../base/json.ts'
import { everyResource } from '../../../kubernetes/client.ts'
import { formatKey, type KubernetesObject, keyOf, type ObjectKey, parseKey, type Resource } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { finalizers, labels, managers } from '../names.ts'
import { placementStatuses } from '../resources.ts'
import { groupKindOf, isPlaceableKind } from '../selection/placeable.ts'
import { rawContent } from '../selection/raw-content.ts'
import type { ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { resourceIdentifier, SelectorError, selectResources } from '../selection/select-resources.ts'
import { familyOf, placeOf, watchFamilies } from './family.ts'
import { isUnderDeletion, parentPlacement, placementKeys } from './keys.ts'
import { eventOf, placementConditionType, stepsOf } from './placement-conditions.ts'
import { type PlacementSpec, placementSpec } from './placement-spec.ts'
import { isRolledOut, placementStatus } from './placement-status.ts'
import { ensurePolicySnapshot } from './policy-snapshot.ts'
import { ensureResourceSnapshot, type LatestSnapshot, resourcesOf, wholeSnapshot } from './resource-snapshot.ts'
import { indexOf, snapshotsOf } from './snapshots.ts'
import { movedNamespace, syncStatus } from './status-in-namespace.ts'

const component = 'placement-controller'

/** Keys are those of placements, or `<namespace>/` and `/<kind>` where objects of the hub have changed. */
export function placement(options: { readonly reservedNamespaces: ReservedNamespaces }): ControllerDefinition {
  return defineController({
    name: component,
    fieldManager: managers.hub,
    watches: [
      ...watchFamilies('placements'),
      ...watchFamilies('policySnapshots', parentPlacement),
      ...watchFamilies('bindings', parentPlacement),
      { resource: placementStatuses, keys: ({ metadata }) => [metadata.name ?? ''] },
      { resource: everyResource, keys: changedKeys },
    ],
    async reconcile(key, context) {
      if (key.startsWith('/') || key.endsWith('/')) return wakeSelecting(key, context)
      const object = await context.client.get(familyOf(parseKey(key)).placements, parseKey(key))
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

async function wakeSelecting(changed: string, context: ControllerContext): Promise<undefined> {
  const [namespace = '', kind = ''] = changed.split('/')
  for (const text of await placementKeys(context.client)) {
    const key = parseKey(text)
    const object = key.namespace === undefined ? await context.client.get(familyOf(key).placements, key) : undefined
    const selectors = object ? placementSpec(object).resourceSelectors : []
    const selecting = selectors.some((selector) => {
      if (namespace === '') return selector.kind === kind
      return selector.kind === 'Namespace' && (!selector.name || selector.name === namespace)
    })
    if (selecting || (key.namespace !== undefined && key.namespace === namespace)) context.enqueue(text)
  }
}

interface UpdateOptions {
  readonly context: ControllerContext
  readonly reservedNamespaces: ReservedNamespaces
}

async function update(found: KubernetesObject, options: UpdateOptions): Promise<ReconcileResult | undefined> {
  const { client, clock } = options.context
  const key = keyOf(found)
  const family = familyOf(key)
  const held = hasFinalizer(found, finalizers.placementCleanup)
  const object = held ? found : await client.update(family.placements, typed(withFinalizer(found, finalizers.placementCleanup)))
  const spec = placementSpec(object)
  const selected = await select(object, spec, options)
  if (!selected) return undefined
  const policySnapshot = await ensurePolicySnapshot(client, object, spec)
  const { snapshot, wait } = await latestResources(object, spec, { selected, context: options.context })
  const all = await snapshotsOf(client, family.resourceSnapshots, key)
  const shown = await resourceLists(all, snapshot && wait === undefined ? { snapshot, selected } : undefined, options.context)
  const status = placementStatus({
    placement: object,
    spec,
    policySnapshot,
    resourceSnapshot: snapshot,
    indexes: new Map(all.map((each) => [each.metadata.name ?? '', each.metadata.labels?.[labels.resourceIndex] ?? ''])),
    bindings: (await client.list(family.bindings, placeOf(key))).items.filter((binding) => parentPlacement(binding).includes(formatKey(key))),
    selectedResources: (index) => shown.get(index) ?? [],
    now: clock.now(),
  })
  if (!equal(status, object.status)) await writeStatus(object, { ...object, status }, { context: options.context, spec })
  await syncStatus(key, options.context)
  return wait === undefined ? undefined : { requeueAfter: wait }
}

/** The agent writes Go's struct, whose strategy is never absent: where no webhook has filled it in, the schema's defaults appear. */
function typed(object: KubernetesObject): KubernetesObject {
  const spec = object.spec as JsonObject
  return { ...object, spec: { ...spec, strategy: spec.strategy ?? {} } }
}

interface Selected {
  readonly selected: readonly KubernetesObject[]
  readonly context: ControllerContext
}

/** The latest resource snapshot; none where update runs make them. */
async function latestResources(object: KubernetesObject, spec: PlacementSpec, { selected, context }: Selected): Promise<Partial<LatestSnapshot>> {
  if (spec.strategy.type === 'External') return {}
  const { revisionHistoryLimit } = spec
  return ensureResourceSnapshot(context.client, object, { selectedResources: selected.map(rawContent), revisionHistoryLimit, now: context.clock.now() })
}

/** `status.selectedResources` for every revision; of the present one it is known without reading it. */
async function resourceLists(
  snapshots: readonly KubernetesObject[],
  present: { readonly snapshot: KubernetesObject; readonly selected: readonly KubernetesObject[] } | undefined,
  { client }: ControllerContext,
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const lists = new Map<string, readonly JsonObject[]>()
  if (present) return lists.set(String(indexOf(present.snapshot)), present.selected.map(resourceIdentifier))
  for (const snapshot of snapshots.filter(({ metadata }) => metadata.name?.endsWith('-snapshot'))) {
    lists.set(String(indexOf(snapshot)), resourcesOf(await wholeSnapshot(client, snapshot)).map(resourceIdentifier))
  }
  return lists
}

/** The selected objects; undefined after a user's error, which is written into the status and waits for a change. */
async function select(object: KubernetesObject, spec: PlacementSpec, options: UpdateOptions): Promise<readonly KubernetesObject[] | undefined> {
  const { context, reservedNamespaces } = options
  try {
    const moved = movedNamespace(object)
    if (moved !== undefined) throw new SelectorError(moved)
    return await selectResources(spec.resourceSelectors, { client: context.client, placement: keyOf(object), reservedNamespaces })
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    const explained = error.message === movedNamespace(object)
    const condition = {
      type: placementConditionType(object, 'Scheduled'),
      status: 'False',
      reason: 'InvalidResourceSelectors',
      message: explained ? error.message : `The resource selectors are invalid: failed to process the request due to a client error: ${error.message}`,
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
  const { placements } = familyOf(keyOf(before))
  const stored = await context.client.get(placements, keyOf(before))
  if (!stored) return
  const written = await context.client.update(placements, { ...stored, status: after.status }, { subresource: 'status' })
  const isTrue = (object: KubernetesObject, type: string): boolean => isTrueAt(findCondition(conditionsOf(object), type), object.metadata.generation ?? 0)
  for (const [order, step] of stepsOf(spec.strategy.applyStrategy.type).entries()) {
    const type = placementConditionType(before, step)
    const event = eventOf(step)
    if (event && !isTrue(before, type) && isTrue(after, type)) await context.event(written, { type: 'Normal', component, order, ...event })
  }
  if (!isRolledOut(after, spec) || isRolledOut(before, spec)) return
  const message = 'Placement has finished the rollout process and reached the desired status'
  await context.event(written, { type: 'Normal', component, reason: 'PlacementRolloutCompleted', message, order: 9 })
}

async function cleanUp(object: KubernetesObject, context: ControllerContext): Promise<undefined> {
  if (!hasFinalizer(object, finalizers.placementCleanup)) return
  const key = keyOf(object)
  const family = familyOf(key)
  for (const resource of [family.policySnapshots, family.resourceSnapshots]) await deleteSnapshots(resource, key, context)
  const stored = await context.client.get(family.placements, key)
  if (!stored) return
  const released = await context.client.update(family.placements, withoutFinalizer(stored, finalizers.placementCleanup))
  const message = 'Deleted the snapshots and removed the placement cleanup finalizer'
  await context.event(released, { type: 'Normal', component, reason: 'PlacementCleanupFinalizerRemoved', message })
}

async function deleteSnapshots(resource: Resource, placement: ObjectKey, { client }: ControllerContext): Promise<void> {
  for (const snapshot of await snapshotsOf(client, resource, placement)) await client.delete(resource, keyOf(snapshot))
}
