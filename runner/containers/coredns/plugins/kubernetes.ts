// Plugin kubernetes: names of Services and pods, and of their addresses (`plugin/kubernetes`).
import type { DnsAnswer, DnsQuestion } from '../../dns-message.ts'
import { fallsThrough, refuse, type Setup, zoneOf, zonesFrom } from '../plugin.ts'
import type { Stanza } from '../stanza.ts'
import type { DnsGround } from '../state.ts'
import { type ClusterZone, nameOfAddress, type PodMode, record, recordsAt } from './cluster-records.ts'

interface Options extends Pick<ClusterZone, 'ttl' | 'pods' | 'namespaces'> {
  readonly falls: readonly string[]
}

const podModes = ['disabled', 'verified', 'insecure']

/** How many words lines take that change nothing here. */
const further: Readonly<Record<string, readonly [least: number, most: number]>> = {
  endpoint_pod_names: [0, 0],
  endpoint: [1, Number.POSITIVE_INFINITY],
  tls: [3, 3],
  labels: [1, Number.POSITIVE_INFINITY],
  namespace_labels: [1, Number.POSITIVE_INFINITY],
  noendpoints: [0, 0],
  ignore: [0, Number.POSITIVE_INFINITY],
  kubeconfig: [1, 2],
  multicluster: [0, Number.POSITIVE_INFINITY],
  startup_timeout: [1, Number.POSITIVE_INFINITY],
}

/** Reads `kubernetes [ZONES...] { pods MODE; ttl N; namespaces ...; fallthrough [ZONES...] }`. */
export const kubernetes: Setup = (stanza, { zones: own }) => {
  stanza.next()
  const zones = zonesFrom(stanza.args(), own)
  const primary = zones.find((zone) => !/\.(in-addr|ip6)\.arpa\.$/.test(zone))
  if (primary === undefined) throw refuse('non-reverse zone name must be used')
  const { falls, ...options } = optionsOf(stanza)
  return (question, next, ground) => {
    const zone = zoneOf(question.name, zones)
    if (zone === undefined) return next(question)
    const cluster: ClusterZone = { ...options, zone: (zone.endsWith('.arpa.') ? primary : zone).slice(0, -1), reader: ground.reader }
    const answer = zone.endsWith('.arpa.') ? reverse(question, zone, { cluster, ground }) : answerOf(question, { cluster, ground })
    return answer.status === 'NXDOMAIN' && zoneOf(question.name, falls) !== undefined ? next(question) : answer
  }
}

function optionsOf(stanza: Stanza): Options {
  let options: Options = { ttl: 5, pods: 'disabled', namespaces: [], falls: [] }
  while (stanza.line()) {
    const word = stanza.text
    const read = lines[word]
    const wanted = further[word]
    if (!read && !wanted) throw stanza.wrong(`unknown property '${word}'`)
    const args = stanza.args()
    if (wanted && (args.length < wanted[0] || args.length > wanted[1])) throw stanza.wrongCount()
    options = { ...options, ...read?.(args, stanza) }
  }
  return options
}

const lines: Readonly<Record<string, (args: readonly string[], stanza: Stanza) => Partial<Options>>> = {
  pods: (args, stanza) => {
    const [mode = ''] = args
    if (args.length !== 1) throw stanza.wrongCount()
    if (!podModes.includes(mode)) throw refuse(`wrong value for pods: ${mode},  must be one of: ${podModes.join(', ')}`)
    return { pods: mode as PodMode }
  },
  ttl: ([text], stanza) => {
    if (text === undefined) throw stanza.wrongCount()
    if (!/^[+-]?\d+$/.test(text)) throw refuse(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
    if (Number(text) < 0 || Number(text) > 3600) throw stanza.wrong(`ttl must be in range [0, 3600]: ${Number(text)}`)
    return { ttl: Number(text) }
  },
  namespaces: (args, stanza) => {
    if (args.length === 0) throw stanza.wrongCount()
    return { namespaces: args }
  },
  fallthrough: (args) => ({ falls: fallsThrough(args) }),
}

interface Asked {
  readonly cluster: ClusterZone
  readonly ground: DnsGround
}

function answerOf({ name, type }: DnsQuestion, { cluster, ground }: Asked): DnsAnswer {
  const asked = name.slice(0, -1)
  const { zone, ttl } = cluster
  const found = recordsAt(asked, cluster)
  const soa = record(zone, 'SOA', `ns.dns.${zone}. hostmaster.${zone}. ${ground.serial} 7200 1800 86400 ${ttl}`, cluster)
  if (!found) return { status: 'NXDOMAIN', own: true, answers: [], authority: [soa], additional: [] }
  const all = asked === zone ? [...found.records, soa] : found.records
  const direct = all.filter((each) => each.type === type || type === 'ANY' || (each.type === 'CNAME' && (type === 'A' || type === 'AAAA')))
  const [alias] = direct.filter((each) => each.type === 'CNAME')
  const beyond = alias && type !== 'CNAME' ? ground.ask({ name: alias.data, type }).answers : []
  const answers = [...direct, ...beyond]
  return { status: 'NOERROR', own: true, answers, authority: answers.length === 0 ? [soa] : [], additional: type === 'SRV' ? found.additional : [] }
}

function reverse({ name, type }: DnsQuestion, zone: string, { cluster, ground }: Asked): DnsAnswer {
  const address = name.slice(0, -'.in-addr.arpa.'.length).split('.').reverse().join('.')
  const found = nameOfAddress(address, cluster)
  const at = zone.slice(0, -1)
  const soa = record(at, 'SOA', `ns.dns.${at}. hostmaster.${at}. ${ground.serial} 7200 1800 86400 ${cluster.ttl}`, cluster)
  if (found === undefined) return { status: 'NXDOMAIN', own: true, answers: [], authority: [soa], additional: [] }
  const answers = type === 'PTR' || type === 'ANY' ? [record(name.slice(0, -1), 'PTR', `${found}.`, cluster)] : []
  return { status: 'NOERROR', own: true, answers, authority: answers.length === 0 ? [soa] : [], additional: [] }
}
