// Gives Services of type LoadBalancer an address, where the cluster's cloud has any (cloud-provider `controllers/service`).
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { services } from './resources.ts'

const finalizer = 'service.kubernetes.io/load-balancer-cleanup'
const component = 'service-controller'

/** How addresses look, by the cloud that the setting `cloud` names: a public and an internal range, and the annotation that asks for the latter. */
const clouds: Readonly<Record<string, { readonly publicRange: string; readonly internalRange: string; readonly internal: string }>> = {
  azure: { publicRange: '20.', internalRange: '10.224.', internal: 'service.beta.kubernetes.io/azure-load-balancer-internal' },
}

export const serviceLoadBalancer = defineController({
  name: 'service-lb-controller',
  fieldManager: 'cloud-controller-manager',
  watches: [
    {
      resource: services,
      keys: (service, change) => (change === 'DELETED' || !concerns(service) ? [] : [`${keyOf(service).namespace}/${keyOf(service).name}`]),
    },
  ],
  async reconcile(key: string, context: ControllerContext) {
    if (clouds[context.settings.cloud ?? ''] === undefined) return undefined
    const service = await context.client.get(services, parseKey(key))
    if (service) await settle(service, context)
    return undefined
  },
})

function wantsBalancer(service: KubernetesObject): boolean {
  const own = at(service, 'spec', 'loadBalancerClass') === undefined
  return at(service, 'spec', 'type') === 'LoadBalancer' && own && service.metadata.deletionTimestamp === undefined
}

function concerns(service: KubernetesObject): boolean {
  return wantsBalancer(service) || (service.metadata.finalizers ?? []).includes(finalizer)
}

async function settle(service: KubernetesObject, context: ControllerContext): Promise<void> {
  const { client, event } = context
  const finalizers = service.metadata.finalizers ?? []
  const given = at(service, 'status', 'loadBalancer', 'ingress')
  if (!wantsBalancer(service)) {
    if (!finalizers.includes(finalizer)) return
    await event(service, { type: 'Normal', reason: 'DeletingLoadBalancer', message: 'Deleting load balancer', component })
    if (service.metadata.deletionTimestamp === undefined) await client.update(services, { ...service, status: { loadBalancer: {} } }, { subresource: 'status' })
    await client.patch(services, keyOf(service), { metadata: { finalizers: finalizers.filter((name) => name !== finalizer) } }, { type: 'merge' })
    await event(service, { type: 'Normal', reason: 'DeletedLoadBalancer', message: 'Deleted load balancer', component })
    return
  }
  if (Array.isArray(given) && given.length > 0) return
  await event(service, { type: 'Normal', reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer', component })
  if (!finalizers.includes(finalizer)) await client.patch(services, keyOf(service), { metadata: { finalizers: [...finalizers, finalizer] } }, { type: 'merge' })
  const ingress = [{ ip: addressOf(service, context), ipMode: 'VIP' }]
  await client.patch(services, keyOf(service), { status: { loadBalancer: { ingress } } }, { type: 'merge', subresource: 'status' })
  await event(service, { type: 'Normal', reason: 'EnsuredLoadBalancer', message: 'Ensured load balancer', component })
}

/** The address that a Service asks for, or one of its own. */
function addressOf(service: KubernetesObject, { settings }: ControllerContext): string {
  const asked = at(service, 'spec', 'loadBalancerIP')
  if (typeof asked === 'string' && asked !== '') return asked
  const cloud = clouds[settings.cloud ?? '']
  const random = createRandom(`load balancer ${service.metadata.uid}`)
  const internal = cloud !== undefined && service.metadata.annotations?.[cloud.internal] === 'true'
  return internal
    ? `${cloud.internalRange}0.${4 + random.below(240)}`
    : `${cloud?.publicRange ?? ''}${40 + random.below(200)}.${random.below(256)}.${1 + random.below(253)}`
}
