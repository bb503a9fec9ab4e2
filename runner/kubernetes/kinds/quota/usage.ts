// What objects count against a ResourceQuota, and what a namespace uses.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { addQuantities, formatQuantity, parseQuantity, type Quantity } from '../../quantity.ts'
import { isPodLevelResource } from '../validation/quantities.ts'

/** Amounts by resource name, as a quota's `hard` names them. */
export type Usage = Readonly<Record<string, Quantity>>

/** The kinds that are counted under a plain name beside `count/<resource>`. */
const plainNames: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ReplicationController: 'replicationcontrollers',
  ResourceQuota: 'resourcequotas',
  Secret: 'secrets',
  Service: 'services',
}

/** Everything that `count/` can name among the built-in kinds: apiVersion and kind by plural and group. */
export const countedKinds: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  pods: ['v1', 'Pod'],
  configmaps: ['v1', 'ConfigMap'],
  persistentvolumeclaims: ['v1', 'PersistentVolumeClaim'],
  replicationcontrollers: ['v1', 'ReplicationController'],
  resourcequotas: ['v1', 'ResourceQuota'],
  secrets: ['v1', 'Secret'],
  services: ['v1', 'Service'],
  serviceaccounts: ['v1', 'ServiceAccount'],
  'deployments.apps': ['apps/v1', 'Deployment'],
  'replicasets.apps': ['apps/v1', 'ReplicaSet'],
  'statefulsets.apps': ['apps/v1', 'StatefulSet'],
  'daemonsets.apps': ['apps/v1', 'DaemonSet'],
  'jobs.batch': ['batch/v1', 'Job'],
  'cronjobs.batch': ['batch/v1', 'CronJob'],
  'ingresses.networking.k8s.io': ['networking.k8s.io/v1', 'Ingress'],
}

const one = parseQuantity('1')

/** Kinds beside the built-in ones that are counted, by what `count/` names them. */
export type MoreKinds = Readonly<Record<string, readonly [apiVersion: string, kind: string]>>

/** What `count/` names a resource: `widgets.example.com`. */
export function countName({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`
}

/** What one object counts for. */
export function usageOf(object: KubernetesObject, more: MoreKinds = {}): Usage {
  const counted = Object.entries({ ...countedKinds, ...more }).find(([, [apiVersion, kind]]) => apiVersion === object.apiVersion && kind === object.kind)
  const count = counted ? { [`count/${counted[0]}`]: one } : {}
  const plain = object.apiVersion === 'v1' ? plainNames[object.kind] : undefined
  return { ...count, ...(plain !== undefined && { [plain]: one }), ...special[`${object.apiVersion} ${object.kind}`]?.(object) }
}

const special: Readonly<Record<string, (object: KubernetesObject) => Usage>> = {
  'v1 Pod': podUsage,
  'v1 Service': serviceUsage,
  'v1 PersistentVolumeClaim': claimUsage,
}

/** What containers ask for, under every name that a quota may use; pods that are done count for nothing. */
function podUsage(pod: KubernetesObject): Usage {
  const phase = at(pod, 'status', 'phase')
  if (phase === 'Succeeded' || phase === 'Failed') return {}
  const usage: Record<string, Quantity> = { pods: one }
  for (const [part, amounts] of Object.entries(podResources(pod))) {
    for (const [name, quantity] of Object.entries(amounts)) {
      usage[`${part}.${name}`] = quantity
      if (part === 'requests' && ['cpu', 'memory', 'ephemeral-storage'].includes(name)) usage[name] = quantity
    }
  }
  return usage
}

/**
 * Requests and limits of a pod: its own, or the sum of its containers and sidecars, or its largest init container with the sidecars
 * before it where that is more; and its overhead (component-helpers `resource.PodRequests`).
 */
function podResources(pod: KubernetesObject): Readonly<Record<'requests' | 'limits', Usage>> {
  const initial = containersOf(pod, 'initContainers')
  const isSidecar = ({ restartPolicy }: JsonObject): boolean => restartPolicy === 'Always'
  const of = (part: 'requests' | 'limits'): Usage => {
    const sum = sumOf([...containersOf(pod, 'containers'), ...initial.filter(isSidecar)], part)
    for (const [index, container] of initial.entries())
      for (const [name, quantity] of Object.entries(sumOf([...initial.slice(0, index).filter(isSidecar), container], part)))
        if (quantity.nanos > (sum[name]?.nanos ?? -1n)) sum[name] = quantity
    for (const [name, text] of amountsOf(isObject(pod.spec) ? pod.spec : {}, part)) if (isPodLevelResource(name)) sum[name] = parseQuantity(text)
    const overhead = at(pod, 'spec', 'overhead')
    for (const [name, value] of Object.entries(isObject(overhead) ? overhead : {}))
      if (part === 'requests' || sum[name]) sum[name] = plus(sum[name], parseQuantity(String(value)))
    return sum
  }
  return { requests: of('requests'), limits: of('limits') }
}

function sumOf(containers: readonly JsonObject[], part: 'requests' | 'limits'): Record<string, Quantity> {
  const sum: Record<string, Quantity> = {}
  for (const container of containers) for (const [name, text] of amountsOf(container, part)) sum[name] = plus(sum[name], parseQuantity(text))
  return sum
}

function plus(known: Quantity | undefined, more: Quantity): Quantity {
  return known ? addQuantities(known, more) : more
}

/** Containers of a pod, of one sort. */
export function containersOf(pod: KubernetesObject, sort: 'containers' | 'initContainers'): readonly JsonObject[] {
  const list = at(pod, 'spec', sort)
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** Named amounts of a container. */
export function amountsOf(container: JsonObject, part: 'requests' | 'limits'): readonly (readonly [string, string])[] {
  const amounts = at(container, 'resources', part)
  return isObject(amounts) ? Object.entries(amounts).map(([name, value]) => [name, String(value)] as const) : []
}

function serviceUsage(service: KubernetesObject): Usage {
  const type = at(service, 'spec', 'type')
  const ports = at(service, 'spec', 'ports')
  const nodePorts = type === 'NodePort' || type === 'LoadBalancer' ? (Array.isArray(ports) ? ports.length : 0) : 0
  return { 'services.nodeports': parseQuantity(String(nodePorts)), 'services.loadbalancers': parseQuantity(type === 'LoadBalancer' ? '1' : '0') }
}

function claimUsage(claim: KubernetesObject): Usage {
  const storage = at(claim, 'spec', 'resources', 'requests', 'storage')
  if (typeof storage !== 'string') return {}
  const name = at(claim, 'spec', 'storageClassName')
  const amount = parseQuantity(storage)
  const prefix = `${name}.storageclass.storage.k8s.io`
  return { 'requests.storage': amount, ...(typeof name === 'string' && { [`${prefix}/requests.storage`]: amount, [`${prefix}/persistentvolumeclaims`]: one }) }
}

/** The kinds that must be counted for these resource names. */
export function kindsFor(names: readonly string[], more: MoreKinds = {}): readonly (readonly [apiVersion: string, kind: string])[] {
  const kinds = new Set<readonly [string, string]>()
  for (const name of names) {
    const plural = name.replace(/^count\//, '').split('.')[0] ?? ''
    const counted = name.replace(/^count\//, '')
    const direct = countedKinds[counted] ?? more[counted]
    if (direct) kinds.add(direct)
    else if (name.includes('storageclass') || name === 'requests.storage') kinds.add(['v1', 'PersistentVolumeClaim'])
    else if (plural === 'services') kinds.add(['v1', 'Service'])
    else if (!name.startsWith('count/')) kinds.add(['v1', 'Pod'])
  }
  return [...new Map([...kinds].map((kind) => [kind.join(' '), kind])).values()]
}

/** Sum of what objects use of these resources; unused ones are `0`. */
export function totalUsage(names: readonly string[], objects: readonly KubernetesObject[], more: MoreKinds = {}): Usage {
  const sum: Record<string, Quantity> = Object.fromEntries(names.map((name) => [name, parseQuantity('0')]))
  for (const object of objects) {
    const usage = usageOf(object, more)
    for (const name of names) {
      const [known, more] = [sum[name], usage[name]]
      if (known && more) sum[name] = addQuantities(known, more)
    }
  }
  return sum
}

/** Canonical text of a quantity. */
export function quantityText({ nanos, format }: Quantity): string {
  return formatQuantity(nanos, format)
}

/** True if a quota's scopes let an object count. */
export function inScope(quota: KubernetesObject, object: KubernetesObject): boolean {
  const scopes = at(quota, 'spec', 'scopes')
  const selectors = at(quota, 'spec', 'scopeSelector', 'matchExpressions')
  const named = [
    ...(Array.isArray(scopes) ? scopes.map((name) => ({ scopeName: name, operator: 'Exists' })) : []),
    ...(Array.isArray(selectors) ? selectors.filter(isObject) : []),
  ]
  if (named.length === 0) return true
  if (object.kind === 'PersistentVolumeClaim') return named.every((each) => holdsForClaim(each as JsonObject, object))
  return object.kind === 'Pod' && named.every((each) => holds(each as JsonObject, object))
}

/** A claim counts by the attributes classes that it wants, has, or is on its way to (quota evaluator `pvcMatchesScopeFunc`). */
function holdsForClaim({ scopeName, operator, values }: JsonObject, { spec, status }: KubernetesObject): boolean {
  if (scopeName !== 'VolumeAttributesClass') return false
  const named = [
    at(spec, 'volumeAttributesClassName'),
    at(status, 'currentVolumeAttributesClassName'),
    at(status, 'modifyVolumeStatus', 'targetVolumeAttributesClassName'),
  ]
  const classes = named.filter((name) => typeof name === 'string' && name !== '').map(String)
  const wanted = Array.isArray(values) ? values.map(String) : []
  return classes.length === 0 ? chooses(String(operator), wanted, undefined) : classes.some((name) => chooses(String(operator), wanted, name))
}

function holds({ scopeName, operator, values }: JsonObject, pod: KubernetesObject): boolean {
  const bestEffort =
    at(pod, 'status', 'qosClass') === 'BestEffort' ||
    [...containersOf(pod, 'containers'), ...containersOf(pod, 'initContainers')].every(
      (each) => amountsOf(each, 'requests').length + amountsOf(each, 'limits').length === 0,
    )
  const terminating = at(pod, 'spec', 'activeDeadlineSeconds') !== undefined
  const priority = at(pod, 'spec', 'priorityClassName')
  switch (scopeName) {
    case 'BestEffort':
      return bestEffort
    case 'NotBestEffort':
      return !bestEffort
    case 'Terminating':
      return terminating
    case 'NotTerminating':
      return !terminating
    case 'CrossNamespacePodAffinity':
      return looksElsewhere(pod)
    case 'PriorityClass':
      return chooses(String(operator), Array.isArray(values) ? values.map(String) : [], typeof priority === 'string' ? priority : undefined)
    default:
      return false
  }
}

/** True if a pod's affinity is about pods of other namespaces. */
function looksElsewhere(pod: KubernetesObject): boolean {
  const terms = ['podAffinity', 'podAntiAffinity'].flatMap((sort) => {
    const affinity = at(pod, 'spec', 'affinity', sort)
    const weighted = list(at(affinity, 'preferredDuringSchedulingIgnoredDuringExecution')).map((each) => at(each, 'podAffinityTerm'))
    return [...list(at(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')), ...weighted]
  })
  return terms.some((term) => list(at(term, 'namespaces')).length > 0 || isObject(at(term, 'namespaceSelector')))
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function chooses(operator: string, values: readonly string[], value: string | undefined): boolean {
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  return operator === 'In' ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value)
}
