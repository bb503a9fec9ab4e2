// A placement's status, computed from its snapshots and bindings. Steps are judged in order, for each cluster and for the
// whole; what comes after the first that is not True is taken away.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, findCondition, removeConditions, setCondition, statusAt } from '../conditions.ts'
import { labels } from '../names.ts'
import { familyOf } from './family.ts'
import {
  allSteps,
  externalRollout,
  noOverride,
  placementCondition,
  placementConditionType,
  type Step,
  stepsOf,
  unknownClusterCondition,
} from './placement-conditions.ts'
import type { PlacementSpec } from './placement-spec.ts'
import { type ClusterDecision, decisionsOf } from './schedule.ts'

/** What a placement's status follows from. */
export interface StatusGround {
  readonly placement: KubernetesObject
  readonly spec: PlacementSpec
  readonly policySnapshot: KubernetesObject
  /** The latest; undefined where update runs make the snapshots. */
  readonly resourceSnapshot: KubernetesObject | undefined
  /** Index of any resource snapshot by its name. */
  readonly indexes: ReadonlyMap<string, string>
  readonly bindings: readonly KubernetesObject[]
  /** `status.selectedResources` by the index of the resource snapshot that is shown. */
  readonly selectedResources: (index: string) => readonly JsonObject[]
  /** World time, ms. */
  readonly now: number
}

/** The status as it should be now. */
export function placementStatus(ground: StatusGround): JsonObject {
  const { placement, policySnapshot, resourceSnapshot, now } = ground
  const scheduled = scheduledCondition(placement, policySnapshot)
  const conditions = setCondition(conditionsOf(placement), scheduled, now)
  const head = resourceSnapshot ? headOf(resourceSnapshot.metadata.labels?.[labels.resourceIndex] ?? '', ground) : {}
  if (scheduled.status === 'Unknown') return { conditions, ...head }
  const decisions = decisionsOf(policySnapshot)
  const selected = decisions.filter((decision) => decision.selected)
  const clusters = selected.map((decision) => clusterStatus(decision, ground))
  const placementStatuses = [...clusters.map(({ status }) => status), ...unscheduledStatuses(decisions, selected.length, ground)]
  const statuses = placementStatuses.length === 0 ? {} : { placementStatuses }
  if (selected.length === 0) return { conditions: conditions.filter(({ type }) => type === scheduled.type || isKept(type)), ...head, ...statuses }
  if (ground.spec.strategy.type === 'External') return externalStatus(conditions, clusters, ground, statuses)
  return { conditions: wholeConditions(conditions, clusters, ground), ...head, ...statuses }
}

/** Conditions that are not steps, and stay whatever the steps come to. */
function isKept(type: string): boolean {
  return type.endsWith('StatusSynced')
}

function headOf(observedResourceIndex: string, ground: StatusGround): JsonObject {
  const selectedResources = ground.selectedResources(observedResourceIndex)
  return { observedResourceIndex, ...(selectedResources.length === 0 ? {} : { selectedResources }) }
}

/** Where update runs decide, the whole says something only once all clusters have the same resources and have begun. */
function externalStatus(old: readonly Condition[], clusters: readonly ClusterResult[], ground: StatusGround, statuses: JsonObject): JsonObject {
  const { placement, now } = ground
  const indexes = [...new Set(clusters.map(({ status }) => String(status.observedResourceIndex ?? '')))]
  const [index = ''] = indexes
  const undecided = (why: string): readonly Condition[] => {
    const later = allSteps.map((step) => placementConditionType(placement, step)).slice(1)
    return setCondition(removeConditions(old, later), externalRollout(placement, why), now)
  }
  if (indexes.length > 1) return { conditions: undecided('different resource snapshot versions are observed across clusters'), ...statuses }
  if (index === '') {
    const { kind } = familyOf(keyOf(placement)).updateRuns
    const advice = `To determine rollout status, check the ${kind} resources with spec.placementName matching this placement`
    return { conditions: undecided(`no resource snapshot name is observed across clusters. ${advice}`), ...statuses }
  }
  const head = headOf(index, ground)
  const waiting = clusters.find(({ steps }) => steps.get('RolloutStarted') === 'Unknown')
  if (waiting) return { conditions: undecided(`cluster ${waiting.status.clusterName} is in RolloutStarted Unknown state`), ...head, ...statuses }
  return { conditions: wholeConditions(old, clusters, ground), ...head, ...statuses }
}

/** True if every step of the placement is True for its present generation. */
export function isRolledOut(placement: KubernetesObject, spec: PlacementSpec): boolean {
  return [...stepsOf(spec.strategy.applyStrategy.type), 'Scheduled' as const].every(
    (step) => statusAt(findCondition(conditionsOf(placement), placementConditionType(placement, step)), placement.metadata.generation ?? 0) === 'True',
  )
}

function scheduledCondition(placement: KubernetesObject, policySnapshot: KubernetesObject): Condition {
  const type = placementConditionType(placement, 'Scheduled')
  const observedGeneration = placement.metadata.generation ?? 0
  const scheduled = findCondition(conditionsOf(policySnapshot), 'Scheduled')
  const observed = at(policySnapshot, 'status', 'observedCRPGeneration')
  if (!scheduled || scheduled.status === 'Unknown' || observed !== observedGeneration) {
    return { type, status: 'Unknown', reason: 'SchedulePending', message: 'Scheduling has not completed', observedGeneration }
  }
  return { type, status: scheduled.status, reason: scheduled.reason, message: scheduled.message, observedGeneration }
}

/** One cluster's entry and what each step that it shows came to. */
interface ClusterResult {
  readonly status: JsonObject
  readonly steps: ReadonlyMap<Step, Condition['status']>
}

function clusterStatus({ clusterName, reason }: ClusterDecision, ground: StatusGround): ClusterResult {
  const { placement, policySnapshot, now } = ground
  const observedGeneration = placement.metadata.generation ?? 0
  const entry = oldEntries(placement).find((each) => each.clusterName === clusterName)
  const old = (entry?.conditions ?? []) as readonly Condition[]
  const binding = ground.bindings.find((each) => isBindingOf(each, clusterName, policySnapshot))
  const { conditions: steps, details } = binding
    ? bindingSteps(binding, ground)
    : { conditions: [unknownClusterCondition('RolloutStarted', observedGeneration)], details: {} }
  let conditions = setCondition(old, { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: reason, observedGeneration }, now)
  for (const condition of steps) conditions = setCondition(conditions, condition, now)
  const shown = new Map(steps.map(({ type, status }) => [type as Step, status]))
  conditions = removeConditions(
    conditions,
    allSteps.filter((step) => !shown.has(step)),
  )
  return { status: { clusterName, conditions, ...details }, steps: shown }
}

function oldEntries(placement: KubernetesObject): readonly JsonObject[] {
  return (at(placement, 'status', 'placementStatuses') ?? []) as readonly JsonObject[]
}

function isBindingOf(binding: KubernetesObject, cluster: string, policySnapshot: KubernetesObject): boolean {
  const { targetCluster, schedulingPolicySnapshotName } = binding.spec as JsonObject
  return !binding.metadata.deletionTimestamp && targetCluster === cluster && schedulingPolicySnapshotName === policySnapshot.metadata.name
}

/** The steps of a bound cluster, up to the first that is not True. */
function bindingSteps(binding: KubernetesObject, ground: StatusGround): { conditions: readonly Condition[]; details: JsonObject } {
  const { placement, spec, resourceSnapshot, indexes } = ground
  const observedGeneration = placement.metadata.generation ?? 0
  const index = resourceSnapshot?.metadata.labels?.[labels.resourceIndex] ?? indexes.get(String(at(binding, 'spec', 'resourceSnapshotName')))
  const details = index === undefined ? {} : { observedResourceIndex: index }
  if (resourceSnapshot && at(binding, 'spec', 'resourceSnapshotName') !== resourceSnapshot.metadata.name)
    return { conditions: [waiting(binding, observedGeneration)], details }
  const conditions: Condition[] = []
  let more: JsonObject = {}
  for (const step of stepsOf(spec.strategy.applyStrategy.type)) {
    const own = findCondition(conditionsOf(binding), step)
    const status = statusAt(own, binding.metadata.generation ?? 0)
    if (!own || status === undefined || status === 'Unknown') {
      conditions.push(unknownClusterCondition(step, observedGeneration))
      break
    }
    more = { ...more, ...stepDetails(step, status, binding) }
    conditions.push({ type: step, status, reason: own.reason, message: own.message, observedGeneration })
    if (status === 'False') break
  }
  return { conditions, details: { ...details, ...more } }
}

/** RolloutStarted of a cluster that still has older resources: blocked, or about to be decided. */
function waiting(binding: KubernetesObject, observedGeneration: number): Condition {
  const blocked = statusAt(findCondition(conditionsOf(binding), 'RolloutStarted'), binding.metadata.generation ?? 0) === 'False'
  if (!blocked) return unknownClusterCondition('RolloutStarted', observedGeneration)
  const message = 'The rollout is being blocked by the rollout strategy'
  return { type: 'RolloutStarted', status: 'False', reason: 'RolloutNotStartedYet', message, observedGeneration }
}

function stepDetails(step: Step, status: Condition['status'], binding: KubernetesObject): JsonObject {
  if (step === 'RolloutStarted' && status === 'True') {
    return pick({
      applicableClusterResourceOverrides: at(binding, 'spec', 'clusterResourceOverrideSnapshots'),
      applicableResourceOverrides: at(binding, 'spec', 'resourceOverrideSnapshots'),
    })
  }
  const { failedPlacements, diffedPlacements, driftedPlacements } = (binding.status ?? {}) as JsonObject
  if (step === 'DiffReported') return status === 'True' ? pick({ diffedPlacements }) : {}
  if (step !== 'Applied' && step !== 'Available') return {}
  return pick({ driftedPlacements, ...(status === 'False' ? { failedPlacements, diffedPlacements } : {}) })
}

function pick(lists: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => Array.isArray(list) && list.length > 0))
}

function wholeConditions(old: readonly Condition[], clusters: readonly ClusterResult[], { placement, spec, now }: StatusGround): readonly Condition[] {
  const judged: Step[] = []
  let conditions = old
  for (const step of stepsOf(spec.strategy.applyStrategy.type)) {
    judged.push(step)
    const count = (status: Condition['status']): number => clusters.filter(({ steps }) => steps.get(step) === status).length
    const status = count('Unknown') > 0 ? 'Unknown' : count('False') > 0 ? 'False' : 'True'
    const condition = placementCondition(placement, step, status, count(status))
    conditions = setCondition(
      conditions,
      step === 'Overridden' && status === 'True' && !anyOverride(clusters) ? { ...condition, ...noOverride } : condition,
      now,
    )
    if (status !== 'True') break
  }
  const others = allSteps.filter((step) => !judged.includes(step))
  return removeConditions(
    conditions,
    others.map((step) => placementConditionType(placement, step)),
  )
}

function anyOverride(clusters: readonly ClusterResult[]): boolean {
  return clusters.some(({ status }) => 'applicableClusterResourceOverrides' in status || 'applicableResourceOverrides' in status)
}

/** Entries for the clusters that the policy asked for and did not get. */
function unscheduledStatuses(decisions: readonly ClusterDecision[], selected: number, { placement, spec, now }: StatusGround): readonly JsonObject[] {
  const { policy } = spec
  const wanted =
    policy?.placementType === 'PickN' ? (policy.numberOfClusters ?? 0) : policy?.placementType === 'PickFixed' ? (policy.clusterNames ?? []).length : 0
  const observedGeneration = placement.metadata.generation ?? 0
  return decisions
    .filter((decision) => !decision.selected)
    .slice(0, Math.max(0, wanted - selected))
    .map(({ reason }) => ({
      conditions: setCondition([], { type: 'Scheduled', status: 'False', reason: 'ScheduleFailed', message: reason, observedGeneration }, now),
    }))
}
