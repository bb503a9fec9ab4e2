// Decides which clusters a policy picks, from the members and bindings as they are now: a pure function of them.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { affinityScore } from './affinity.ts'
import { filtered, ineligibility } from './eligibility.ts'
import type { PlacementPolicy } from './placement-spec.ts'
import { isSpread, spreadOf } from './topology-spread.ts'

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
  /** World time, ms. */
  readonly now: number
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
  const { policy, now } = ground
  const free = byName(ground.members).filter((member) => !isHeld(member, ground))
  const refused = free.map((member) => ({ member, reason: filtered(member, policy, now) }))
  return settle(ground, {
    picked: refused.filter(({ reason }) => reason === undefined).map(({ member }) => scored({ name: nameOf(member), affinity: 0, spread: 0 })),
    kept: held(ground),
    others: refused.flatMap(({ member, reason }) => (reason === undefined ? [] : [unschedulable(nameOf(member), reason)])),
    fulfilled: true,
  })
}

/** Exactly the clusters that are named. */
function pickFixed(ground: ScheduleGround): Schedule {
  const names = ground.policy?.clusterNames ?? []
  const kept = held(ground).filter((binding) => names.includes(targetOf(binding)))
  const refusals = names.filter((name) => !kept.some((binding) => targetOf(binding) === name)).map((name) => ({ name, reason: refusal(name, ground) }))
  const others = refusals.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ clusterName: name, reason, selected: false }]))
  const picked = refusals.filter(({ reason }) => reason === undefined).map(({ name }) => named(name))
  return settle(ground, { picked, kept, others, fulfilled: others.length === 0 })
}

function refusal(name: string, { members, now }: ScheduleGround): string | undefined {
  const member = members.find((each) => nameOf(each) === name)
  if (!member) return `Specified cluster "${name}" is not found`
  const problem = ineligibility(member, now)
  return problem && `Cluster "${name}" is not eligible for resource placement yet: ${problem}`
}

/** So many clusters, the best by score; those that hold the placement stay. */
function pickN(ground: ScheduleGround): Schedule {
  const wanted = ground.policy?.numberOfClusters ?? 0
  const present = held(ground)
  if (present.length >= wanted) {
    const kept = present.length === wanted ? present : trimmed(present, wanted)
    return settle(ground, { picked: [], kept, others: stillLeft(ground), fulfilled: true })
  }
  const picked: Candidate[] = []
  const batch = isSpread(ground.policy) ? 1 : wanted - present.length
  let round = candidates(ground, new Set(present.map(targetOf)))
  for (;;) {
    picked.push(...round.fit.slice(0, batch))
    if (round.fit.length === 0 || present.length + picked.length >= wanted || batch > 1) break
    round = candidates(ground, new Set([...present.map(targetOf), ...picked.map(({ name }) => name)]))
  }
  const beaten = round.fit.filter((candidate) => !picked.includes(candidate)).map(tooLow)
  const fulfilled = present.length + picked.length >= wanted
  return settle(ground, { picked: inOrderOfStatus(picked, batch).map(scored), kept: present, others: [...beaten, ...round.unfit], fulfilled })
}

/** Clusters that are picked one by one: the last is reported first, and the others as the bindings that they have become, by name. */
function inOrderOfStatus(picked: readonly Candidate[], batch: number): readonly Candidate[] {
  if (batch > 1) return picked
  return [...picked.slice(-1), ...picked.slice(0, -1).sort((a, b) => (a.name < b.name ? -1 : 1))]
}

interface Candidate {
  readonly name: string
  readonly affinity: number
  readonly spread: number
}

/** The clusters that may be picked, best first, and why the others may not. */
function candidates(ground: ScheduleGround, picked: ReadonlySet<string>): { readonly fit: readonly Candidate[]; readonly unfit: readonly ClusterDecision[] } {
  const { policy, members, now } = ground
  const fit: (Candidate & { readonly obsolete: number })[] = []
  const unfit: ClusterDecision[] = []
  for (const member of byName(members).filter((each) => !picked.has(nameOf(each)))) {
    const name = nameOf(member)
    const problem = filtered(member, policy, now)
    const { violation, score } = spreadOf(member, policy, { members, picked })
    if (problem !== undefined || violation !== undefined) unfit.push(unschedulable(name, problem ?? violation ?? ''))
    else fit.push({ name, affinity: affinityScore(member, policy, members), spread: score, obsolete: isObsolete(name, ground) ? 1 : 0 })
  }
  fit.sort((a, b) => b.spread - a.spread || b.affinity - a.affinity || b.obsolete - a.obsolete || (a.name < b.name ? 1 : -1))
  return { fit, unfit }
}

/** A cluster that has the placement by an older policy is preferred. */
function isObsolete(name: string, { bindings, policySnapshot }: ScheduleGround): boolean {
  return bindings.some((binding) => targetOf(binding) === name && at(binding, 'spec', 'state') !== 'Unscheduled' && !isCurrent(binding, policySnapshot))
}

/** What stays of too many: those not yet bound go first, then the lowest scores, then the smaller names. */
function trimmed(present: readonly KubernetesObject[], wanted: number): readonly KubernetesObject[] {
  const score = (binding: KubernetesObject, name: string): number => Number(at(binding, 'spec', 'clusterDecision', 'clusterScore', name) ?? 0)
  const ordered = [...present].sort(
    (a, b) =>
      Number(isBound(a)) - Number(isBound(b)) ||
      score(a, 'priorityScore') - score(b, 'priorityScore') ||
      score(a, 'affinityScore') - score(b, 'affinityScore') ||
      (targetOf(a) < targetOf(b) ? -1 : 1),
  )
  return ordered.slice(ordered.length - wanted)
}

function isBound(binding: KubernetesObject): boolean {
  return at(binding, 'spec', 'state') === 'Bound'
}

function stillLeft({ reported }: ScheduleGround): readonly ClusterDecision[] {
  return reported.filter(({ selected }) => !selected)
}

/** The bindings by this very policy whose members have not left for good: they stay, whatever the filters say. Those not yet bound come first. */
function held(ground: ScheduleGround): readonly KubernetesObject[] {
  const { members, bindings, policySnapshot } = ground
  const current = bindings.filter((binding) => isCurrent(binding, policySnapshot) && members.some((member) => nameOf(member) === targetOf(binding)))
  return [...current.filter((binding) => !isBound(binding)), ...current.filter(isBound)]
}

/** Compares what is picked with the bindings that are there. */
function settle(
  { bindings, policySnapshot }: ScheduleGround,
  result: {
    readonly picked: readonly ClusterDecision[]
    readonly kept: readonly KubernetesObject[]
    readonly others: readonly ClusterDecision[]
    readonly fulfilled: boolean
  },
): Schedule {
  const create: ClusterDecision[] = []
  const adopt: { readonly binding: KubernetesObject; readonly decision: ClusterDecision }[] = []
  for (const decision of result.picked) {
    const binding = bindings.find((each) => targetOf(each) === decision.clusterName && !isCurrent(each, policySnapshot))
    if (binding) adopt.push({ binding, decision })
    else create.push(decision)
  }
  const staying = [...result.kept, ...adopt.map(({ binding }) => binding)]
  const drop = bindings.filter((binding) => !staying.includes(binding) && at(binding, 'spec', 'state') !== 'Unscheduled')
  const kept = result.kept.map((binding) => at(binding, 'spec', 'clusterDecision') as ClusterDecision)
  const decisions = [...create, ...adopt.map(({ decision }) => decision), ...kept, ...result.others.slice(0, mostUnselected)]
  return { create, adopt, drop, decisions, fulfilled: result.fulfilled }
}

/** True for a member that has the placement by this very policy. */
function isHeld(member: KubernetesObject, { bindings, policySnapshot }: ScheduleGround): boolean {
  return bindings.some((binding) => targetOf(binding) === nameOf(member) && isCurrent(binding, policySnapshot))
}

function isCurrent(binding: KubernetesObject, policySnapshot: string): boolean {
  return at(binding, 'spec', 'schedulingPolicySnapshotName') === policySnapshot && at(binding, 'spec', 'state') !== 'Unscheduled'
}

function targetOf(binding: KubernetesObject): string {
  return String(at(binding, 'spec', 'targetCluster') ?? '')
}

function scored({ name, affinity, spread }: Candidate): ClusterDecision {
  const reason = `Successfully scheduled resources for placement in "${name}" ${scoreText(affinity, spread)}: picked by scheduling policy`
  return { clusterName: name, clusterScore: { affinityScore: affinity, priorityScore: spread }, reason, selected: true }
}

function scoreText(affinity: number, spread: number): string {
  return `(affinity score: ${affinity}, topology spread score: ${spread})`
}

function named(clusterName: string): ClusterDecision {
  return { clusterName, reason: `Successfully scheduled resources for placement in "${clusterName}": picked by scheduling policy`, selected: true }
}

function tooLow({ name, affinity, spread }: Candidate): ClusterDecision {
  const reason = `Cluster "${name}" does not score high enough ${scoreText(affinity, spread)}`
  return { clusterName: name, clusterScore: { affinityScore: affinity, priorityScore: spread }, reason, selected: false }
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
