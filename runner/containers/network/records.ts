// What cluster DNS answers to a question, record by record (CoreDNS, plugin kubernetes; what is outside is forwarded).
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ClusterReader, objects } from '../pod.ts'
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../process.ts'
import { type NetworkGround, nameOfAddress } from './cluster-network.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'
import { outsideAddress } from './outside.ts'

const zone = 'cluster.local'
const suffix = `.${zone}`
const ttl = 30

/** The answer to a question whose name is whole; `serial` is what the zone's SOA record says. */
export function answerQuestion({ name, type }: DnsQuestion, { reader }: Pick<NetworkGround, 'reader'>, serial: number): DnsAnswer {
  const asked = name.toLowerCase().replace(/\.$/, '')
  if (asked.endsWith('.in-addr.arpa')) return reverse(asked, type, { reader, serial })
  if (asked !== zone && !asked.endsWith(suffix)) return outside(asked, type)
  const found = asked === zone ? ofZone : recordsAt(asked, reader)
  const soa: DnsRecord = { name: zone, ttl, type: 'SOA', data: `ns.dns.${zone}. hostmaster.${zone}. ${serial} 7200 1800 86400 ${ttl}` }
  if (!found) return { status: 'NXDOMAIN', own: true, answers: [], authority: [soa], additional: [] }
  const all = asked === zone ? [...found.records, soa] : found.records
  const direct = all.filter((record) => record.type === type || type === 'ANY' || (record.type === 'CNAME' && (type === 'A' || type === 'AAAA')))
  const [alias] = direct.filter((record) => record.type === 'CNAME')
  const beyond = alias && type !== 'CNAME' ? answerQuestion({ name: alias.data, type }, { reader }, serial).answers : []
  const answers = [...direct, ...beyond]
  return { status: 'NOERROR', own: true, answers, authority: answers.length === 0 ? [soa] : [], additional: type === 'SRV' ? found.additional : [] }
}

interface Found {
  readonly records: readonly DnsRecord[]
  /** Addresses of the hosts that SRV records name. */
  readonly additional: readonly DnsRecord[]
}

const ofZone: Found = { records: [{ name: zone, ttl, type: 'NS', data: `ns.dns.${zone}.` }], additional: [] }
const bare: Found = { records: [], additional: [] }

/** What there is at a name of the zone; undefined where there is nothing, not even below it. */
function recordsAt(asked: string, reader: ClusterReader): Found | undefined {
  if (asked === `dns-version${suffix}`) return { records: [{ name: asked, ttl, type: 'TXT', data: '"1.1.0"' }], additional: [] }
  const labels = asked.slice(0, -suffix.length).split('.')
  const kind = labels.pop()
  const namespace = labels.pop()
  if (kind !== 'svc' && kind !== 'pod') return undefined
  if (namespace === undefined) return bare
  if (!reader.get('v1', 'Namespace', { name: namespace })) return undefined
  if (kind === 'pod') return podAt(asked, labels)
  const service = labels.pop()
  if (service === undefined) return bare
  const object = reader.get('v1', 'Service', { namespace, name: service })
  return object && ofService(object, { asked, labels, reader })
}

function podAt(asked: string, labels: readonly string[]): Found | undefined {
  if (labels.length === 0) return bare
  const address = (labels[0] ?? '').replaceAll('-', '.')
  return labels.length === 1 && /^\d+(\.\d+){3}$/.test(address) ? { records: [record(asked, 'A', address)], additional: [] } : undefined
}

interface Within {
  readonly asked: string
  /** What stands before the service's name. */
  readonly labels: readonly string[]
  readonly reader: ClusterReader
}

function ofService(service: KubernetesObject, { asked, labels, reader }: Within): Found | undefined {
  const external = at(service, 'spec', 'type') === 'ExternalName' ? at(service, 'spec', 'externalName') : undefined
  if (typeof external === 'string') return labels.length === 0 ? { records: [record(asked, 'CNAME', `${external}.`)], additional: [] } : undefined
  const home = `${service.metadata.name}.${service.metadata.namespace}.svc${suffix}`
  const ip = String(at(service, 'spec', 'clusterIP') ?? '')
  const hosts =
    ip === 'None'
      ? endpointsOf(service, reader)
          .filter(({ ready }) => ready)
          .map((endpoint) => hostOf(endpoint, home))
      : [ownHost(service, home, ip)]
  const [first = '', second] = labels
  if (labels.length > 2 || (ip !== 'None' && labels.length === 1 && !first.startsWith('_'))) return undefined
  if (second === undefined && !first.startsWith('_') && first !== '')
    return named(
      asked,
      hosts.filter(({ host }) => host === `${first}.${home}`),
    )
  const [port, protocol] = [first.replace(/^_/, ''), (second ?? '').replace(/^_/, '')]
  if (first !== '' && second === undefined) return hosts.some((host) => host.ports.some((each) => each.protocol === port)) ? bare : undefined
  const wanted = hosts.flatMap((host) =>
    host.ports.filter((each) => first === '' || (each.name === port && each.protocol === protocol)).map((each) => ({ host, port: each.port })),
  )
  if (first !== '' && wanted.length === 0) return undefined
  const weight = Math.max(1, Math.floor(100 / Math.max(1, wanted.length)))
  const services = wanted.map(({ host, port: number }) => record(asked, 'SRV', `0 ${weight} ${number} ${host.host}.`))
  const addresses = hosts.map(({ host, address }) => record(host, 'A', address))
  const here = first === '' ? hosts.map(({ address }) => record(asked, 'A', address)) : []
  return { records: [...here, ...services], additional: addresses.filter((each) => wanted.some(({ host }) => host.host === each.name)) }
}

function named(asked: string, hosts: readonly Host[]): Found | undefined {
  return hosts.length === 0 ? undefined : { records: hosts.map(({ address }) => record(asked, 'A', address)), additional: [] }
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

function record(name: string, type: string, data: string): DnsRecord {
  return { name, ttl, type, data }
}

function reverse(asked: string, type: string, { reader, serial }: { readonly reader: ClusterReader; readonly serial: number }): DnsAnswer {
  const address = asked.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.')
  const name = nameOfAddress(address, { reader })
  const soa: DnsRecord = { name: 'in-addr.arpa', ttl, type: 'SOA', data: `ns.dns.in-addr.arpa. hostmaster.in-addr.arpa. ${serial} 7200 1800 86400 ${ttl}` }
  if (name === undefined) return { status: 'NXDOMAIN', own: true, answers: [], authority: [soa], additional: [] }
  const answers = type === 'PTR' || type === 'ANY' ? [record(asked, 'PTR', `${name}.`)] : []
  return { status: 'NOERROR', own: true, answers, authority: answers.length === 0 ? [soa] : [], additional: [] }
}

/** What the name server of the node would say: it knows few names, and their addresses alone. */
function outside(asked: string, type: string): DnsAnswer {
  const address = outsideAddress(asked)
  if (address !== undefined)
    return { status: 'NOERROR', own: false, answers: type === 'A' || type === 'ANY' ? [record(asked, 'A', address)] : [], authority: [], additional: [] }
  const root: DnsRecord = { name: '', ttl, type: 'SOA', data: 'a.root-servers.net. nstld.verisign-grs.com. 2026030200 1800 900 604800 86400' }
  return { status: 'NXDOMAIN', own: false, answers: [], authority: [root], additional: [] }
}
