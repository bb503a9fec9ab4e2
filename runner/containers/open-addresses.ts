// Addresses of a cluster that answer whoever stands beside it: on one of its machines, or somewhere in the internet.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import type { PortConnection, PortReceiver } from '../kubernetes/pod-connections.ts'
import { connect } from './network/cluster-network.ts'
import { type ClusterReader, objects } from './pod.ts'
import { openConversation } from './port-conversation.ts'
import type { Runtime } from './runtime.ts'

/** Where something may answer, over TCP. */
export interface OpenAddress {
  readonly host: string
  readonly port: number
}

/** From where a cluster is looked at: from its first machine, or from outside. */
export type Viewpoint = 'machine' | 'outside'

/** At most so many: what comes first in this list goes before. */
const most = 512

/** The addresses of load balancers; for who is on a machine of the cluster also node ports, Services and pods by their declared ports. */
export function openAddresses(reader: ClusterReader, from: Viewpoint): readonly OpenAddress[] {
  const services = reader.list('v1', 'Service')
  const balanced = services.flatMap((service) => both(balancersOf(service), portsOf(service, 'port')))
  const inside = from === 'machine' ? [...apiServers(reader), ...nodePorts(services, reader), ...clusterAddresses(services), ...podAddresses(reader)] : []
  const all = new Map([...balanced, ...inside].map((address) => [`${address.host}:${address.port}`, address]))
  return [...all.values()].slice(0, most)
}

/** Where the API server answers by an address: these speak TLS. */
export function apiServers(reader: ClusterReader): readonly OpenAddress[] {
  const own = reader.get('v1', 'Service', { namespace: 'default', name: 'kubernetes' })
  const slice = reader.get('discovery.k8s.io/v1', 'EndpointSlice', { namespace: 'default', name: 'kubernetes' })
  const hosts = objects(at(slice, 'endpoints')).flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses.filter(isAddress) : []))
  const ports = objects(at(slice, 'ports')).map(({ port }) => Number(port))
  return [...(own ? clusterAddresses([own]) : []), ...both(hosts, ports)]
}

/** Names of the machines of a cluster, with their addresses. */
export function nodeNames(reader: ClusterReader): readonly (readonly [name: string, address: string])[] {
  return reader.list('v1', 'Node').flatMap((node) => {
    const address = objects(at(node, 'status', 'addresses')).find(({ type }) => type === 'InternalIP')?.address
    return isAddress(address) ? [[node.metadata.name ?? '', address] as const] : []
  })
}

function both(hosts: readonly string[], ports: readonly number[]): readonly OpenAddress[] {
  return hosts.flatMap((host) => ports.map((port) => ({ host, port })))
}

function portsOf(service: KubernetesObject, field: 'port' | 'nodePort'): readonly number[] {
  const ports = objects(at(service, 'spec', 'ports')).filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  return ports.flatMap((port) => (typeof port[field] === 'number' ? [port[field]] : []))
}

function balancersOf(service: KubernetesObject): readonly string[] {
  return objects(at(service, 'status', 'loadBalancer', 'ingress')).flatMap(({ ip }) => (isAddress(ip) ? [ip] : []))
}

function nodePorts(services: readonly KubernetesObject[], reader: ClusterReader): readonly OpenAddress[] {
  const nodes = reader
    .list('v1', 'Node')
    .flatMap((node) => objects(at(node, 'status', 'addresses')).flatMap(({ address }) => (isAddress(address) ? [address] : [])))
  return services.flatMap((service) => both(['127.0.0.1', ...nodes], portsOf(service, 'nodePort')))
}

function clusterAddresses(services: readonly KubernetesObject[]): readonly OpenAddress[] {
  return services.flatMap((service) => {
    const address = at(service, 'spec', 'clusterIP')
    return isAddress(address) ? both([address], portsOf(service, 'port')) : []
  })
}

function podAddresses(reader: ClusterReader): readonly OpenAddress[] {
  return reader.list('v1', 'Pod').flatMap((pod) => {
    const address = at(pod, 'status', 'podIP')
    if (!isAddress(address) || at(pod, 'spec', 'hostNetwork') === true || at(pod, 'status', 'phase') !== 'Running') return []
    const ports = objects(at(pod, 'spec', 'containers')).flatMap(({ ports }) => objects(ports).map(({ containerPort }) => Number(containerPort)))
    return both([address], ports.length === 0 ? [80] : ports)
  })
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^\d+(\.\d+){3}$/.test(value)
}

/** Connects somebody beside the cluster to one of its addresses: a connection, `refused`, or `silent` where what is sent is lost. */
export async function dialAddress(runtime: Runtime, { host, port }: OpenAddress, receive: PortReceiver): Promise<PortConnection | 'refused' | 'silent'> {
  const { ground } = runtime.net
  const [node] = ground.reader.list('v1', 'Node')
  const from = objects(at(node, 'status', 'addresses')).find(({ type }) => type === 'InternalIP')?.address
  // A node's own loopback leads to its node ports.
  const address = host.startsWith('127.') ? String(from ?? host) : host
  const connection = await connect({ pod: undefined, address: String(from ?? '127.0.0.1') }, { address, port }, ground)
  if (typeof connection === 'string') return connection === 'refused' ? 'refused' : 'silent'
  return openConversation(connection.listener, receive, String(from ?? '127.0.0.1'))
}
