// Plugin forward: another name server is asked (`plugin/forward`). Those of the internet know what there is of it here; others cannot be reached.
import { answerOutside, connectOutside } from '../../network/outside.ts'
import { bare, type Handler, refuse, type Setup, whole, zoneOf } from '../plugin.ts'
import type { Stanza } from '../stanza.ts'

/** How many words each line of its block takes: at least, and at most. */
const properties: Readonly<Record<string, readonly [least: number, most: number]>> = {
  except: [1, Number.POSITIVE_INFINITY],
  max_fails: [1, 1],
  health_check: [1, Number.POSITIVE_INFINITY],
  force_tcp: [0, 0],
  prefer_udp: [0, 0],
  tls: [0, 3],
  tls_servername: [1, 1],
  expire: [1, 1],
  policy: [1, 1],
  max_concurrent: [1, 1],
  next: [1, Number.POSITIVE_INFINITY],
  failfast_all_unhealthy_upstreams: [0, 0],
  failover: [1, Number.POSITIVE_INFINITY],
  max_connect_attempts: [1, 1],
}

/** Reads `forward FROM TO... { ... }`, which may stand several times. */
export const forward: Setup = (stanza) => {
  const stanzas: Handler[] = []
  while (stanza.next()) stanzas.push(oneOf(stanza))
  return (question, next, ground) => stanzas.reduceRight<typeof next>((then, handler) => (asked) => handler(asked, then, ground), next)(question)
}

function oneOf(stanza: Stanza): Handler {
  const [from, ...to] = stanza.args()
  if (from === undefined || to.length === 0) throw stanza.wrongCount()
  const servers = to.map(serverOf)
  const excepted: string[] = []
  while (stanza.line()) {
    const word = stanza.text
    const wanted = properties[word]
    if (!wanted) throw stanza.wrong(`unknown property '${word}'`)
    const args = stanza.args()
    if (args.length < wanted[0] || args.length > wanted[1]) throw stanza.wrongCount()
    if (word === 'policy' && !['random', 'round_robin', 'sequential'].includes(args[0] ?? '')) throw stanza.wrong(`unknown policy '${args[0]}'`)
    if (word === 'except') excepted.push(...args.map(whole))
  }
  const reached = servers.some((server) => server.startsWith('/') || isResolver(server))
  return (question, next) => {
    if (zoneOf(question.name, [whole(from)]) === undefined || zoneOf(question.name, excepted) !== undefined) return next(question)
    return reached ? answerOutside(question) : bare('SERVFAIL')
  }
}

function serverOf(text: string): string {
  const host = text.replace(/^(dns|tls):\/\//, '')
  if (host.startsWith('/')) return host
  const address = host.replace(/^\[(.*)\](:\d+)?$/, '$1')
  if (/^\d+(\.\d+){3}(:\d+)?$/.test(address) || /^[\da-f:]+$/i.test(address)) return address
  throw refuse(`not an IP address or file: ${JSON.stringify(text)}`)
}

/** Name servers of Azure, and those that anybody may ask. */
const resolvers = ['168.63.129.16', '8.8.4.4', '1.0.0.1', '9.9.9.9', '149.112.112.112', '208.67.222.222', '208.67.220.220']

function isResolver(server: string): boolean {
  const address = server.replace(/:53$/, '')
  return resolvers.includes(address) || typeof connectOutside(address, 53) === 'object'
}
