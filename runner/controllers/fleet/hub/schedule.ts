// Decides which clusters a policy picks, from the members and bindings as they are now: a pure function of them.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { filtered, ineligibility } from './eligibility.ts'
import type { PlacementPolicy } from './placement-spec.ts'

/** A cluster that was considered (`status.targetClusters` of a policy snapshot). */
export interface ClusterDecision extends JsonObject {
  readonly clusterName: string
  readonly clusterScore?: { readonly affinityScore: number; readonly priorityScore: number }
  readonly reason: string
  readonly selected: boolean
}

/** What the scheduler looks at. */
export interface ScheduleGround {
  readonly policy: PlacementPolicy | undefined
  readonly policySnapshot: string
  readonly members: readonly KubernetesObject[]
  /** Bindings of the placement that are not being deleted. */
  readonly bindings: readonly KubernetesObject[]
  /** What was reported for this very generation of the placement: it stands where nobody has to be picked anew. */
  readonly reported: readonly ClusterDecision[]
}

/** What the scheduler wants done, and what it will report. */
export interface Schedule {
  readonly create: readonly ClusterDecision[]
  /** Bindings of an older policy, or given up before, that are taken over. */
  readonly adopt: readonly { readonly binding: KubernetesObject; readonly decision: ClusterDecision }[]
  readonly drop: readonly KubernetesObject[]
  readonly decisions: readonly ClusterDecision[]
  readonly fulfilled: boolean
}

const mostUnselected = 20

/** The decisions that a policy snapshot reports. */
export function decisionsOf(policySnapshot: KubernetesObject): readonly ClusterDecision[] {
  return (at(policySnapshot, 'status', 'targetClusters') ?? []) as readonly ClusterDecision[]
}

/** Runs the policy once. */
export function schedule(ground: ScheduleGround): Schedule {
  const type = ground.policy?.placementType ?? 'PickAll'
  return pickers[type](ground)
}

const pickers: Readonly<Record<PlacementPolicy['placementType'], (ground: ScheduleGround) => Schedule>> = {
  PickAll: pickAll,
  PickFixed: pickFixed,
  PickN: pickN,
}

/** Every cluster that passes the filters, by name. */
function pickAll(ground: ScheduleGround): Schedule {
  const { policy, members } = ground
  const names = byName(members)
  const picked = names.filter((member) => filtered(member, policy) === undefined || isHeld(member, ground)).map(nameOf)
  const left = names.filter((member) => !picked.includes(nameOf(member)))
  return settle(ground, {
    picked: picked.map(scored),
    others: left.map((member) => unschedulable(nameOf(member), filtered(member, policy) ?? '')),
    fulfilled: true,
  })
}

/** Exactly the clusters that are named. */
function pickFixed(ground: ScheduleGround): Schedule {
  const names = ground.policy?.clusterNames ?? []
  const found = (name: string): KubernetesObject | undefined => ground.members.find((member) => nameOf(member) === name)
  const refusal = (name: string): string | undefined => {
    const member = found(name)
    if (!member) return `Specified cluster "${name}" is not found`
    const problem = isHeld(member, ground) ? undefined : ineligibility(member)
    return problem && `Cluster "${name}" is not eligible for resource placement yet: ${problem}`
  }
  const picked = names.filter((name) => refusal(name) === undefined)
  const others = names.flatMap((name) => {
    const reason = refusal(name)
    return reason === undefined ? [] : [{ clusterName: name, reason, selected: false }]
  })
  return settle(ground, { picked: picked.map(named), others, fulfilled: others.length === 0 })
}

/** So many clusters; those that hold the placement stay, ties go to the larger name. */
function pickN(ground: ScheduleGround): Schedule {
  const { policy, members } = ground
  const wanted = policy?.numberOfClusters ?? 0
  const held = byName(members)
    .filter((member) => isHeld(member, ground))
    .map(nameOf)
  const kept = held.slice(Math.max(0, held.length - wanted))
  const free = byName(members)
    .reverse()
    .filter((member) => !held.includes(nameOf(member)))
  const fit = free.filter((member) => filtered(member, policy) === undefined).map(nameOf)
  const picked = fit.slice(0, wanted - kept.length)
  const beaten = wanted === 0 ? [] : fit.slice(picked.length).map(tooLow)
  const unfit = free.filter((member) => !fit.includes(nameOf(member))).map((member) => unschedulable(nameOf(member), filtered(member, policy) ?? ''))
  const full = held.length >= wanted
  return settle(ground, {
    picked: [...picked, ...kept].map(scored),
    others: full ? stillLeft(ground) : [...beaten, ...unfit],
    fulfilled: picked.length + kept.length >= wanted,
  })
}

function stillLeft({ reported }: ScheduleGround): readonly ClusterDecision[] {
  return reported.filter(({ selected }) => !selected)
}

/** Compares what is picked with the bindings that are there. */
function settle(
  { bindings, policySnapshot }: ScheduleGround,
  result: { readonly picked: readonly ClusterDecision[]; readonly others: readonly ClusterDecision[]; readonly fulfilled: boolean },
): Schedule {
  const create: ClusterDecision[] = []
  const adopt: { readonly binding: KubernetesObject; readonly decision: ClusterDecision }[] = []
  const kept: ClusterDecision[] = []
  for (const decision of result.picked) {
    const binding = bindings.find((each) => targetOf(each) === decision.clusterName)
    if (!binding) create.push(decision)
    else if (isCurrent(binding, policySnapshot)) kept.push(at(binding, 'spec', 'clusterDecision') as ClusterDecision)
    else adopt.push({ binding, decision })
  }
  const names = result.picked.map(({ clusterName }) => clusterName)
  const drop = bindings.filter((binding) => !names.includes(targetOf(binding)) && at(binding, 'spec', 'state') !== 'Unscheduled')
  const decisions = [...create, ...adopt.map(({ decision }) => decision), ...kept, ...result.others.slice(0, mostUnselected)]
  return { create, adopt, drop, decisions, fulfilled: result.fulfilled }
}

/** A cluster that already has the placement, by this very policy, keeps it whatever the filters say, until it has left for good. */
function isHeld(member: KubernetesObject, { bindings, policySnapshot }: ScheduleGround): boolean {
  return bindings.some((binding) => targetOf(binding) === nameOf(member) && isCurrent(binding, policySnapshot))
}

function isCurrent(binding: KubernetesObject, policySnapshot: string): boolean {
  return at(binding, 'spec', 'schedulingPolicySnapshotName') === policySnapshot && at(binding, 'spec', 'state') !== 'Unscheduled'
}

function targetOf(binding: KubernetesObject): string {
  return String(at(binding, 'spec', 'targetCluster') ?? '')
}

const noScore = { affinityScore: 0, priorityScore: 0 }

function scored(clusterName: string): ClusterDecision {
  const scores = 'affinity score: 0, topology spread score: 0'
  const reason = `Successfully scheduled resources for placement in "${clusterName}" (${scores}): picked by scheduling policy`
  return { clusterName, clusterScore: noScore, reason, selected: true }
}

function named(clusterName: string): ClusterDecision {
  return { clusterName, reason: `Successfully scheduled resources for placement in "${clusterName}": picked by scheduling policy`, selected: true }
}

function tooLow(clusterName: string): ClusterDecision {
  const reason = `Cluster "${clusterName}" does not score high enough (affinity score: 0, topology spread score: 0)`
  return { clusterName, clusterScore: noScore, reason, selected: false }
}

function unschedulable(clusterName: string, message: string): ClusterDecision {
  return { clusterName, reason: `ClusterUnschedulable, ${message}`, selected: false }
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name ?? ''
}

function byName(members: readonly KubernetesObject[]): KubernetesObject[] {
  return [...members].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}
