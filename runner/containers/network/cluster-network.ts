// The cluster's network: names, services, pods, and which of them a policy lets talk.
import { createRandom } from '../../base/random.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ClusterReader, objects } from '../pod.ts'
import { type Connection, type Listener, type Protocol, portKey } from '../process.ts'
import { type Endpoint, endpointsOf, usableEndpoints } from './endpoints.ts'
import { type DoorGround, loopbackDoor, nodeDoor } from './node-door.ts'
import { connectOutside } from './outside.ts'
import { allowedBy } from './policies.ts'

/** What the network is made over. */
export interface NetworkGround extends DoorGround {
  /** What listens on a pod's port now, by `portKey`; a pod that was not looked at yet starts its programs first. */
  listener(pod: KubernetesObject, port: number): Promise<Listener | undefined>
  /** How many connections a service had before: they go round its pods. */
  turn(service: string): number
  /** How often a client of a service came back after it had been forgotten there. */
  visit(service: KubernetesObject, client: string): number
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
    const loopback = address === node || protocol !== 'TCP' ? undefined : loopbackDoor(port)
    if (loopback) return { listener: loopback, address }
    const onHost = await toHost(node, { port, protocol }, ground, address)
    if (onHost !== 'refused') return onHost
  }
  const services = reader.list('v1', 'Service').filter(isProxied)
  const machine = machineAt(node !== '' && address.startsWith('127.') ? node : address, reader)
  if (machine && address.startsWith('127.')) return (await atMachine(origin, machine, { port, protocol, services }, ground)) ?? 'refused'
  const external = (each: KubernetesObject): readonly string[] => [
    ...objects(at(each, 'status', 'loadBalancer', 'ingress')).map(({ ip }) => String(ip)),
    ...textsAt(each, 'externalIPs'),
  ]
  const service = services.find((each) => at(each, 'spec', 'clusterIP') === address || external(each).includes(address))
  if (service) return toService(origin, service, (each) => Number(each.port) === port && (each.protocol ?? 'TCP') === protocol, ground)
  if (machine) return (await atMachine(origin, machine, { port, protocol, services }, ground)) ?? toHost(address, { port, protocol }, ground)
  const pod = podAt(address, reader)
  if (pod) return toPod(origin, pod, { port, protocol }, ground)
  const outside = connectOutside(address, port)
  if (outside !== undefined) return mayReach(origin, { address, port, protocol }, ground) ? outside : 'timeout'
  return /^10\.|^172\.(1[6-9]|2\d|3[01])\.|^192\.168\./.test(address) ? 'no route' : 'timeout'
}

function machineAt(address: string, reader: ClusterReader): KubernetesObject | undefined {
  return reader.list('v1', 'Node').find((each) => objects(at(each, 'status', 'addresses')).some((one) => one.address === address))
}

/** A node port of a Service, or what the node itself has there. */
async function atMachine(
  origin: Origin,
  machine: KubernetesObject,
  { port, protocol, services }: Door & { readonly services: readonly KubernetesObject[] },
  ground: NetworkGround,
): Promise<Connection | undefined> {
  const opens = (each: Record<string, unknown>): boolean => each.nodePort === port && (each.protocol ?? 'TCP') === protocol
  const service = services.find((each) => objects(at(each, 'spec', 'ports')).some(opens))
  if (service) return toService(origin, service, opens, ground, machine)
  const listener = protocol === 'TCP' ? nodeDoor(machine, { port, services }, ground) : undefined
  return listener && { listener, address: String(objects(at(machine, 'status', 'addresses'))[0]?.address) }
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
async function toHost(node: string, { port, protocol }: Door, ground: NetworkGround, seen = node): Promise<Connection> {
  const pods = ground.reader.list('v1', 'Pod').filter((pod) => at(pod, 'status', 'hostIP') === node && at(pod, 'status', 'phase') === 'Running')
  const onHost = (pod: KubernetesObject): boolean => at(pod, 'spec', 'hostNetwork') === true
  for (const pod of pods) {
    const ports = objects(at(pod, 'spec', 'containers')).flatMap((container) => objects(container.ports))
    const found = ports.find((each) => opensOnHost(each, { port, protocol, seen }) || (onHost(pod) && each.containerPort === port))
    if (found) return reach(pod, { port: Number(found.containerPort), protocol }, ground)
  }
  for (const pod of pods.filter(onHost)) {
    const found = await reach(pod, { port, protocol }, ground)
    if (found !== 'refused') return found
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
  machine?: KubernetesObject,
): Connection | Promise<Connection> {
  const port = objects(at(service, 'spec', 'ports')).find(wanted)
  if (!port) return port === undefined && at(service, 'spec', 'clusterIP') !== undefined ? 'timeout' : 'refused'
  if (service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes')
    return { listener: ground.apiServer, address: String(at(service, 'spec', 'clusterIP')) }
  const hasPort = ({ ports }: Endpoint): boolean => ports.some(({ name }) => name === String(port.name ?? ''))
  const node = String(at(origin.pod, 'spec', 'nodeName') ?? '')
  const usable = usableEndpoints(service, { node, kept: machine && keptAt(machine, origin, service), reader: ground.reader })
  if (usable === 'dropped') return 'timeout'
  const fit = usable.filter(hasPort)
  if (fit.length === 0) return 'refused'
  const chosen =
    at(service, 'spec', 'sessionAffinity') === 'ClientIP'
      ? sameFor(`${origin.address}/${ground.visit(service, origin.address)}`, fit)
      : fit[ground.turn(service.metadata.uid ?? '') % fit.length]
  const target = chosen?.ports.find(({ name }) => name === String(port.name ?? ''))
  if (chosen?.imported !== undefined && target) return toBeyond(chosen.imported, { address: chosen.address, port: target.port }, ground)
  const pod = chosen && podOf(chosen, service, ground.reader)
  const protocol = port.protocol === 'UDP' ? 'UDP' : 'TCP'
  if (!chosen || !target) return 'refused'
  return pod ? toPod(origin, pod, { port: target.port, protocol }, ground) : toHost(chosen.address, { port: target.port, protocol }, ground)
}

/** The node that keeps what comes to it from elsewhere, if the Service wants that; what comes from the node itself is let through to all endpoints. */
function keptAt(machine: KubernetesObject, { pod, address }: Origin, service: KubernetesObject): string | undefined {
  if (at(service, 'spec', 'externalTrafficPolicy') !== 'Local') return undefined
  const own = objects(at(machine, 'status', 'addresses')).some((each) => each.address === address)
  return own || at(pod, 'spec', 'nodeName') === machine.metadata.name ? undefined : machine.metadata.name
}

/** The pod that an endpoint is: by its name, on its node's network too, or by its address. */
function podOf(endpoint: Endpoint, service: KubernetesObject, reader: ClusterReader): KubernetesObject | undefined {
  const named = endpoint.pod === undefined ? undefined : reader.get('v1', 'Pod', { namespace: service.metadata.namespace ?? '', name: endpoint.pod })
  return named && at(named, 'status', 'podIP') === endpoint.address && at(named, 'status', 'phase') === 'Running' ? named : podAt(endpoint.address, reader)
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
  if (policies.length > 0 && at(pod, 'spec', 'hostNetwork') !== true && !allowedBy(policies, { origin, pod, ...door, reader: ground.reader })) return 'timeout'
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
  const pod = ready && podOf(ready, service, reader)
  const target = ready?.ports.find(({ name }) => name === String(found?.name ?? ''))
  return found && pod && target ? { pod, port: target.port } : undefined
}
