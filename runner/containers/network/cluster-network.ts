// The cluster's network: names, services, pods, and which of them a policy lets talk.
import { createRandom } from '../../base/random.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ClusterReader, objects } from '../pod.ts'
import { type Connection, type Listener, type Protocol, portKey } from '../process.ts'
import { type Endpoint, endpointsOf, usableEndpoints } from './endpoints.ts'
import { connectOutside } from './outside.ts'
import { allowedBy } from './policies.ts'

/** What the network is made over. */
export interface NetworkGround {
  readonly reader: ClusterReader
  /** What listens on a pod's port now, by `portKey`; a pod that was not looked at yet starts its programs first. */
  listener(pod: KubernetesObject, port: number): Promise<Listener | undefined>
  /** How many connections a service had before: they go round its pods. */
  turn(service: string): number
  /** The API server as a listener. */
  readonly apiServer: Listener
  /** What listens at an address in another cluster, whose endpoints this EndpointSlice has. */
  beyond(slice: string, address: string, port: number): Promise<Listener | undefined>
}

/** Where a connection comes from: a pod, a node, or the outside. */
export interface Origin {
  readonly pod: KubernetesObject | undefined
  readonly address: string
}

/** Where a connection goes; over TCP unless it says so. */
export interface Destination {
  readonly address: string
  readonly port: number
  readonly protocol?: Protocol | undefined
}

/** Labels of Services that kube-proxy leaves to others, or to nobody. */
const leftAlone = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless']

function isProxied({ metadata }: KubernetesObject): boolean {
  return leftAlone.every((name) => metadata.labels?.[name] === undefined)
}

/** Connects from somewhere to an address and port. */
export async function connect(origin: Origin, { address, port, protocol = 'TCP' }: Destination, ground: NetworkGround): Promise<Connection> {
  const { reader } = ground
  const node = origin.pod && at(origin.pod, 'spec', 'hostNetwork') === true ? String(at(origin.pod, 'status', 'hostIP') ?? '') : ''
  if (origin.pod && (/^127\./.test(address) || address === node)) {
    const own = await reach(origin.pod, { port, protocol }, ground)
    if (own !== 'refused' || node === '') return own
    const onHost = await toHost(node, { port, protocol }, ground, address)
    if (onHost !== 'refused' || address !== node) return onHost
  }
  const services = reader.list('v1', 'Service').filter(isProxied)
  const external = (each: KubernetesObject): readonly string[] => [
    ...objects(at(each, 'status', 'loadBalancer', 'ingress')).map(({ ip }) => String(ip)),
    ...textsAt(each, 'externalIPs'),
  ]
  const service = services.find((each) => at(each, 'spec', 'clusterIP') === address || external(each).includes(address))
  if (service) return toService(origin, service, (each) => Number(each.port) === port && (each.protocol ?? 'TCP') === protocol, ground)
  const known = reader.list('v1', 'Node').some((each) => objects(at(each, 'status', 'addresses')).some((one) => one.address === address))
  if (known) {
    for (const each of services)
      if (objects(at(each, 'spec', 'ports')).some((one) => one.nodePort === port && (one.protocol ?? 'TCP') === protocol))
        return toService(origin, each, (one) => one.nodePort === port && (one.protocol ?? 'TCP') === protocol, ground)
    return toHost(address, { port, protocol }, ground)
  }
  const pod = podAt(address, reader)
  if (pod) return toPod(origin, pod, { port, protocol }, ground)
  const outside = connectOutside(address, port)
  if (outside !== undefined) return mayReach(origin, { address, port, protocol }, ground) ? outside : 'timeout'
  return /^10\.|^172\.(1[6-9]|2\d|3[01])\.|^192\.168\./.test(address) ? 'no route' : 'timeout'
}

/** True if no policy keeps the pod from somebody outside. */
function mayReach({ pod, address }: Origin, to: Door & Pick<Destination, 'address'>, { reader }: NetworkGround): boolean {
  if (at(pod, 'spec', 'hostNetwork') === true) return true
  return allowedBy(reader.list('networking.k8s.io/v1', 'NetworkPolicy'), { origin: { pod, address }, pod: undefined, ...to, reader })
}

function textsAt(object: KubernetesObject, field: string): readonly string[] {
  const value = at(object, 'spec', field)
  return Array.isArray(value) ? value.map(String) : []
}

/** A port of a node: of a pod on its network, or one that a pod's `hostPort` takes there. `seen` is the address that was asked for. */
function toHost(node: string, { port, protocol }: Door, ground: NetworkGround, seen = node): Connection | Promise<Connection> {
  for (const pod of ground.reader.list('v1', 'Pod')) {
    if (at(pod, 'status', 'hostIP') !== node || at(pod, 'status', 'phase') !== 'Running') continue
    const ports = objects(at(pod, 'spec', 'containers')).flatMap((container) => objects(container.ports))
    const found = ports.find((each) => opensOnHost(each, { port, protocol, seen }) || (at(pod, 'spec', 'hostNetwork') === true && each.containerPort === port))
    if (found) return reach(pod, { port: Number(found.containerPort), protocol }, ground)
  }
  return 'refused'
}

function opensOnHost(each: Record<string, unknown>, { port, protocol, seen }: Door & { readonly seen: string }): boolean {
  const { hostPort, hostIP = '' } = each
  return hostPort === port && (each.protocol ?? 'TCP') === protocol && [seen, '', '0.0.0.0'].includes(String(hostIP))
}

function toService(
  origin: Origin,
  service: KubernetesObject,
  wanted: (port: Record<string, unknown>) => boolean,
  ground: NetworkGround,
): Connection | Promise<Connection> {
  const port = objects(at(service, 'spec', 'ports')).find(wanted)
  if (!port) return port === undefined && at(service, 'spec', 'clusterIP') !== undefined ? 'timeout' : 'refused'
  if (service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes')
    return { listener: ground.apiServer, address: String(at(service, 'spec', 'clusterIP')) }
  const hasPort = ({ ports }: Endpoint): boolean => ports.some(({ name }) => name === String(port.name ?? ''))
  const usable = usableEndpoints(service, { node: String(at(origin.pod, 'spec', 'nodeName') ?? ''), reader: ground.reader })
  if (usable === 'dropped') return 'timeout'
  const fit = usable.filter(hasPort)
  if (fit.length === 0) return 'refused'
  const chosen =
    at(service, 'spec', 'sessionAffinity') === 'ClientIP' ? sameFor(origin.address, fit) : fit[ground.turn(service.metadata.uid ?? '') % fit.length]
  const target = chosen?.ports.find(({ name }) => name === String(port.name ?? ''))
  if (chosen?.imported !== undefined && target) return toBeyond(chosen.imported, { address: chosen.address, port: target.port }, ground)
  const pod = chosen && podAt(chosen.address, ground.reader)
  const protocol = port.protocol === 'UDP' ? 'UDP' : 'TCP'
  return pod && target ? toPod(origin, pod, { port: target.port, protocol }, ground) : 'refused'
}

/** The endpoint that a client always gets: the one whose address goes best with its own. What comes and goes beside it changes nothing. */
function sameFor(client: string, ready: readonly Endpoint[]): Endpoint | undefined {
  const weight = ({ address }: Endpoint): number => createRandom(`${client}/${address}`).below(2 ** 31)
  return ready.toSorted((one, other) => weight(other) - weight(one))[0]
}

async function toBeyond(slice: string, { address, port }: { readonly address: string; readonly port: number }, ground: NetworkGround): Promise<Connection> {
  const listener = await ground.beyond(slice, address, port)
  return listener ? { listener, address } : 'refused'
}

type Door = Required<Pick<Destination, 'port' | 'protocol'>>

function toPod(origin: Origin, pod: KubernetesObject, door: Door, ground: NetworkGround): Connection | Promise<Connection> {
  const policies = ground.reader.list('networking.k8s.io/v1', 'NetworkPolicy')
  if (policies.length > 0 && !allowedBy(policies, { origin, pod, ...door, reader: ground.reader })) return 'timeout'
  return reach(pod, door, ground)
}

async function reach(pod: KubernetesObject, { port, protocol }: Door, ground: NetworkGround): Promise<Connection> {
  const listener = await ground.listener(pod, portKey(port, protocol))
  return listener ? { listener, address: String(at(pod, 'status', 'podIP') ?? '') } : 'refused'
}

/** The pod that has an address now. */
export function podAt(address: string, reader: ClusterReader): KubernetesObject | undefined {
  return reader
    .list('v1', 'Pod')
    .find((pod) => at(pod, 'status', 'podIP') === address && at(pod, 'spec', 'hostNetwork') !== true && at(pod, 'status', 'phase') === 'Running')
}

/** The pod and port behind a service's port, by its number or name: for the API server's proxy. */
export function backendOf(
  service: KubernetesObject,
  port: string,
  reader: ClusterReader,
): { readonly pod: KubernetesObject; readonly port: number } | undefined {
  const ports = objects(at(service, 'spec', 'ports'))
  const found = port === '' ? ports[0] : ports.find((each) => String(each.port) === port || each.name === port)
  const ready = endpointsOf(service, reader).find((endpoint) => endpoint.ready)
  const pod = ready && podAt(ready.address, reader)
  const target = ready?.ports.find(({ name }) => name === String(found?.name ?? ''))
  return found && pod && target ? { pod, port: target.port } : undefined
}
