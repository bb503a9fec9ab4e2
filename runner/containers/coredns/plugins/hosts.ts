// Plugin hosts: names and addresses as `/etc/hosts` has them, in the Corefile or in a file (`plugin/hosts`).
import type { DnsRecord } from '../../dns-message.ts'
import { bare, fallsThrough, type Setup, whole, zoneOf, zonesFrom } from '../plugin.ts'
import type { Stanza } from '../stanza.ts'

interface Options {
  readonly ttl: number
  readonly falls: readonly string[]
  readonly reverses: boolean
  readonly lines: readonly string[]
}

/** Reads `hosts [FILE [ZONES...]] { ADDRESS NAME...; fallthrough; ttl N; no_reverse }`. */
export const hosts: Setup = (stanza, { zones: own, files }) => {
  stanza.next()
  const [path = '/etc/hosts', ...named] = stanza.args()
  const zones = zonesFrom(named, own)
  const { ttl, falls, reverses, lines } = optionsOf(stanza)
  const rows = [...lines, ...(files.get(path)?.split('\n') ?? [])].flatMap(rowOf)
  return (question, next) => {
    const { name, type } = question
    if (zoneOf(name, zones) === undefined && !isReverse(name)) return next(question)
    const pointed = type === 'PTR' && reverses ? namesOf(name, rows).map((each) => record(name, 'PTR', each, ttl)) : []
    const found = rows.filter((row) => row.names.includes(name))
    const addresses = found.flatMap(({ address }) => (type === (address.includes(':') ? 'AAAA' : 'A') ? [record(name, type, address, ttl)] : []))
    const answers = [...pointed, ...addresses]
    if (answers.length > 0 || found.length > 0) return { ...bare('NOERROR', true), answers }
    return zoneOf(name, falls) !== undefined || isReverse(name) ? next(question) : bare('SERVFAIL')
  }
}

interface Row {
  readonly address: string
  readonly names: readonly string[]
}

function optionsOf(stanza: Stanza): Options {
  const lines: string[] = []
  let [ttl, falls, reverses]: [number, readonly string[], boolean] = [3600, [], true]
  while (stanza.line()) {
    const word = stanza.text
    const args = stanza.args()
    if (word === 'fallthrough') falls = fallsThrough(args)
    else if (word === 'no_reverse') reverses = false
    else if (word === 'reload') {
      if (args.length !== 1) throw stanza.wrong('reload needs a duration (zero seconds to disable)')
    } else if (word === 'ttl') ttl = ttlOf(args, stanza)
    else if (falls.length > 0) throw stanza.wrong(`unknown property '${word}'`)
    else lines.push([word, ...args].join(' '))
  }
  return { ttl, falls, reverses, lines }
}

function ttlOf([text]: readonly string[], stanza: Stanza): number {
  if (text === undefined) throw stanza.wrong('ttl needs a time in second')
  if (!/^[+-]?\d+$/.test(text)) throw stanza.wrong('ttl needs a number of second')
  if (Number(text) <= 0 || Number(text) > 65_535) throw stanza.wrong('ttl provided is invalid')
  return Number(text)
}

function rowOf(line: string): readonly Row[] {
  const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
  return /^[\da-fA-F.:]+$/.test(address) && names.length > 0 ? [{ address, names: names.map(whole) }] : []
}

function isReverse(name: string): boolean {
  return name.endsWith('.in-addr.arpa.') || name.endsWith('.ip6.arpa.')
}

function namesOf(reverse: string, rows: readonly Row[]): readonly string[] {
  const address = reverse
    .replace(/\.in-addr\.arpa\.$/, '')
    .split('.')
    .reverse()
    .join('.')
  return rows.filter((row) => row.address === address).flatMap(({ names }) => names)
}

function record(name: string, type: string, data: string, ttl: number): DnsRecord {
  return { name: name.replace(/\.$/, ''), ttl, type, data }
}
