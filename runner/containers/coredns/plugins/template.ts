// Plugin template: answers that are written down with places to fill in (`plugin/template`).
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../dns-message.ts'
import { bare, fallsThrough, type Setup, zoneOf, zonesFrom } from '../plugin.ts'
import type { Stanza } from '../stanza.ts'

interface Template {
  readonly type: string
  readonly zones: readonly string[]
  readonly patterns: readonly RegExp[]
  readonly status: DnsAnswer['status']
  readonly records: Readonly<Record<Section, readonly string[]>>
  readonly falls: readonly string[]
}

type Section = 'answer' | 'additional' | 'authority'

const types = ['A', 'AAAA', 'ANY', 'CAA', 'CNAME', 'DS', 'DNAME', 'HTTPS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'SVCB', 'TXT']
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** Reads `template CLASS TYPE [ZONE...] { match RE...; answer RR...; rcode CODE; fallthrough }`, any number of them. */
export const template: Setup = (stanza, { zones }) => {
  const templates: Template[] = []
  while (stanza.next()) templates.push(templateOf(stanza, zones))
  return (question, next) => {
    for (const each of templates) {
      const zone = zoneOf(question.name, each.zones)
      const kind = each.type === 'ANY' || each.type === question.type
      const groups = zone === undefined || !kind ? undefined : matchOf(question.name, each.patterns)
      if (groups) return answerOf(each, question, { zone: zone ?? '', groups })
      if (zone !== undefined && kind && zoneOf(question.name, each.falls) === undefined) return bare('SERVFAIL')
    }
    return next(question)
  }
}

function templateOf(stanza: Stanza, own: readonly string[]): Template {
  const [kind, type, ...zones] = stanza.args()
  if (kind === undefined || type === undefined) throw stanza.wrongCount()
  if (!['IN', 'CH', 'HS', 'ANY', 'NONE'].includes(kind)) throw stanza.wrong(`invalid query class ${kind}`)
  if (!types.includes(type)) throw stanza.wrong(`invalid RR class ${type}`)
  const records: Record<Section, string[]> = { answer: [], additional: [], authority: [] }
  const patterns: RegExp[] = []
  let [status, falls]: [DnsAnswer['status'], readonly string[]] = ['NOERROR', []]
  while (stanza.line()) {
    const word = stanza.text
    const args = stanza.args()
    if (word === 'match' || word === 'answer' || word === 'additional' || word === 'authority') {
      if (args.length === 0) throw stanza.wrongCount()
      if (word === 'match') patterns.push(...args.map((text) => patternOf(text, stanza)))
      else records[word].push(...args)
    } else if (word === 'rcode') status = codeOf(args, stanza)
    else if (word === 'fallthrough') falls = fallsThrough(args)
    else if (word !== 'ederror' && word !== 'upstream') throw stanza.wrongCount()
  }
  return { type, zones: zonesFrom(zones, own), patterns, status, records, falls }
}

function codeOf([code]: readonly string[], stanza: Stanza): DnsAnswer['status'] {
  if (code === undefined) throw stanza.wrongCount()
  if (!codes.includes(code)) throw stanza.wrong(`unknown rcode ${code}`)
  return code as DnsAnswer['status']
}

/** Go's named groups are written with a P. */
function patternOf(text: string, stanza: Stanza): RegExp {
  try {
    return new RegExp(text.replaceAll('(?P<', '(?<'))
  } catch {
    throw stanza.wrong(`could not parse regex: ${text}`)
  }
}

function matchOf(name: string, patterns: readonly RegExp[]): RegExpExecArray | undefined {
  if (patterns.length === 0) return /.*/s.exec(name) ?? undefined
  for (const pattern of patterns) {
    const groups = pattern.exec(name)
    if (groups) return groups
  }
  return undefined
}

interface Match {
  readonly zone: string
  readonly groups: RegExpExecArray
}

function answerOf({ status, records }: Template, question: DnsQuestion, match: Match): DnsAnswer {
  const made = (section: Section): readonly DnsRecord[] | undefined => {
    const rows = records[section].map((text) => recordOf(filled(text, question, match)))
    return rows.every((row) => row !== undefined) ? rows : undefined
  }
  const [answers, additional, authority] = [made('answer'), made('additional'), made('authority')]
  return answers && additional && authority && status !== 'SERVFAIL' ? { status, own: true, answers, authority, additional } : bare('SERVFAIL')
}

/** Fills in `{{ .Name }}`, `{{ .Group.b }}`, `{{ index .Match 1 }}`; what it does not know stays, and then is no record. */
function filled(text: string, { name, type }: DnsQuestion, { zone, groups }: Match): string {
  const fields: Readonly<Record<string, string>> = { '.Name': name, '.Zone': zone, '.Type': type, '.Class': 'IN' }
  return text.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (whole, words: string) => {
    const [, group] = /^\.Group\.(\w+)$/.exec(words) ?? []
    const [, index] = /^index \.Match (\d+)$/.exec(words) ?? []
    return fields[words] ?? (group === undefined ? undefined : groups.groups?.[group]) ?? (index === undefined ? undefined : groups[Number(index)]) ?? whole
  })
}

/** A record as zone files have it: `name [ttl] [class] type data`. */
function recordOf(text: string): DnsRecord | undefined {
  const [, name = '', ttl, type = '', data = ''] = /^(\S+)\s+(?:(\d+)\s+)?(?:IN\s+)?(?:(?<=\s)\d+\s+)?([A-Z]+)\s+(.+?)\s*$/.exec(text) ?? []
  if (name === '' || name.includes('{{')) return undefined
  return { name: name.toLowerCase().replace(/\.$/, ''), ttl: Number(ttl ?? 3600), type, data }
}
