// What there is at a name of the cluster, record by record, as CoreDNS' plugin kubernetes has it.
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import type { DnsRecord } from '../../dns-message.ts'
import { type Endpoint, endpointsOf } from '../../network/endpoints.ts'
import { type ClusterReader, objects } from '../../pod.ts'

/** A zone of the cluster as one server has it. */
export interface ClusterZone {
  /** `cluster.local`. */
  readonly zone: string
  /** Seconds. */
  readonly ttl: number
  readonly pods: PodMode
  /** Empty for all of them. */
  readonly namespaces: readonly string[]
  readonly reader: ClusterReader
}

/** Whether pods have names made of their addresses: none, those that there are, or any. */
export type PodMode = 'disabled' | 'verified' | 'insecure'

/** What there is at a name. */
export interface Found {
  readonly records: readonly DnsRecord[]
  /** Addresses of the hosts that SRV records name. */
  readonly additional: readonly DnsRecord[]
}

const bare: Found = { records: [], additional: [] }

/** What there is at a name of the zone; undefined where there is nothing, not even below it. */
export function recordsAt(asked: string, cluster: ClusterZone): Found | undefined {
  const { zone, reader, namespaces } = cluster
  if (asked === zone) return { records: [record(asked, 'NS', `ns.dns.${zone}.`, cluster)], additional: [] }
  if (asked === `dns-version.${zone}`) return { records: [record(asked, 'TXT', '"1.1.0"', cluster)], additional: [] }
  const labels = asked.slice(0, -zone.length - 1).split('.')
  const kind = labels.pop()
  const namespace = labels.pop()
  if (kind !== 'svc' && kind !== 'pod') return undefined
  if (namespace === undefined) return bare
  if (!reader.get('v1', 'Namespace', { name: namespace }) || (namespaces.length > 0 && !namespaces.includes(namespace))) return undefined
  if (kind === 'pod') return podAt(asked, { labels, namespace, cluster })
  const service = labels.pop()
  if (service === undefined) return bare
  const object = reader.get('v1', 'Service', { namespace, name: service })
  return object && ofService(object, { asked, labels, cluster })
}

function podAt(
  asked: string,
  { labels, namespace, cluster }: { readonly labels: readonly string[]; readonly namespace: string; readonly cluster: ClusterZone },
): Found | undefined {
  if (cluster.pods === 'disabled') return undefined
  if (labels.length === 0) return bare
  const address = (labels[0] ?? '').replaceAll('-', '.')
  if (labels.length !== 1 || !/^\d+(\.\d+){3}$/.test(address)) return undefined
  const known = cluster.pods === 'insecure' || cluster.reader.list('v1', 'Pod', namespace).some((pod) => at(pod, 'status', 'podIP') === address)
  return known ? { records: [record(asked, 'A', address, cluster)], additional: [] } : undefined
}

interface Within {
  readonly asked: string
  /** What stands before the service's name. */
  readonly labels: readonly string[]
  readonly cluster: ClusterZone
}

function ofService(service: KubernetesObject, { asked, labels, cluster }: Within): Found | undefined {
  const { zone, reader } = cluster
  const external = at(service, 'spec', 'type') === 'ExternalName' ? at(service, 'spec', 'externalName') : undefined
  if (typeof external === 'string') return labels.length === 0 ? { records: [record(asked, 'CNAME', `${external}.`, cluster)], additional: [] } : undefined
  const home = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`
  const ip = String(at(service, 'spec', 'clusterIP') ?? '')
  const hosts =
    ip === 'None'
      ? endpointsOf(service, reader)
          .filter(({ ready }) => ready)
          .map((endpoint) => hostOf(endpoint, home))
      : [ownHost(service, home, ip)]
  const [first = '', second] = labels
  if (labels.length > 2 || (ip !== 'None' && labels.length === 1 && !first.startsWith('_'))) return undefined
  if (second === undefined && !first.startsWith('_') && first !== '') {
    const called = hosts.filter(({ host }) => host === `${first}.${home}`)
    return called.length === 0 ? undefined : { records: called.map(({ address }) => record(asked, 'A', address, cluster)), additional: [] }
  }
  const [port, protocol] = [first.replace(/^_/, ''), (second ?? '').replace(/^_/, '')]
  if (first !== '' && second === undefined) return hosts.some((host) => host.ports.some((each) => each.protocol === port)) ? bare : undefined
  const wanted = hosts.flatMap((host) =>
    host.ports.filter((each) => first === '' || (each.name === port && each.protocol === protocol)).map((each) => ({ host, port: each.port })),
  )
  if (first !== '' && wanted.length === 0) return undefined
  const weight = Math.max(1, Math.floor(100 / Math.max(1, wanted.length)))
  const services = wanted.map(({ host, port: number }) => record(asked, 'SRV', `0 ${weight} ${number} ${host.host}.`, cluster))
  const addresses = hosts.map(({ host, address }) => record(host, 'A', address, cluster))
  const here = first === '' ? hosts.map(({ address }) => record(asked, 'A', address, cluster)) : []
  return { records: [...here, ...services], additional: addresses.filter((each) => wanted.some(({ host }) => host.host === each.name)) }
}

/** A name with an address, and the ports that it serves. */
interface Host {
  readonly host: string
  readonly address: string
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

function hostOf({ hostname, address, ports }: Endpoint, home: string): Host {
  return {
    host: `${hostname ?? address.replaceAll('.', '-')}.${home}`,
    address,
    ports: ports.map((port) => ({ ...port, protocol: port.protocol.toLowerCase() })),
  }
}

function ownHost(service: KubernetesObject, home: string, address: string): Host {
  const ports = objects(at(service, 'spec', 'ports')).map((port) => ({
    name: String(port.name ?? ''),
    protocol: String(port.protocol ?? 'TCP').toLowerCase(),
    port: Number(port.port),
  }))
  return { host: home, address, ports }
}

/** The name that an address has: of a Service, or of an endpoint of one; pods by themselves have none. */
export function nameOfAddress(address: string, { zone, reader, namespaces }: ClusterZone): string | undefined {
  const services = reader.list('v1', 'Service').filter(({ metadata }) => namespaces.length === 0 || namespaces.includes(metadata.namespace ?? ''))
  const service = services.find((each) => at(each, 'spec', 'clusterIP') === address)
  if (service) return `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`
  for (const each of services) {
    if (at(each, 'spec', 'selector') === undefined) continue
    const found = endpointsOf(each, reader).find((endpoint) => endpoint.address === address)
    if (found) return `${found.hostname ?? address.replaceAll('.', '-')}.${each.metadata.name}.${each.metadata.namespace}.svc.${zone}`
  }
  return undefined
}

/** A record with the zone's time to live. */
export function record(name: string, type: string, data: string, { ttl }: Pick<ClusterZone, 'ttl'>): DnsRecord {
  return { name, ttl, type, data }
}
