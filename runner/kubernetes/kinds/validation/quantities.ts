// Rules on quantities and lists of resources (`validation.go`: ValidateResourceRequirements and what it calls).
import type { Json, JsonObject } from '../../../base/json.ts'
import { addQuantities, formatQuantity, parseQuantity } from '../../quantity.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notFound, required } from './findings.ts'
import { isDns1123Label, isQualifiedName } from './names.ts'
import { fields, objects, present, text } from './read.ts'
import { optionalName } from './references.ts'

const containerResources = ['cpu', 'memory', 'ephemeral-storage']
const objectCounts = [
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
]
const quotaResources = [
  ...['requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage'],
  ...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'storage'],
]
/** A quantity in billionths; 0 for what is none (decoding has refused it before). */
export function billionths(quantity: Json | undefined): bigint {
  try {
    return parseQuantity(String(quantity ?? '0')).nanos
  } catch {
    return 0n
  }
}

/** The sum of two quantities, in canonical form. */
export function sumOfQuantities(left: string, right: string): string {
  return addQuantities(parseQuantity(left), parseQuantity(right)).text
}

/** Negative, 0 or positive as the first quantity is less than, equal to or more than the second. */
export function compareQuantities(left: Json | undefined, right: Json | undefined): number {
  const difference = billionths(left) - billionths(right)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Finer than a thousandth becomes a thousandth more; anything else stays as written. */
export function roundUpToMilli(quantity: string): string {
  const value = billionths(quantity)
  return value % 1000_000n === 0n ? quantity : formatQuantity((value / 1000_000n + (value > 0n ? 1n : 0n)) * 1000_000n, 'DecimalSI')
}

/** A quantity that must not be negative. */
export function* nonNegativeQuantity(field: string, quantity: Json | undefined): Findings {
  if (billionths(quantity) < 0n) yield invalid(field, quantity ?? '0', 'must be greater than or equal to 0')
}

/** A quantity that must be above zero. */
export function* positiveQuantity(field: string, quantity: Json | undefined): Findings {
  if (billionths(quantity) <= 0n) yield invalid(field, quantity ?? '0', 'must be greater than zero')
}

/** A quantity of a resource: not negative, and whole where the resource is counted. */
export function* resourceQuantity(field: string, resource: string, quantity: Json | undefined): Findings {
  yield* nonNegativeQuantity(field, quantity)
  if ((objectCounts.includes(resource) || isExtendedResource(resource)) && billionths(quantity) % 10n ** 9n !== 0n)
    yield invalid(field, quantity, 'must be an integer')
}

/** Findings on a resource's name: qualified, and a known one if it has no prefix. */
export function* resourceName(field: string, name: string): Findings {
  const problems = isQualifiedName(name)
  yield* invalidAll(field, name, problems)
  if (problems.length === 0 && !name.includes('/') && !isStandardResource(name))
    yield invalid(field, name, 'must be a standard resource type or fully qualified')
}

/** True for hugepages-2Mi and its like. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** True for what a pod may ask for as a whole, in place of what its containers do (component-helpers `IsSupportedPodLevelResource`). */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name)
}

/** True for a resource of a vendor: example.com/gpu. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !isNativeResource(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0
}

/** Findings on `resources` of a container. */
export function* validateResources(resources: Json | undefined, path: string, claims: readonly string[] = []): Findings {
  const { limits, requests } = fields(resources)
  yield* validateResourceList(limits, child(path, 'limits'))
  for (const [name, quantity] of sortedEntries(requests)) {
    yield* validateResourceEntry(item(child(path, 'requests'), name), name, quantity)
    yield* requestWithinLimit(fields(limits), [name, quantity], path)
  }
  const names = [...Object.keys(fields(limits)), ...Object.keys(fields(requests))]
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) yield forbidden(path, 'HugePages require cpu or memory')
  yield* validateClaims(objects(fields(resources).claims), child(path, 'claims'), claims)
}

/** Findings on a list of resources of a container (limits, overhead). */
export function* validateResourceList(list: Json | undefined, path: string): Findings {
  for (const [name, quantity] of sortedEntries(list)) yield* validateResourceEntry(item(path, name), name, quantity)
}

/** The members of a list of resources, sorted by name. */
export function sortedEntries(list: Json | undefined): readonly (readonly [string, Json | undefined])[] {
  return Object.entries(fields(list)).sort(([left], [right]) => (left < right ? -1 : 1))
}

/** True for a resource that has a known name without prefix. */
export function isStandardResource(name: string): boolean {
  return (
    containerResources.includes(name) ||
    objectCounts.includes(name) ||
    quotaResources.includes(name) ||
    isHugePages(name) ||
    isHugePages(name.replace(/^requests\./, ''))
  )
}

/** Findings on the name of a resource that containers ask for. */
export function* containerResourceName(field: string, name: string): Findings {
  yield* resourceName(field, name)
  if (!name.includes('/')) {
    if (!containerResources.includes(name) && !isHugePages(name)) yield invalid(field, name, 'must be a standard resource for containers')
  } else if (!isNativeResource(name) && !isExtendedResource(name)) yield invalid(field, name, "doesn't follow extended resource name standard")
}

function* validateResourceEntry(field: string, name: string, quantity: Json | undefined): Findings {
  yield* containerResourceName(field, name)
  yield* resourceQuantity(field, name, quantity)
  if (isHugePages(name) && !isMultipleOf(quantity, name.slice('hugepages-'.length)))
    yield invalid(field, quantity, `${String(quantity)} is not positive integer multiple of ${name}`)
}

function isMultipleOf(quantity: Json | undefined, size: string): boolean {
  const unit = billionths(size)
  return unit <= 0n || billionths(quantity) % unit === 0n
}

function* requestWithinLimit(limits: JsonObject, [name, request]: readonly [string, Json | undefined], path: string): Findings {
  const limit = limits[name]
  const overcommit = isNativeResource(name) && !isHugePages(name)
  if (limit === undefined) {
    if (!overcommit) yield required(child(path, 'limits'), 'Limit must be set for non overcommitable resources')
    return
  }
  const order = compareQuantities(request, limit)
  if (order !== 0 && !overcommit) yield invalid(child(path, 'requests'), request, `must be equal to ${name} limit of ${String(limit)}`)
  else if (order > 0) yield invalid(child(path, 'requests'), request, `must be less than or equal to ${name} limit of ${String(limit)}`)
}

/** Findings on claims among the resources, of which the pod has those that are `known`. */
export function* validateClaims(claims: readonly JsonObject[], path: string, known: readonly string[]): Findings {
  const seen = new Set<string>()
  for (const [index, claim] of claims.entries()) {
    const name = text(claim.name)
    const here = item(path, index)
    const key = [name, ...(present(claim.request) ? [text(claim.request)] : [])].join('/')
    if (name === '') {
      yield required(here)
      continue
    }
    if (text(claim.request) !== '' && !seen.has(name)) yield* optionalName(child(here, 'request'), claim.request, isDns1123Label)
    if (seen.has(name)) yield duplicate(here, name)
    else if (seen.has(key)) yield duplicate(here, key)
    else if (key === name && [...seen].some((other) => other.startsWith(`${name}/`))) yield duplicate(here, name)
    seen.add(key)
    const names = known.length === 0 ? ' which is empty' : `: ${known.toSorted().join(', ')}`
    if (!known.includes(name)) yield notFound(here, name, `must be one of the names in pod.spec.resourceClaims${names}`)
  }
}

function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}
