// Topology spread constraints: what picking one more cluster does to the spread over a topology's domains (plugin TopologySpreadConstraints).
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import type { PlacementPolicy } from './placement-spec.ts'

/** One entry of `policy.topologySpreadConstraints`. */
interface SpreadConstraint {
  readonly topologyKey: string
  readonly maxSkew?: number
  readonly whenUnsatisfiable?: 'DoNotSchedule' | 'ScheduleAnyway'
}

/** What a further pick would do: a reason against it, or a score. */
export interface SpreadResult {
  readonly violation?: string
  readonly score: number
}

/** True if the policy has constraints: then clusters are picked one by one. */
export function isSpread(policy: PlacementPolicy | undefined): boolean {
  return constraintsOf(policy).length > 0
}

const violationCost = 1000

/** Judges one more pick; `picked` are the names of the clusters that have the placement. */
export function spreadOf(
  cluster: KubernetesObject,
  policy: PlacementPolicy | undefined,
  { members, picked }: { readonly members: readonly KubernetesObject[]; readonly picked: ReadonlySet<string> },
): SpreadResult {
  let score = 0
  for (const { topologyKey, maxSkew = 1, whenUnsatisfiable = 'DoNotSchedule' } of constraintsOf(policy)) {
    const domain = cluster.metadata.labels?.[topologyKey]
    if (domain === undefined) continue
    const counts = countByDomain(topologyKey, members, picked)
    const before = skewOf(counts)
    const after = skewOf(new Map(counts).set(domain, (counts.get(domain) ?? 0) + 1))
    if (after > maxSkew && whenUnsatisfiable === 'DoNotSchedule') {
      return { violation: `violated doNotSchedule topology spread constraint "${topologyKey}" (max skew ${maxSkew})`, score: 0 }
    }
    score -= after > maxSkew ? violationCost : after - before
  }
  return { score: score === 0 ? 0 : score }
}

function constraintsOf(policy: PlacementPolicy | undefined): readonly SpreadConstraint[] {
  return (at(policy, 'topologySpreadConstraints') ?? []) as unknown as readonly SpreadConstraint[]
}

/** Every domain counts, also those without a pick. */
function countByDomain(key: string, members: readonly KubernetesObject[], picked: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { metadata } of members) {
    const domain = metadata.labels?.[key]
    if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + (picked.has(metadata.name ?? '') ? 1 : 0))
  }
  return counts
}

function skewOf(counts: ReadonlyMap<string, number>): number {
  return Math.max(...counts.values()) - Math.min(...counts.values())
}
