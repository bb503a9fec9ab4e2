// dig of BIND 9.18: questions, options of what is shown, and its columns.
import type { DnsAnswer, DnsRecord } from '../dns-message.ts'
import type { Process, Program } from '../process.ts'
import { lookUp, reverseName, searched } from './resolver.ts'
import { resolverPatience } from './transfer.ts'

const types = /^(A|AAAA|ANY|CNAME|MX|NS|PTR|SOA|SRV|TXT)$/i

interface Query {
  readonly name: string
  readonly type: string
}

/** What the words ask for: questions, whom, and what is shown of the answers. */
interface Asked {
  readonly queries: readonly Query[]
  readonly server: string | undefined
  readonly shown: ReadonlyMap<string, boolean>
}

function readWords(words: readonly string[]): Asked {
  const shown = new Map<string, boolean>()
  const queries: Query[] = []
  let [server, type]: [string | undefined, string] = [undefined, 'A']
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const next = words[index + 1] ?? ''
    if (word.startsWith('@')) server = word.slice(1)
    else if (word.startsWith('+')) show(shown, word.slice(1))
    else if (word === '-x') queries.push({ name: reverseName(next), type: 'PTR' })
    else if (word === '-t' || word === '-q') {
      if (word === '-q') queries.push({ name: next, type: '' })
      else type = next.toUpperCase()
    } else if (types.test(word)) type = word.toUpperCase()
    else if (!word.startsWith('-')) queries.push({ name: word, type: '' })
    if (/^-[xtqpbcf]$/.test(word)) index += 1
  }
  const asked = queries.length === 0 ? [{ name: '.', type: type === 'A' ? 'NS' : type }] : queries
  return { queries: asked.map((query) => ({ ...query, type: query.type === '' ? type : query.type })), server, shown }
}

const sections = ['answer', 'question', 'comments', 'stats', 'authority', 'additional', 'cmd']

function show(shown: Map<string, boolean>, word: string): void {
  const [name = ''] = word.split('=')
  const wanted = !name.startsWith('no')
  const bare = wanted ? name : name.slice(2)
  for (const each of bare === 'all' ? sections : [bare]) shown.set(each, wanted)
}

/** dig. Ends with 9 where no server answers. */
export const dig: Program = async (words, process) => {
  const { queries, server, shown } = readWords(words)
  const { net } = process.machine
  const nameserver = server === undefined ? net.nameserver : net.resolve(server)?.addresses[0]
  if (nameserver === undefined) {
    process.err(`dig: couldn't get address for '${server}': not found\n`)
    return 10
  }
  const isShown = (section: string): boolean => shown.get(section) ?? true
  const short = shown.get('short') ?? false
  const head = `\n; <<>> DiG 9.18.33 <<>> ${words.join(' ')}\n${server === undefined ? '' : '; (1 server found)\n'};; global options: +cmd\n`
  if (!short && isShown('cmd')) process.out(head)
  for (const { name, type } of queries) {
    const find = shown.get('search') ? searched : lookUp
    const found = await find(name, type, process, nameserver)
    if (!found) return silent(process, nameserver)
    if (short) process.out(found.answer.answers.map(({ data }) => `${data}\n`).join(''))
    else process.out(printed({ name: found.name, type }, found.answer, { isShown, nameserver, process }))
  }
  return 0
}

async function silent(process: Process, nameserver: string): Promise<number> {
  await process.sleep(2 * resolverPatience)
  process.out(`;; communications error to ${nameserver}#53: timed out\n`.repeat(3))
  process.out('\n;; no servers could be reached\n')
  return 9
}

interface Showing {
  readonly isShown: (section: string) => boolean
  readonly nameserver: string
  readonly process: Process
}

function printed({ name, type }: Query, answer: DnsAnswer, { isShown, nameserver, process }: Showing): string {
  const { answers, authority, additional } = answer
  const comments = isShown('comments')
  const section = (title: string, key: string, records: readonly DnsRecord[]): string =>
    records.length === 0 || !isShown(key) ? '' : `${comments ? `;; ${title} SECTION:\n` : ''}${records.map(lineOf).join('')}${comments ? '\n' : ''}`
  const question = `${comments ? ';; QUESTION SECTION:\n' : ''}${columns([`;${dotted(name)}`, 0], ['IN', 32], [type, 40])}\n${comments ? '\n' : ''}`
  return [
    comments ? headOf(answer, process) : '',
    isShown('question') ? question : '',
    section('ANSWER', 'answer', answers),
    section('AUTHORITY', 'authority', authority),
    section('ADDITIONAL', 'additional', additional),
    isShown('stats') ? tail(nameserver, process, 60 + 40 * (answers.length + authority.length + additional.length)) : '',
  ].join('')
}

function headOf({ status, own, answers, authority, additional }: DnsAnswer, { seed }: Process): string {
  const counts = `QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: ${authority.length}, ADDITIONAL: ${additional.length + 1}`
  const cookie = Array.from({ length: 16 }, () => seed.below(16).toString(16)).join('')
  return [
    ';; Got answer:',
    `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: ${seed.below(65_536)}`,
    `;; flags: ${own ? 'qr aa rd' : 'qr rd ra'}; ${counts}`,
    ...(own ? [';; WARNING: recursion requested but not available'] : []),
    '',
    ';; OPT PSEUDOSECTION:',
    '; EDNS: version: 0, flags:; udp: 1232',
    `; COOKIE: ${cookie} (echoed)`,
    '',
  ].join('\n')
}

function tail(nameserver: string, process: Process, size: number): string {
  const when = new Date(process.now()).toUTCString()
  const [, day = '', date = '', month = '', year = '', time = ''] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(when) ?? []
  const lines = [
    ';; Query time: 0 msec',
    `;; SERVER: ${nameserver}#53(${nameserver}) (UDP)`,
    `;; WHEN: ${day} ${month} ${date} ${time} UTC ${year}`,
    `;; MSG SIZE  rcvd: ${size}`,
  ]
  return `${lines.join('\n')}\n\n`
}

function lineOf({ name, ttl, type, data }: DnsRecord): string {
  return `${columns([dotted(name), 0], [String(ttl), 24], ['IN', 32], [type, 40], [data, 48])}\n`
}

function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

/** Words at their columns, by tabs of eight; one that comes too late follows after a space (`dns_master_indent` of BIND). */
function columns(...cells: readonly (readonly [text: string, column: number])[]): string {
  let [line, width] = ['', 0]
  for (const [text, column] of cells) {
    if (column > 0 && width >= column) [line, width] = [`${line} `, width + 1]
    while (width < column) [line, width] = [`${line}\t`, (Math.floor(width / 8) + 1) * 8]
    line += text
    width += text.length
  }
  return line
}
