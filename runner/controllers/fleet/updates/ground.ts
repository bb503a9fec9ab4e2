// What a run stands on: its placement, the latest policy snapshot, and the bindings that are to be updated or deleted.
import { at, type KubernetesObject, keyOf, type ObjectKey } from '../../../kubernetes/object.ts'
import type { ControllerContext } from '../../controller.ts'
import { conditionsOf, findCondition, isTrueAt } from '../conditions.ts'
import { familyOf, placeOf } from '../hub/family.ts'
import { type PlacementSpec, placementSpec } from '../hub/placement-spec.ts'
import { indexOf, isMarkedLatest, snapshotsOf } from '../hub/snapshots.ts'
import { annotations, labels } from '../names.ts'
import type { ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { clientError, invalid, type RunDraft } from './run-status.ts'

/** What every part of a pass is handed. */
export interface RunContext {
  readonly context: ControllerContext
  readonly reservedNamespaces: ReservedNamespaces
}

/** What a pass came to: whether the run is finished, and in how many ms to look again. */
export interface PassResult {
  readonly finished: boolean
  readonly wait: number
}

/** The run's placement with its defaults. */
export interface RunPlacement {
  readonly key: ObjectKey
  readonly object: KubernetesObject
  readonly spec: PlacementSpec
}

/** The bindings of a run's placement. */
export interface RunBindings {
  readonly scheduled: readonly KubernetesObject[]
  /** Given up by the scheduler. */
  readonly surplus: readonly KubernetesObject[]
}

/** A state that will pass by itself: the pass is made again, ever later. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain'
}

/** Finds the placement; throws if it is not one that update runs may roll out. */
export async function placementOf({ run, spec }: RunDraft, { context }: RunContext): Promise<RunPlacement> {
  const key = { name: spec.placementName, ...placeOf(keyOf(run)) }
  const object = await context.client.get(familyOf(key).placements, key)
  if (!object) throw invalid(`${clientError}parent placement not found`)
  const placement = placementSpec(object)
  const { type } = placement.strategy
  if (type !== 'External') throw invalid(`${clientError}parent placement does not have an external rollout strategy, current strategy: ${type}`)
  return { key, object, spec: placement }
}

/** The policy snapshot that a run goes by; `count` is how many clusters it asks for, undefined where it takes all. */
export interface RunPolicy {
  readonly snapshot: KubernetesObject
  readonly index: string
  readonly count: number | undefined
}

/** The latest policy snapshot, fully scheduled. */
export async function policyOf({ key }: RunPlacement, { context }: RunContext): Promise<RunPolicy> {
  const snapshot = (await snapshotsOf(context.client, familyOf(key).policySnapshots, key)).find(isMarkedLatest)
  const shown = `${key.namespace ?? ''}/${key.name}`
  if (!snapshot) throw invalid(`no latest policy snapshot associated with the placement: \`${shown}\``)
  const scheduled = findCondition(conditionsOf(snapshot), 'Scheduled')
  if (!isTrueAt(scheduled, snapshot.metadata.generation ?? 0)) throw invalid(`policy snapshot \`${snapshot.metadata.name}\` not fully scheduled yet`)
  return { snapshot, index: String(indexOf(snapshot)), count: countOf(snapshot) }
}

function countOf(snapshot: KubernetesObject): number | undefined {
  const type = at(snapshot, 'spec', 'policy', 'placementType')
  if (type === 'PickN') return Number(snapshot.metadata.annotations?.[annotations.numberOfClusters] ?? 0)
  const names = at(snapshot, 'spec', 'policy', 'clusterNames')
  return type === 'PickFixed' && Array.isArray(names) ? names.length : undefined
}

/** The bindings by the latest policy, and those that are to go. Throws TryAgain while the scheduler is still at work. */
export async function bindingsOf({ key }: RunPlacement, { snapshot, count }: RunPolicy, { context }: RunContext): Promise<RunBindings> {
  const { bindings } = familyOf(key)
  const { items } = await context.client.list(bindings, { ...placeOf(key), labelSelector: `${labels.parentPlacement}=${key.name}` })
  const isSurplus = (binding: KubernetesObject): boolean => at(binding, 'spec', 'state') === 'Unscheduled'
  const isCurrent = (binding: KubernetesObject): boolean => at(binding, 'spec', 'schedulingPolicySnapshotName') === snapshot.metadata.name
  const unsettled = items.find((binding) => !isCurrent(binding) && !isSurplus(binding))
  if (unsettled) throw new TryAgain(`binding ${unsettled.metadata.name} is still of an old policy snapshot`)
  const scheduled = items.filter((binding) => !isSurplus(binding))
  const surplus = items.filter(isSurplus)
  if (items.length === 0) {
    const shown = `${snapshot.metadata.namespace ?? ''}/${snapshot.metadata.name}`
    throw invalid(`no scheduled or to-be-deleted bindings found for the latest policy snapshot ${shown}`)
  }
  if (count !== undefined && count !== scheduled.length) {
    const what = `the number of selected bindings ${scheduled.length} is not equal to the observed cluster count ${count}`
    throw invalid(`unexpected behavior which cannot be handled by the controller: ${what}`)
  }
  return { scheduled, surplus }
}
