// Refuses what would take a namespace beyond one of its quotas.
import { isObject } from '../../base/json.ts'
import { amountsOf, containersOf, countName, inScope, kindsFor, type MoreKinds, quantityText, totalUsage, type Usage, usageOf } from '../kinds/quota/usage.ts'
import { apiVersionOf, at, type KubernetesObject } from '../object.ts'
import { addQuantities, formatQuantity, parseQuantity } from '../quantity.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isResize, isWriteOf, refusal } from './refusal.ts'

/** Names that every container of a pod must say something about where a quota limits them, by where they say it. */
const mandatory: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
}

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request) {
    const { object, old, key, context } = request
    if (!object || !mayTakeMore(request) || key.namespace === undefined) return
    const quotas = context.list('v1', 'ResourceQuota', key.namespace)
    const usage = quotas.length === 0 ? {} : beyond(usageOf(object, ownKind(request)), old ? usageOf(old, ownKind(request)) : {})
    if (Object.keys(usage).length === 0) return
    for (const quota of quotas) if (inScope(quota, object)) checkQuota(request, quota, { object, usage })
  },
}

/** Objects take something as they are made; pods may take more as they are resized, Services and claims as they are changed. */
function mayTakeMore(request: AdmissionRequest): boolean {
  const { operation, subresource } = request
  if (operation === 'CREATE') return subresource === ''
  return isResize(request) || (operation === 'UPDATE' && ['services', 'persistentvolumeclaims'].some((plural) => isWriteOf(request, '', plural)))
}

/** What is taken beyond what was taken before. */
function beyond(usage: Usage, before: Usage): Usage {
  const more = Object.entries(usage).flatMap(([name, amount]) => {
    const taken = before[name]
    const nanos = amount.nanos - (taken?.nanos ?? 0n)
    return nanos <= 0n && taken ? [] : [[name, taken ? parseQuantity(formatQuantity(nanos, amount.format)) : amount] as const]
  })
  return Object.fromEntries(more)
}

function checkQuota(request: AdmissionRequest, quota: KubernetesObject, { object, usage }: { object: KubernetesObject; usage: Usage }): void {
  const hard = at(quota, 'spec', 'hard')
  const limits = isObject(hard) ? Object.entries(hard).map(([name, value]) => [name, String(value)] as const) : []
  const name = quota.metadata.name ?? ''
  if (object.kind === 'Pod') {
    const missing = limits
      .map(([limit]) => limit)
      .filter((limit) => mandatory[limit])
      .sort()
      .flatMap((limit) => silentContainers(object, limit))
    if (missing.length > 0) throw refusal(request, `failed quota: ${name}: must specify ${missing.join('; ')}`)
  }
  const asked = limits.filter(([limit]) => (usage[limit]?.nanos ?? 0n) > 0n)
  if (asked.length === 0) return
  const used = usedOf(
    request,
    quota,
    asked.map(([limit]) => limit),
  )
  const over = asked.filter(([limit, most]) => {
    const [more, before] = [usage[limit], used[limit]]
    return more && before && addQuantities(before, more).nanos > parseQuantity(most).nanos
  })
  if (over.length === 0) return
  const names = over.map(([limit]) => limit).sort()
  const words = (amounts: Usage): string => names.map((limit) => `${limit}=${amounts[limit] ? quantityText(amounts[limit]) : '0'}`).join(',')
  const most = Object.fromEntries(over.map(([limit, text]) => [limit, parseQuantity(text)]))
  throw refusal(request, `exceeded quota: ${name}, requested: ${words(usage)}, used: ${words(used)}, limited: ${words(most)}`)
}

function silentContainers(pod: KubernetesObject, limit: string): readonly string[] {
  const [part, name] = mandatory[limit] ?? ['requests', '']
  const silent = [...containersOf(pod, 'containers'), ...containersOf(pod, 'initContainers')].filter(
    (container) => !amountsOf(container, part).some(([each]) => each === name),
  )
  return silent.length === 0 ? [] : [`${limit} for: ${silent.map((container) => container.name).join(',')}`]
}

/** The kind that is asked for, whatever it is: every resource can be counted. */
function ownKind({ resource }: AdmissionRequest): MoreKinds {
  return { [countName(resource)]: [apiVersionOf(resource), resource.kind] }
}

function usedOf(request: AdmissionRequest, quota: KubernetesObject, names: readonly string[]): Usage {
  const { context, key } = request
  const own = ownKind(request)
  const objects = kindsFor(names, own).flatMap(([apiVersion, kind]) => context.list(apiVersion, kind, key.namespace))
  return totalUsage(
    names,
    objects.filter((object) => inScope(quota, object)),
    own,
  )
}
