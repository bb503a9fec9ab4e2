// Pods that want to be near other pods, or far from them: inter-pod affinity, as a filter and as a score.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import { labelSelectorMatcher } from '../../kubernetes/selectors.ts'
import type { Pod } from '../pods.ts'
import type { Check, Misfit, Place, Surroundings } from './place.ts'

interface Term {
  readonly topologyKey: string
  readonly labelSelector?: JsonObject
  readonly namespaces?: readonly string[]
  readonly namespaceSelector?: JsonObject
  readonly matchLabelKeys?: readonly string[]
  readonly mismatchLabelKeys?: readonly string[]
}

interface Rule {
  readonly topologyKey: string
  readonly weight: number
  matches(pod: Pod): boolean
}

type Sort = 'podAffinity' | 'podAntiAffinity'
const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

const apart: Misfit = { reasons: ["node(s) didn't match pod affinity rules"], final: true, relational: true }
const near: Misfit = { reasons: ["node(s) didn't match pod anti-affinity rules"], final: false, relational: true }
const unwelcome: Misfit = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], final: false, relational: true }

/** True if a pod has a say in who its neighbours are. */
export function mindsOthers(pod: Pod): boolean {
  return pod.spec.affinity !== undefined && (at(pod.spec.affinity, 'podAffinity') !== undefined || at(pod.spec.affinity, 'podAntiAffinity') !== undefined)
}

/** The filter of the pod's own terms and of the terms of those already there; undefined if there are none. */
export function podAffinity(pod: Pod, surroundings: Surroundings): Check | undefined {
  const wanted = rules(pod, 'podAffinity', surroundings)
  const shunned = rules(pod, 'podAntiAffinity', surroundings)
  const guarded = guardedDomains(pod, surroundings)
  if (wanted.length + shunned.length + guarded.size === 0) return undefined
  const { places } = surroundings
  const company = wanted.length === 0 ? new Set<string>() : domains(wanted, places, (other) => wanted.every((rule) => rule.matches(other)))
  const avoided = new Set(shunned.flatMap((rule) => [...domains([rule], places, (other) => rule.matches(other))]))
  const first = company.size === 0 && wanted.every((rule) => rule.matches(pod))
  return (place) => {
    const keys = wanted.map((rule) => domain(rule.topologyKey, place))
    if (keys.some((key) => key === undefined || !(first || company.has(key)))) return apart
    if (shunned.some(({ topologyKey }) => avoided.has(domain(topologyKey, place) ?? ''))) return near
    for (const [name, value] of Object.entries(place.node.metadata.labels ?? {})) if (guarded.has(`${name}=${value}`)) return unwelcome
    return undefined
  }
}

/** How much the preferred terms of both sides speak for a place, from 0 to 100; undefined if there are none. */
export function affinityScore(pod: Pod, surroundings: Surroundings): ((place: Place) => number) | undefined {
  const sums = new Map<string, number>()
  const add = (key: string | undefined, weight: number): void => {
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + weight)
  }
  const mine = preferences(pod, surroundings)
  for (const place of surroundings.places) {
    for (const rule of mine) add(domain(rule.topologyKey, place), rule.weight * place.load.pods.filter((other) => rule.matches(other)).length)
    for (const other of place.load.minding) {
      const theirs = [...preferences(other, surroundings), ...rules(other, 'podAffinity', surroundings)]
      for (const rule of theirs) if (rule.matches(pod)) add(domain(rule.topologyKey, place), rule.weight)
    }
  }
  if (sums.size === 0) return undefined
  const total = ({ node }: Place): number =>
    Object.entries(node.metadata.labels ?? {}).reduce((sum, [name, value]) => sum + (sums.get(`${name}=${value}`) ?? 0), 0)
  const all = surroundings.places.map(total)
  const [least, most] = [Math.min(...all), Math.max(...all)]
  return (place) => (most === least ? 0 : (100 * (total(place) - least)) / (most - least))
}

function preferences(pod: Pod, surroundings: Surroundings): readonly Rule[] {
  const weighted = (sort: Sort, sign: number): readonly Rule[] =>
    terms(pod, sort, preferred).map((entry) => rule(pod, { term: entry.podAffinityTerm as unknown as Term, weight: sign * Number(entry.weight) }, surroundings))
  return [...weighted('podAffinity', 1), ...weighted('podAntiAffinity', -1)]
}

/** Domains in which a pod stands that keeps this one away, as `key=value`. */
function guardedDomains(pod: Pod, surroundings: Surroundings): ReadonlySet<string> {
  const found = new Set<string>()
  for (const place of surroundings.places)
    for (const other of place.load.minding)
      for (const each of rules(other, 'podAntiAffinity', surroundings)) {
        const key = each.matches(pod) ? domain(each.topologyKey, place) : undefined
        if (key !== undefined) found.add(key)
      }
  return found
}

function domains(wanted: readonly Rule[], places: readonly Place[], matches: (pod: Pod) => boolean): ReadonlySet<string> {
  const holding = places.filter(({ load }) => load.pods.some(matches))
  return new Set(holding.flatMap((place) => wanted.flatMap(({ topologyKey }) => domain(topologyKey, place) ?? [])))
}

function domain(key: string, { node }: Place): string | undefined {
  const value = node.metadata.labels?.[key]
  return value === undefined ? undefined : `${key}=${value}`
}

function rules(pod: Pod, sort: Sort, surroundings: Surroundings): readonly Rule[] {
  return terms(pod, sort, required).map((term) => rule(pod, { term: term as unknown as Term, weight: 1 }, surroundings))
}

function terms(pod: Pod, sort: Sort, strength: string): readonly JsonObject[] {
  if (pod.spec.affinity === undefined) return []
  const found = at(pod.spec.affinity, sort, strength)
  return Array.isArray(found) ? found.filter(isObject) : []
}

function rule(owner: Pod, { term, weight }: { readonly term: Term; readonly weight: number }, { namespaces }: Surroundings): Rule {
  const selector = labelSelectorMatcher(term.labelSelector)
  const chosen = term.namespaceSelector === undefined ? undefined : labelSelectorMatcher(term.namespaceSelector)
  const named = [...(term.namespaces ?? []), ...namespaces.flatMap(({ metadata }) => (chosen?.matches(metadata.labels ?? {}) ? [metadata.name ?? ''] : []))]
  const among = new Set(named.length === 0 && chosen === undefined ? [owner.metadata.namespace ?? ''] : named)
  const own = owner.metadata.labels ?? {}
  const same = (term.matchLabelKeys ?? []).filter((key) => own[key] !== undefined)
  const other = (term.mismatchLabelKeys ?? []).filter((key) => own[key] !== undefined)
  return {
    topologyKey: term.topologyKey,
    weight,
    matches: ({ metadata: { namespace = '', labels = {} } }) =>
      among.has(namespace) && selector.matches(labels) && same.every((key) => labels[key] === own[key]) && other.every((key) => labels[key] !== own[key]),
  }
}
