// Fills in what a namespace's LimitRanges give to containers that say nothing, and refuses what is out of range.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { amountsOf, containersOf, usageOf } from '../kinds/quota/usage.ts'
import { at, type KubernetesObject } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isResize, isWriteOf, refusal } from './refusal.ts'

interface Limit {
  readonly type: string
  readonly max?: Readonly<Record<string, string>>
  readonly min?: Readonly<Record<string, string>>
  readonly default?: Readonly<Record<string, string>>
  readonly defaultRequest?: Readonly<Record<string, string>>
  readonly maxLimitRequestRatio?: Readonly<Record<string, string>>
}

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  admit(request) {
    const { object, operation } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, '', 'pods')) return undefined
    return limitsOf(request).reduce((pod, limit) => (limit.type === 'Container' ? withDefaults(pod, limit) : pod), object)
  },
  validate(request) {
    const { object } = request
    if (!object || !isLimited(request)) return
    const problems = limitsOf(request).flatMap((limit) => problemsOf(request, limit, object))
    if (problems.length > 0) throw refusal(request, problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`)
  },
}

/** Pods are limited as they are made and resized, claims whenever they are written. */
function isLimited(request: AdmissionRequest): boolean {
  const { operation } = request
  if (operation === 'CREATE') return true
  return operation === 'UPDATE' && (isResize(request) || isWriteOf(request, '', 'persistentvolumeclaims'))
}

function limitsOf({ context, key }: AdmissionRequest): readonly Limit[] {
  if (key.namespace === undefined) return []
  return context.list('v1', 'LimitRange', key.namespace).flatMap((range) => (at(range, 'spec', 'limits') as unknown as readonly Limit[] | undefined) ?? [])
}

/** Defaults of one LimitRange, and the annotation that tells of them. */
function withDefaults(pod: KubernetesObject, limit: Limit): KubernetesObject {
  const told: string[] = []
  const fill = (container: JsonObject, sort: string): JsonObject => {
    const resources = isObject(container.resources) ? container.resources : {}
    const requests = missing(resources.requests, limit.defaultRequest)
    const limits = missing(resources.limits, limit.default)
    for (const [part, added] of [
      ['request', requests],
      ['limit', limits],
    ] as const)
      if (Object.keys(added).length > 0) told.push(`${Object.keys(added).sort().join(', ')} ${part} for ${sort} ${container.name}`)
    return { ...container, resources: { ...resources, ...merged('limits', resources.limits, limits), ...merged('requests', resources.requests, requests) } }
  }
  const spec = pod.spec as JsonObject
  const containers = containersOf(pod, 'containers').map((container) => fill(container, 'container'))
  const initContainers = containersOf(pod, 'initContainers').map((container) => fill(container, 'init container'))
  if (told.length === 0) return pod
  const annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${told.join('; ')}` }
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...spec, containers, ...(initContainers.length > 0 && { initContainers }) } }
}

function missing(known: Json | undefined, defaults: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !(isObject(known) && name in known)))
}

function merged(part: string, known: Json | undefined, added: Readonly<Record<string, string>>): JsonObject {
  const amounts = { ...(isObject(known) ? known : {}), ...added }
  return Object.keys(amounts).length > 0 ? { [part]: amounts } : {}
}

function problemsOf(request: AdmissionRequest, limit: Limit, object: KubernetesObject): readonly string[] {
  if (isWriteOf(request, '', 'pods') || isResize(request)) {
    if (limit.type === 'Container')
      return [...containersOf(object, 'containers'), ...containersOf(object, 'initContainers')].flatMap((container) =>
        check(limit, containerAmounts(container)),
      )
    return limit.type === 'Pod' ? check(limit, podAmounts(object)) : []
  }
  if (!isWriteOf(request, '', 'persistentvolumeclaims') || limit.type !== 'PersistentVolumeClaim') return []
  const requests = at(object, 'spec', 'resources', 'requests')
  return check(limit, { requests: isObject(requests) ? (requests as Record<string, string>) : {}, limits: {} })
}

interface Amounts {
  readonly requests: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, string>>
}

function containerAmounts(container: JsonObject): Amounts {
  return { requests: Object.fromEntries(amountsOf(container, 'requests')), limits: Object.fromEntries(amountsOf(container, 'limits')) }
}

function podAmounts(pod: KubernetesObject): Amounts {
  const usage = Object.entries(usageOf(pod))
  const of = (prefix: string): Record<string, string> =>
    Object.fromEntries(usage.flatMap(([name, quantity]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), quantity.text]] : [])))
  return { requests: of('requests.'), limits: of('limits.') }
}

/** Every bound in the order of the real plugin: minimum, maximum, ratio; each in the order of names. */
function check({ type, min = {}, max = {}, maxLimitRequestRatio = {} }: Limit, { requests, limits }: Amounts): readonly string[] {
  const problems: string[] = []
  for (const [name, bound] of sorted(min)) problems.push(...checkMinimum(`${name} usage per ${type}`, bound, [requests[name], limits[name]]))
  for (const [name, bound] of sorted(max))
    problems.push(
      ...checkMaximum(`${name} usage per ${type}`, bound, { request: requests[name], limit: limits[name], claim: type === 'PersistentVolumeClaim' }),
    )
  for (const [name, bound] of sorted(maxLimitRequestRatio))
    problems.push(...checkRatio(`${name} max limit to request ratio per ${type}`, bound, [requests[name], limits[name]]))
  return problems
}

function sorted(bounds: Readonly<Record<string, string>>): readonly [string, string][] {
  return Object.entries(bounds).sort(([a], [b]) => (a < b ? -1 : 1))
}

function less(a: string, b: string): boolean {
  return parseQuantity(a).nanos < parseQuantity(b).nanos
}

function checkMinimum(what: string, bound: string, [request, limit]: readonly (string | undefined)[]): readonly string[] {
  if (request === undefined) return [`minimum ${what} is ${bound}.  No request is specified`]
  if (less(request, bound)) return [`minimum ${what} is ${bound}, but request is ${request}`]
  return limit !== undefined && less(limit, bound) ? [`minimum ${what} is ${bound}, but limit is ${limit}`] : []
}

function checkMaximum(
  what: string,
  bound: string,
  { request, limit, claim }: { request: string | undefined; limit: string | undefined; claim: boolean },
): readonly string[] {
  if (claim) return request !== undefined && less(bound, request) ? [`maximum ${what} is ${bound}, but request is ${request}`] : []
  if (limit === undefined) return [`maximum ${what} is ${bound}.  No limit is specified`]
  if (less(bound, limit)) return [`maximum ${what} is ${bound}, but limit is ${limit}`]
  return request !== undefined && less(bound, request) ? [`maximum ${what} is ${bound}, but request is ${request}`] : []
}

function checkRatio(what: string, bound: string, [request, limit]: readonly (string | undefined)[]): readonly string[] {
  if (request === undefined || parseQuantity(request).nanos === 0n) return [`${what} is ${bound}, but no request is specified or request is 0`]
  if (limit === undefined) return [`${what} is ${bound}, but no limit is specified`]
  const ratio = Number(parseQuantity(limit).nanos) / Number(parseQuantity(request).nanos)
  return ratio > Number(parseQuantity(bound).nanos) / 1e9 ? [`${what} is ${bound}, but provided ratio is ${ratio.toFixed(6)}`] : []
}
