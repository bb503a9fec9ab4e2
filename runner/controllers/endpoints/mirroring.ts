// Endpoints that somebody keeps by hand for a Service without a selector, as EndpointSlices.
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { at, formatKey, type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import { endpointSlices, endpoints, services } from '../resources.ts'
import { sliceOf } from './new-slice.ts'

const managedBy = 'endpointslice.kubernetes.io/managed-by'
const manager = 'endpointslicemirroring-controller.k8s.io'
const serviceName = 'kubernetes.io/service-name'
const skipped = 'endpointslice.kubernetes.io/skip-mirror'

export const endpointMirroring = defineController({
  name: 'endpointslice-mirroring-controller',
  watches: [
    { resource: endpoints, keys: (object) => (object.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === undefined ? [formatKey(keyOf(object))] : []) },
    { resource: services, keys: (service) => (at(service, 'spec', 'selector') === undefined ? [formatKey(keyOf(service))] : []) },
  ],
  async reconcile(key: string, { client }: ControllerContext) {
    const { namespace = '', name } = parseKey(key)
    const own = await client.get(endpoints, { namespace, name })
    const service = await client.get(services, { namespace, name })
    const labelSelector = `${serviceName}=${name},${managedBy}=${manager}`
    const there = (await client.list(endpointSlices, { namespace, labelSelector })).items
    const wanted = own && service && isMirrored(own, service) ? slicesOf(own) : []
    for (const [index, slice] of wanted.entries()) {
      const known = there[index]
      if (!known) await client.create(endpointSlices, slice)
      else if (!equal(mirrored(known), mirrored(slice))) {
        const { annotations, labels } = slice.metadata
        const { annotations: _, ...metadata } = known.metadata
        const changed = { ...metadata, ...(labels && { labels }), ...(annotations && { annotations }) }
        await client.update(endpointSlices, { ...known, metadata: changed, endpoints: slice.endpoints, ports: slice.ports })
      }
    }
    for (const slice of there.slice(wanted.length)) await client.delete(endpointSlices, keyOf(slice))
    return undefined
  },
})

/** What of a slice follows its Endpoints. */
function mirrored({ metadata: { labels, annotations }, endpoints: own, ports }: KubernetesObject): unknown {
  return [labels, annotations ?? {}, own, ports]
}

/** Annotations that slices do not take over. */
const ownAnnotations = ['endpoints.kubernetes.io/last-change-trigger-time', 'kubectl.kubernetes.io/last-applied-configuration']

function isMirrored({ metadata }: KubernetesObject, service: KubernetesObject): boolean {
  const { labels = {}, annotations = {} } = metadata
  return (
    at(service, 'spec', 'selector') === undefined &&
    labels[skipped] !== 'true' &&
    annotations['control-plane.alpha.kubernetes.io/leader'] === undefined &&
    metadata.name !== 'kubernetes'
  )
}

function slicesOf(own: KubernetesObject): readonly KubernetesObject[] {
  const { name = '', labels = {} } = own.metadata
  const annotations = Object.fromEntries(Object.entries(own.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.includes(key)))
  return objectsAt(own.subsets).map((subset) => {
    const of = (list: unknown, ready: boolean): JsonObject[] =>
      objectsAt(list).map(({ ip, hostname, nodeName, targetRef }) => ({
        addresses: [ip ?? ''],
        conditions: { ready },
        ...(hostname !== undefined && { hostname }),
        ...(targetRef !== undefined && { targetRef }),
        ...(nodeName !== undefined && { nodeName }),
      }))
    const slice = sliceOf(own, { ...labels, [managedBy]: manager, [serviceName]: name })
    return {
      ...slice,
      metadata: { ...slice.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
      endpoints: [...of(subset.addresses, true), ...of(subset.notReadyAddresses, false)],
      ports: objectsAt(subset.ports).map(({ name: portName = '', port, protocol = 'TCP' }) => ({ name: portName, port, protocol })),
    }
  })
}

function objectsAt(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
