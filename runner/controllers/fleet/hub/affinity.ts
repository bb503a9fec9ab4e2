// Cluster affinity: which members a policy's required terms let in, and what its preferred terms score (plugin ClusterAffinity).
import { isObject, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { compareQuantities, parseQuantity, type Quantity, QuantityError } from '../../../kubernetes/quantity.ts'
import { matchesLabels } from '../label-selector.ts'
import type { PlacementPolicy } from './placement-spec.ts'

/** True if a member meets one of the required terms; no terms, no demand. */
export function matchesRequired(cluster: KubernetesObject, policy: PlacementPolicy | undefined): boolean {
  const path = ['affinity', 'clusterAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'clusterSelectorTerms']
  const terms = (at(policy, ...path) ?? []) as readonly JsonObject[]
  return terms.length === 0 || terms.some((term) => matchesTerm(cluster, term))
}

/** What the preferred terms give a member, added up; `all` are the members among which a property is sorted. */
export function affinityScore(cluster: KubernetesObject, policy: PlacementPolicy | undefined, all: readonly KubernetesObject[]): number {
  const path = ['affinity', 'clusterAffinity', 'preferredDuringSchedulingIgnoredDuringExecution']
  const terms = (at(policy, ...path) ?? []) as readonly JsonObject[]
  return terms.reduce((sum, { weight, preference }) => sum + preferenceScore(cluster, { weight: Number(weight), preference, all }), 0)
}

interface PropertyRequirement {
  readonly name: string
  readonly operator: string
  readonly values: readonly string[]
}

function matchesTerm({ metadata, status }: KubernetesObject, { labelSelector, propertySelector }: JsonObject): boolean {
  if (!matchesLabels(labelSelector as JsonObject | undefined, metadata.labels)) return false
  const expressions = (at(propertySelector, 'matchExpressions') ?? []) as unknown as readonly PropertyRequirement[]
  return expressions.every((expression) => meets(status, expression))
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  Eq: (order) => order === 0,
  Ne: (order) => order !== 0,
  Gt: (order) => order > 0,
  Ge: (order) => order >= 0,
  Lt: (order) => order < 0,
  Le: (order) => order <= 0,
}

/** A property that is not reported meets nothing. */
function meets(status: unknown, { name, operator, values }: PropertyRequirement): boolean {
  const value = propertyOf(status, name)
  const wanted = quantity(values[0])
  return value !== undefined && wanted !== undefined && (comparisons[operator]?.(compareQuantities(value, wanted)) ?? false)
}

const resourcePrefix = 'resources.kubernetes-fleet.io/'
const usages: Readonly<Record<string, string>> = { total: 'capacity', allocatable: 'allocatable', available: 'available' }

/** A property as a member reports it: of its resources, or any other by its name. */
function propertyOf(status: unknown, name: string): Quantity | undefined {
  if (!name.startsWith(resourcePrefix)) return quantity(at(status, 'properties', name, 'value'))
  const [usage = '', resource = '', ...rest] = name.slice(resourcePrefix.length).split('-')
  const part = usages[usage]
  return part === undefined || rest.length > 0 ? undefined : quantity(at(status, 'resourceUsage', part, resource))
}

function quantity(text: unknown): Quantity | undefined {
  if (text === undefined) return undefined
  try {
    return parseQuantity(String(text))
  } catch (error) {
    if (error instanceof QuantityError) return undefined
    throw error
  }
}

interface Preference {
  readonly weight: number
  readonly preference: unknown
  readonly all: readonly KubernetesObject[]
}

/** The whole weight where the labels match; with a sorter, the part of it that the member's place between least and most gives. */
function preferenceScore(cluster: KubernetesObject, { weight, preference, all }: Preference): number {
  const selector = at(preference, 'labelSelector')
  if (!matchesLabels(isObject(selector) ? selector : undefined, cluster.metadata.labels)) return 0
  const sorter = at(preference, 'propertySorter')
  if (!isObject(sorter)) return weight
  const value = numberOf(cluster, String(sorter.name))
  const values = all.map((each) => numberOf(each, String(sorter.name))).filter((each) => each !== undefined)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (value === undefined || least === most) return 0
  const place = (value - least) / (most - least)
  return roundedAwayFromZero((sorter.sortOrder === 'Ascending' ? 1 - place : place) * weight)
}

function numberOf({ status }: KubernetesObject, name: string): number | undefined {
  const value = propertyOf(status, name)
  return value && Number(value.nanos) / 1e9
}

/** Go's math.Round. */
function roundedAwayFromZero(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value))
}
