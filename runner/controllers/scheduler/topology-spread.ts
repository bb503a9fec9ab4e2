// Pods spread evenly over zones, nodes or whatever label a constraint names.
import type { JsonObject } from '../../base/json.ts'
import { labelSelectorMatcher } from '../../kubernetes/selectors.ts'
import type { Pod } from '../pods.ts'
import type { Node } from './node.ts'
import { matchesAffinity, matchesNodeSelector, type NodeSelector } from './node-affinity.ts'
import type { Check, Place } from './place.ts'
import { tolerates } from './tolerations.ts'

interface Constraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly whenUnsatisfiable: string
  readonly labelSelector?: JsonObject
  readonly minDomains?: number
  readonly nodeAffinityPolicy?: string
  readonly nodeTaintsPolicy?: string
  readonly matchLabelKeys?: readonly string[]
}

/** A constraint and how many matching pods each of its domains has. */
interface Spread {
  readonly constraint: Constraint
  readonly counts: ReadonlyMap<string, number>
  /** 1 if the pod itself will count. */
  readonly self: number
}

const words = "node(s) didn't match pod topology spread constraints"

/** The filter of constraints that must hold; undefined if the pod has none. */
export function topologySpread(pod: Pod, places: readonly Place[]): Check | undefined {
  const spreads = spreadsOf(pod, places, 'DoNotSchedule')
  if (spreads.length === 0) return undefined
  return ({ node }) => {
    for (const { constraint, counts, self } of spreads) {
      const domain = node.metadata.labels?.[constraint.topologyKey]
      if (domain === undefined) return { reasons: [`${words} (missing required label)`], final: true }
      const least = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values())
      if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) return { reasons: [words], final: false, relational: true }
    }
    return undefined
  }
}

/** How well places serve the constraints that need not hold, of 100; undefined if the pod has none. */
export function spreadScore(pod: Pod, places: readonly Place[]): ((place: Place) => number) | undefined {
  const spreads = spreadsOf(pod, places, 'ScheduleAnyway')
  if (spreads.length === 0) return undefined
  const crowded = (place: Place): number | undefined => {
    let sum = 0
    for (const { constraint, counts } of spreads) {
      const domain = place.node.metadata.labels?.[constraint.topologyKey]
      if (domain === undefined) return undefined
      sum += (counts.get(domain) ?? 0) * Math.log(counts.size + 2) + constraint.maxSkew - 1
    }
    return Math.round(sum)
  }
  const known = places.map(crowded).filter((value) => value !== undefined)
  const [most, least] = [Math.max(0, ...known), known.length === 0 ? 0 : Math.min(...known)]
  return (place) => {
    const mine = crowded(place)
    return mine === undefined ? 0 : most === 0 ? 100 : Math.floor((100 * (most + least - mine)) / most)
  }
}

function spreadsOf(pod: Pod, places: readonly Place[], when: string): readonly Spread[] {
  const all = Array.isArray(pod.spec.topologySpreadConstraints) ? (pod.spec.topologySpreadConstraints as readonly Constraint[]) : []
  const constraints = all.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
  const eligible = places.filter(({ node }) => constraints.every(({ topologyKey }) => node.metadata.labels?.[topologyKey] !== undefined))
  return constraints.map((constraint) => {
    const matches = matcherOf(pod, constraint)
    const counts = new Map<string, number>()
    for (const { node, load } of eligible) {
      if (!isCounted(pod, node, constraint)) continue
      const domain = node.metadata.labels?.[constraint.topologyKey] ?? ''
      counts.set(domain, (counts.get(domain) ?? 0) + load.pods.filter((each) => each.metadata.deletionTimestamp === undefined && matches(each)).length)
    }
    return { constraint, counts, self: matches(pod) ? 1 : 0 }
  })
}

/** Which pods a constraint counts: of the same namespace, by its selector and by the pod's own values of `matchLabelKeys`. */
function matcherOf(pod: Pod, { labelSelector, matchLabelKeys = [] }: Constraint): (other: Pod) => boolean {
  const selector = labelSelectorMatcher(labelSelector)
  const keys = matchLabelKeys.filter((key) => pod.metadata.labels?.[key] !== undefined)
  if (selector.empty && keys.length === 0) return () => false
  return ({ metadata: { namespace, labels } }) =>
    namespace === pod.metadata.namespace && selector.matches(labels ?? {}) && keys.every((key) => labels?.[key] === pod.metadata.labels?.[key])
}

/** True if the constraint's policies let a node count. */
function isCounted(pod: Pod, node: Node, { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: Constraint): boolean {
  const affinity = pod.spec.affinity as { nodeAffinity?: NodeSelector } | undefined
  const wanted = nodeAffinityPolicy !== 'Honor' || (matchesNodeSelector(pod.spec.nodeSelector, node) && matchesAffinity(affinity, node))
  const repelled = (node.spec?.taints ?? []).some((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint))
  return wanted && (nodeTaintsPolicy !== 'Honor' || !repelled)
}
