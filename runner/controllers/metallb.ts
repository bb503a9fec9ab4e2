// MetalLB, where its controller runs: Services of type LoadBalancer get addresses of its pools (metallb `controller/service.go`).
import { isObject, type Json } from '../base/json.ts'
import { everyResource } from '../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, parseKey, type Resource } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { configMaps, pods, services } from './resources.ts'

const addressPools: Resource = { group: 'metallb.io', version: 'v1beta1', plural: 'ipaddresspools', kind: 'IPAddressPool', namespaced: true }
const image = /(^|\/)(metallb\/controller|metallb-controller)[:@]/

/** Keys are those of Services, and `all`. */
export const metalLb = defineController({
  name: 'metallb-controller',
  fieldManager: 'controller',
  watches: [{ resource: everyResource, keys: keysOf }],
  async reconcile(key: string, context: ControllerContext) {
    const { client, enqueue } = context
    const controller = (await client.list(pods)).items.find(runsIt)
    if (!controller) return undefined
    const all = (await client.list(services)).items.filter(isBalanced)
    if (key === 'all') for (const service of all) enqueue(`${keyOf(service).namespace}/${keyOf(service).name}`)
    else {
      const service = await client.get(services, parseKey(key))
      if (service && isBalanced(service) && addressesOf(service).length === 0)
        await assign(service, { all, place: controller.metadata.namespace ?? '', context })
    }
    return undefined
  },
})

function keysOf(object: KubernetesObject, change: string): readonly string[] {
  const { kind, metadata } = object
  if (kind === 'IPAddressPool') return ['all']
  if (kind === 'Pod') return runsIt(object) ? ['all'] : []
  if (kind === 'ConfigMap') return metadata.name === 'config' && typeof at(object, 'data', 'config') === 'string' ? ['all'] : []
  if (kind !== 'Service' || at(object, 'spec', 'type') !== 'LoadBalancer') return []
  return change === 'DELETED' ? ['all'] : [`${metadata.namespace}/${metadata.name}`]
}

function runsIt(pod: KubernetesObject): boolean {
  const has = (value: Json | undefined, fits: (each: Json) => boolean): boolean => Array.isArray(value) && value.some(fits)
  if (!has(at(pod, 'spec', 'containers'), (each) => image.test(String(at(each, 'image'))))) return false
  return has(at(pod, 'status', 'conditions'), (each) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True')
}

function isBalanced(service: KubernetesObject): boolean {
  return (
    at(service, 'spec', 'type') === 'LoadBalancer' && at(service, 'spec', 'loadBalancerClass') === undefined && service.metadata.deletionTimestamp === undefined
  )
}

function addressesOf(service: KubernetesObject): readonly string[] {
  const ingress = at(service, 'status', 'loadBalancer', 'ingress')
  return Array.isArray(ingress) ? ingress.map((each) => String(at(each, 'ip') ?? '')) : []
}

interface Pool {
  readonly name: string
  readonly ranges: readonly (readonly [first: number, last: number])[]
  readonly auto: boolean
}

/** Pools in their own objects, or in the ConfigMap of releases before 0.13. */
async function poolsOf(place: string, { client }: ControllerContext): Promise<readonly Pool[]> {
  const config = at((await client.get(configMaps, { namespace: place, name: 'config' })) ?? null, 'data', 'config')
  const old = typeof config === 'string' ? [{ name: /name: *(\S+)/.exec(config)?.[1] ?? 'default', ranges: rangesIn(config), auto: true }] : []
  if (!(await client.resourceFor('metallb.io/v1beta1', 'IPAddressPool'))) return old
  const { items } = await client.list(addressPools)
  const own = items.map(({ metadata, spec }) => {
    const addresses: Json = (isObject(spec) ? spec.addresses : undefined) ?? []
    return {
      name: metadata.name ?? '',
      ranges: rangesIn(Array.isArray(addresses) ? addresses.join(' ') : ''),
      auto: !isObject(spec) || spec.autoAssign !== false,
    }
  })
  return [...own.sort((one, other) => (one.name < other.name ? -1 : 1)), ...old]
}

const range = /(\d+\.\d+\.\d+\.\d+) *(?:- *(\d+\.\d+\.\d+\.\d+)|\/(\d+))/g

function rangesIn(text: string): readonly (readonly [number, number])[] {
  return [...text.matchAll(range)].map(([, from = '', to, prefix]) => {
    const first = numberOf(from)
    return [first, to === undefined ? first + 2 ** (32 - Number(prefix)) - 1 : numberOf(to)]
  })
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}

interface Assigning {
  readonly all: readonly KubernetesObject[]
  readonly place: string
  readonly context: ControllerContext
}

async function assign(service: KubernetesObject, { all, place, context }: Assigning): Promise<void> {
  const { client, event } = context
  const { annotations = {}, namespace, name } = service.metadata
  const asked = annotations['metallb.io/loadBalancerIPs'] ?? annotations['metallb.universe.tf/loadBalancerIPs'] ?? at(service, 'spec', 'loadBalancerIP')
  const pool = annotations['metallb.io/address-pool'] ?? annotations['metallb.universe.tf/address-pool']
  const chosen = (await poolsOf(place, context)).filter((each) => (pool === undefined ? each.auto || typeof asked === 'string' : each.name === pool))
  const found = free(chosen, new Set(all.flatMap(addressesOf)), typeof asked === 'string' ? asked : undefined)
  const component = 'metallb-controller'
  if (!found)
    return event(service, {
      type: 'Warning',
      reason: 'AllocationFailed',
      message: `Failed to allocate IP for "${namespace}/${name}": no available IPs`,
      component,
    })
  const status = { loadBalancer: { ingress: [{ ip: found.address, ipMode: 'VIP' }] } }
  await client.patch(services, keyOf(service), { metadata: { annotations: { 'metallb.io/ip-allocated-from-pool': found.pool } } }, { type: 'merge' })
  await client.patch(services, keyOf(service), { status }, { type: 'merge', subresource: 'status' })
  await event(service, { type: 'Normal', reason: 'IPAllocated', message: `Assigned IP ["${found.address}"]`, component })
}

/** The first address of the pools that nobody has, or the one that is asked for. */
function free(pools: readonly Pool[], taken: ReadonlySet<string>, asked: string | undefined): { readonly address: string; readonly pool: string } | undefined {
  for (const { name, ranges } of pools)
    for (const [first, last] of ranges)
      for (let number = first; number <= last && number < first + 65_536; number += 1) {
        const address = addressOf(number)
        if (asked === undefined ? !taken.has(address) : address === asked && !taken.has(address)) return { address, pool: name }
      }
  return undefined
}
