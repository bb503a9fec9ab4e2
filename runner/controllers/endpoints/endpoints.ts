// Publishes the addresses of a Service's pods as Endpoints, for older clients.
import { equal, type JsonObject } from '../../base/json.ts'
import { formatTime, type KubernetesObject, parseKey } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import { isReady, type Pod } from '../pods.ts'
import { endpoints, pods, services } from '../resources.ts'
import {
  eachService,
  headlessLabel,
  hostnameOf,
  podKeys,
  reference,
  type Selected,
  type Service,
  selected,
  targetPort,
  triggered,
  triggerTime,
  uidOf,
} from './service-pods.ts'

function deletedEndpoints({ metadata }: KubernetesObject, change: string): readonly string[] {
  return change === 'DELETED' ? [`${metadata.namespace}/${metadata.name}`] : []
}

/** Keys are those of Services, and `namespace/*` for all of a namespace. */
export const endpointsController = defineController({
  name: 'endpoints-controller',
  watches: [{ resource: services }, { resource: pods, keys: podKeys }, { resource: endpoints, keys: deletedEndpoints }],
  async reconcile(key: string, context: ControllerContext) {
    if (key.endsWith('/*')) return eachService(key, context)
    const found = await selected(context.client, key)
    const stored = await context.client.get(endpoints, parseKey(key))
    if (found) await writeEndpoints(context, found, stored)
    else if (stored && !(await context.client.get(services, parseKey(key)))) await context.client.delete(endpoints, parseKey(key))
    return undefined
  },
})

async function writeEndpoints({ client, clock }: ControllerContext, { service, pods: chosen }: Selected, stored: KubernetesObject | undefined): Promise<void> {
  const subsets = endpointSubsets(
    service,
    chosen.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
  )
  const { name = '', namespace = '', labels: serviceLabels } = service.metadata
  const headless = service.spec.clusterIP === 'None' ? { [headlessLabel]: '' } : {}
  const labels = { ...serviceLabels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller', ...headless }
  const content = subsets.length > 0 ? { subsets } : {}
  if (!stored) {
    const created = { [triggerTime]: service.metadata.creationTimestamp ?? formatTime(clock.now()) }
    await client.create(endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels, annotations: created }, ...content })
    return
  }
  if (equal(stored.subsets ?? [], subsets) && equal(stored.metadata.labels ?? {}, labels)) return
  const { subsets: was, ...rest } = stored as KubernetesObject & { readonly subsets?: readonly JsonObject[] }
  const readyIn = (list: readonly JsonObject[] = []): ReadonlySet<string> =>
    new Set(list.flatMap(({ addresses }) => (addresses as JsonObject[] | undefined) ?? []).map(uidOf))
  const [before, after] = [readyIn(was), readyIn(subsets)]
  const annotations = triggered(
    stored,
    chosen.filter(({ metadata: { uid = '', deletionTimestamp } }) => deletionTimestamp === undefined && before.has(uid) !== after.has(uid)),
  )
  await client.update(endpoints, { ...rest, metadata: { ...stored.metadata, labels, annotations }, ...content } as KubernetesObject)
}

/** Pods with the same ports share a subset. */
function endpointSubsets(service: Service, chosen: readonly Pod[]): JsonObject[] {
  const subsets = new Map<string, { addresses: JsonObject[]; notReadyAddresses: JsonObject[]; ports: readonly JsonObject[] }>()
  for (const pod of chosen) {
    const ports = (service.spec.ports ?? []).flatMap((each) => {
      const port = targetPort(pod, each)
      const { name, protocol = 'TCP', appProtocol } = each
      return port === undefined ? [] : [{ ...(name !== undefined && { name }), port, protocol, ...(appProtocol !== undefined && { appProtocol }) }]
    })
    const id = JSON.stringify(ports)
    const subset = subsets.get(id) ?? { addresses: [], notReadyAddresses: [], ports }
    subsets.set(id, subset)
    const address: JsonObject = { ip: pod.status?.podIP ?? '', ...hostnameOf(service, pod), nodeName: pod.spec.nodeName, targetRef: reference(pod) }
    const ready = service.spec.publishNotReadyAddresses === true || isReady(pod)
    const list: JsonObject[] = ready ? subset.addresses : subset.notReadyAddresses
    list.push(address)
  }
  return [...subsets.values()].map(({ addresses, notReadyAddresses, ports }) => ({
    ...(addresses.length > 0 && { addresses }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses }),
    ...(ports.length > 0 && { ports }),
  }))
}
