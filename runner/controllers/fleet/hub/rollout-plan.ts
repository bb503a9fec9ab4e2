// Decides which bindings may be moved to the latest resources now, and which are kept waiting by the rollout strategy: a pure function.
import { equal } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { conditionsOf, findCondition, isTrueAt, statusAt } from '../conditions.ts'
import { type OverrideNames, overrideNamesOf } from '../overrides/matching-overrides.ts'
import { isUnderDeletion } from './keys.ts'
import { type PlacementSpec, scaled } from './placement-spec.ts'

/** What a rollout is planned from. */
export interface RolloutGround {
  readonly spec: PlacementSpec
  /** Name of the latest resource snapshot. */
  readonly snapshot: string
  /** The overrides that go with the latest resources to a cluster. */
  overridesFor(cluster: string): OverrideNames
  readonly bindings: readonly KubernetesObject[]
  /** World time, ms. */
  readonly now: number
}

/** What to do with each binding; one that is nowhere in here is being deleted. */
export interface RolloutPlan {
  /** Bound to the latest resources now. */
  readonly update: readonly KubernetesObject[]
  /** Given up by the scheduler, deleted now. */
  readonly remove: readonly KubernetesObject[]
  /** Kept waiting by the strategy. */
  readonly blocked: readonly KubernetesObject[]
  readonly current: readonly KubernetesObject[]
  /** ms until a binding that cannot be tracked counts as ready. */
  readonly wait?: number
}

/** Plans one step of a rolling update. */
export function planRollout(ground: RolloutGround): RolloutPlan {
  const { spec } = ground
  const live = ground.bindings.filter((binding) => !isUnderDeletion(binding))
  const inState = (state: string): readonly KubernetesObject[] => live.filter((binding) => at(binding, 'spec', 'state') === state)
  const removable = inState('Unscheduled')
  const scheduled = inState('Scheduled')
  const bound = inState('Bound')
  const outdated = bound.filter((binding) => isOutdated(binding, ground))
  const failed = outdated.filter(hasFailed)
  const updatable = outdated.filter((binding) => !failed.includes(binding))
  const target = targetNumber(spec, scheduled.length + bound.length)
  const room = removalRoom(ground, target)
  const remove = removable.slice(0, Math.max(0, room))
  const refresh = updatable.slice(0, Math.max(0, room - remove.length))
  const bind = scheduled.slice(0, Math.max(0, additionRoom(ground, target)))
  const chosen = [...failed, ...refresh, ...bind]
  const blocked = [...updatable, ...scheduled].filter((binding) => !chosen.includes(binding))
  const wait = blocked.length + removable.length - remove.length > 0 ? shortestWait(ground) : undefined
  return { update: chosen, remove, blocked, current: bound.filter((binding) => !outdated.includes(binding)), ...(wait === undefined ? {} : { wait }) }
}

/** True if the binding has other resources or other overrides than the latest. */
function isOutdated(binding: KubernetesObject, { snapshot, overridesFor }: RolloutGround): boolean {
  if (at(binding, 'spec', 'resourceSnapshotName') !== snapshot) return true
  return !equal(overrideNamesOf(binding.spec), overridesFor(String(at(binding, 'spec', 'targetCluster'))))
}

/** True if the binding's last apply or its availability has failed for its present generation. */
function hasFailed(binding: KubernetesObject): boolean {
  const failed = (type: string): boolean => statusAt(findCondition(conditionsOf(binding), type), binding.metadata.generation ?? 0) === 'False'
  return failed('Applied') || failed('Available') || failed('Overridden') || failed('WorkSynchronized')
}

/** True if all that is wanted of the member is what differs there, and that has been looked for. */
function isCompared(binding: KubernetesObject): boolean {
  return findCondition(conditionsOf(binding), 'DiffReported')?.observedGeneration === (binding.metadata.generation ?? 0)
}

function targetNumber({ policy }: PlacementSpec, picked: number): number {
  if (policy?.placementType === 'PickFixed') return (policy.clusterNames ?? []).length
  return policy?.placementType === 'PickN' ? (policy.numberOfClusters ?? 0) : picked
}

/** How many ready bindings may become unavailable now. */
function removalRoom(ground: RolloutGround, target: number): number {
  const ready = ground.bindings.filter((binding) => readyIn(binding, ground) === 0)
  const leaving = ready.filter(isUnderDeletion)
  const least = target - scaled(ground.spec.strategy.rollingUpdate.maxUnavailable, target)
  return ready.length - leaving.length - least
}

/** How many bindings may be bound now beside those that have or may yet get the resources. */
function additionRoom(ground: RolloutGround, target: number): number {
  const canBeReady = ground.bindings.filter((binding) => at(binding, 'spec', 'state') !== 'Scheduled' && !hasFailed(binding) && !isCompared(binding))
  return target + scaled(ground.spec.strategy.rollingUpdate.maxSurge, target) - canBeReady.length
}

/** ms until a binding counts as ready: 0 is now; undefined is not before its status changes. */
function readyIn(binding: KubernetesObject, { spec, now }: RolloutGround): number | undefined {
  const generation = binding.metadata.generation ?? 0
  if (at(binding, 'spec', 'state') === 'Scheduled') return undefined
  if (isTrueAt(findCondition(conditionsOf(binding), 'DiffReported'), generation)) return 0
  const available = findCondition(conditionsOf(binding), 'Available')
  if (!available || !isTrueAt(available, generation)) return undefined
  if (available.reason !== 'NotAllWorkAreAvailabilityTrackable' && available.reason !== 'WorkNotTrackable') return 0
  const ready = Date.parse(available.lastTransitionTime ?? '') + spec.strategy.rollingUpdate.unavailablePeriodSeconds * 1000
  return Math.max(0, ready - now)
}

function shortestWait(ground: RolloutGround): number | undefined {
  const waits = ground.bindings.map((binding) => readyIn(binding, ground)).filter((wait) => wait !== undefined && wait > 0)
  return waits.length === 0 ? undefined : Math.min(...waits.map(Number))
}

/** True if the binding has the placement's apply strategy. */
export function hasApplyStrategy(binding: KubernetesObject, spec: PlacementSpec): boolean {
  return equal(at(binding, 'spec', 'applyStrategy'), spec.strategy.applyStrategy)
}
