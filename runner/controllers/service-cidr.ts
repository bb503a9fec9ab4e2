// Says of ServiceCIDRs that they are ready, and lets one that is deleted go only when no Service has an address of it alone.
import { isOfService } from '../kubernetes/kinds/core/service-addresses.ts'
import { contains, parseAddress, parseCidr } from '../kubernetes/kinds/validation/addresses.ts'
import { formatTime, type KubernetesObject } from '../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { ipAddresses, serviceCidrs } from './resources.ts'

interface ServiceCidr extends KubernetesObject {
  readonly spec?: { readonly cidrs?: readonly string[] }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime?: string
}

const finalizer = 'networking.k8s.io/service-cidr-finalizer'
/** Allocators that have not heard of the deletion may still give an address of it. */
const grace = 10_000
const ready: Condition = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }
const inUse: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
}
const leaving = '*'

/** Kubernetes' service-cidr-controller (`pkg/controller/servicecidrs`). */
export const serviceCidrController = defineController({
  name: 'service-cidrs-controller',
  watches: [
    { resource: serviceCidrs, keys: ({ metadata }) => [metadata.name ?? '', leaving] },
    { resource: ipAddresses, keys: (_, change) => (change === 'DELETED' ? [leaving] : []) },
  ],
  async reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
    const { items } = await context.client.list(serviceCidrs)
    if (key === leaving) {
      for (const { metadata } of items) if (metadata.deletionTimestamp !== undefined) context.enqueue(metadata.name ?? '')
      return undefined
    }
    const range = items.find(({ metadata }) => metadata.name === key)
    if (!range) return undefined
    return range.metadata.deletionTimestamp === undefined ? keep(range, context) : letGo(range, items, context)
  },
})

async function keep(range: ServiceCidr, { client, clock }: ControllerContext): Promise<undefined> {
  const { name = '', finalizers = [] } = range.metadata
  const held = finalizers.includes(finalizer)
  const current = held ? range : await client.patch(serviceCidrs, { name }, { metadata: { finalizers: [finalizer] } }, { type: 'strategic' })
  await say(current, ready, { client, clock })
}

async function letGo(range: ServiceCidr, all: readonly ServiceCidr[], { client, clock }: ControllerContext): Promise<ReconcileResult | undefined> {
  const { name = '', deletionTimestamp = '', finalizers = [] } = range.metadata
  if (await isNeeded(range, all, client)) {
    await say(range, inUse, { client, clock })
    return undefined
  }
  const wait = Date.parse(deletionTimestamp) + grace - clock.now()
  if (wait > 0) return { requeueAfter: wait }
  if (!finalizers.includes(finalizer)) return undefined
  await client.patch(serviceCidrs, { name }, { metadata: { '$deleteFromPrimitiveList/finalizers': [finalizer] } }, { type: 'strategic' })
  return undefined
}

/** True if an address would be left in no range at all. */
async function isNeeded(range: ServiceCidr, all: readonly ServiceCidr[], client: ControllerContext['client']): Promise<boolean> {
  const others = all.filter((other) => other !== range).flatMap(({ spec }) => spec?.cidrs ?? [])
  const own = range.spec?.cidrs ?? []
  if (own.every((cidr) => isWithin(cidr, others))) return false
  const { items } = await client.list(ipAddresses)
  const taken = items.filter(isOfService).map(({ metadata }) => `${metadata.name}/32`)
  return taken.some((address) => isWithin(address, own) && !isWithin(address, others))
}

/** True if a range lies within one of the others. */
function isWithin(cidr: string, others: readonly string[]): boolean {
  const inner = parseCidr(cidr)
  const first = parseAddress(cidr.split('/')[0] ?? '')
  return others.some((other) => {
    const outer = parseCidr(other)
    return inner !== undefined && first !== undefined && outer !== undefined && outer.prefix <= inner.prefix && contains(outer, first)
  })
}

async function say(range: ServiceCidr, condition: Condition, { client, clock }: Pick<ControllerContext, 'client' | 'clock'>): Promise<void> {
  const before = range.status?.conditions?.find(({ type }) => type === condition.type)
  if (before?.status === condition.status && before.reason === condition.reason && before.message === condition.message) return
  const { name = '' } = range.metadata
  const status = { conditions: [{ ...condition, lastTransitionTime: formatTime(clock.now()) }] }
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, status }
  await client.patch(serviceCidrs, { name }, body, { type: 'apply', subresource: 'status', fieldManager: 'service-cidr-controller', force: true })
}
