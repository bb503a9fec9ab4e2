// The endpoints of a service, and those of them that a client on a node is sent to (kube-proxy `topology.go`).
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ClusterReader, objects } from '../pod.ts'

/** An address of a service. */
export interface Endpoint {
  readonly address: string
  readonly ready: boolean
  /** On its way out, and still answering: for want of better ones. */
  readonly leaving: boolean
  readonly node: string
  readonly hostname: string | undefined
  /** Name of the pod that it is, if the slice tells. */
  readonly pod: string | undefined
  /** Name of the slice, if its endpoints are in another cluster. */
  readonly imported: string | undefined
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
  readonly forNodes: readonly string[]
  readonly forZones: readonly string[]
}

/** Whose slices have endpoints of other clusters. */
const importer = 'endpointslice-import-controller.networking.fleet.azure.com'

/** All endpoints that the slices of a service have. */
export function endpointsOf(service: KubernetesObject, reader: ClusterReader): readonly Endpoint[] {
  const { namespace = '', name = '' } = service.metadata
  const slices = reader
    .list('discovery.k8s.io/v1', 'EndpointSlice', namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  return slices.flatMap(endpointsIn)
}

function endpointsIn(slice: KubernetesObject): readonly Endpoint[] {
  const imported = slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === importer ? slice.metadata.name : undefined
  const ports = objects(at(slice, 'ports')).map((port) => ({
    name: String(port.name ?? ''),
    protocol: String(port.protocol ?? 'TCP'),
    port: Number(port.port),
  }))
  return objects(at(slice, 'endpoints')).flatMap((endpoint) => {
    const hostname = typeof endpoint.hostname === 'string' ? endpoint.hostname : undefined
    const names = (hints: 'forNodes' | 'forZones'): readonly string[] => objects(at(endpoint, 'hints', hints)).map((hint) => String(hint.name))
    const shared = {
      ready: at(endpoint, 'conditions', 'ready') !== false,
      leaving: at(endpoint, 'conditions', 'serving') === true && at(endpoint, 'conditions', 'terminating') === true,
      node: String(endpoint.nodeName ?? ''),
      hostname,
      pod: at(endpoint, 'targetRef', 'kind') === 'Pod' ? String(at(endpoint, 'targetRef', 'name')) : undefined,
      imported,
      ports,
      forNodes: names('forNodes'),
      forZones: names('forZones'),
    }
    return (Array.isArray(endpoint.addresses) ? endpoint.addresses : []).map((address) => ({ ...shared, address: String(address) }))
  })
}

/** Where a client is, and what it can ask. */
interface Client {
  /** Empty for a client outside. */
  readonly node: string
  /** The node at whose door a client from elsewhere knocked, where the Service keeps such traffic there (`externalTrafficPolicy: Local`). */
  readonly kept?: string | undefined
  readonly reader: ClusterReader
}

/** The endpoints that a client on a node is sent to; `dropped` where only those of one node would do and there are none. */
export function usableEndpoints(service: KubernetesObject, { node, kept, reader }: Client): readonly Endpoint[] | 'dropped' {
  const all = endpointsOf(service, reader)
  const place = kept ?? (at(service, 'spec', 'internalTrafficPolicy') === 'Local' ? node : '')
  if (place !== '') {
    const usable = inOrder(all.filter((endpoint) => endpoint.node === place))
    return usable.length === 0 && inOrder(all).length > 0 ? 'dropped' : usable
  }
  const ready = all.filter((endpoint) => endpoint.ready)
  return ready.length === 0 ? inOrder(all) : near(ready, { node, reader })
}

/** Those that are ready, or for want of them those that leave and still answer. */
function inOrder(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter(({ leaving }) => leaving)
}

/** Hints count if every ready endpoint has some and one is for the client: those of its node before those of its zone. */
function near(ready: readonly Endpoint[], { node, reader }: Client): readonly Endpoint[] {
  if (node === '') return ready
  const zone = reader.get('v1', 'Node', { name: node })?.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  const hinted = (hints: 'forNodes' | 'forZones', place: string): readonly Endpoint[] =>
    ready.every((endpoint) => endpoint[hints].length > 0) ? ready.filter((endpoint) => endpoint[hints].includes(place)) : []
  const [onNode, inZone] = [hinted('forNodes', node), hinted('forZones', zone)]
  return onNode.length > 0 ? onNode : inZone.length > 0 ? inZone : ready
}
