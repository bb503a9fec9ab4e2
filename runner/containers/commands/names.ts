// Programs that ask for names: dig, host and nslookup of BIND, nslookup of busybox, getent.
import type { DnsAnswer } from '../dns-message.ts'
import { fail, type Process, type Program } from '../process.ts'
import { dig } from './dig.ts'
import { readOptions } from './options.ts'
import { isAddress, lookUp, reverseName, searched, unanswered } from './resolver.ts'

const nslookup: Program = async (words, process) => {
  const { flavor, image } = process.machine
  const options = readOptions(words.map(typeOption), ['type'])
  const [name = '', server] = options.rest
  if (!process.machine.net.answersNames) return unanswered(process)
  if (/(^|\/)busybox:1\.(1\d|2[0-8])\b/.test(image)) return nslookupOfOld(name, process)
  // Where BIND's tools are, its nslookup is the one that is found.
  const ofBind = flavor !== 'busybox' || process.find('dig') !== undefined
  const asked = { name, type: (options.value('type') ?? 'A').toUpperCase(), server }
  return ofBind ? nslookupOfBind(asked, process) : nslookupOfBusybox(asked, process)
}

/** `-type=srv`, `-q=srv`, `-querytype=srv` and `-query=srv` are one. */
function typeOption(word: string): string {
  return word.replace(/^-(type|q|query|querytype)=/, '--type=')
}

interface Asked {
  readonly name: string
  readonly type: string
  readonly server: string | undefined
}

async function nslookupOfBind({ name, type, server }: Asked, process: Process): Promise<number> {
  const nameserver = server === undefined ? process.machine.net.nameserver : process.machine.net.resolve(server)?.addresses[0]
  if (nameserver === undefined) return fail(process, `nslookup: couldn't get address for '${server}': not found`)
  const found = isAddress(name) ? await lookUp(reverseName(name), 'PTR', process, nameserver) : await searched(name, type, process, nameserver)
  if (!found) return unanswered(process)
  const { answer } = found
  process.out(`Server:\t\t${nameserver}\nAddress:\t${nameserver}#53\n\n`)
  const wanted = isAddress(name) ? reverseName(name) : name
  if (answer.status !== 'NOERROR') {
    process.out(`** server can't find ${wanted}: ${answer.status}\n\n`)
    return 1
  }
  if (!answer.own) process.out('Non-authoritative answer:\n')
  process.out(answer.answers.length === 0 ? `*** Can't find ${wanted}: No answer\n` : linesOf(answer).join(''))
  process.out(answer.own || type === 'A' ? '\n' : '\nAuthoritative answers can be found from:\n\n')
  return 0
}

/** Records as BIND's nslookup words them. */
function linesOf({ answers }: DnsAnswer): readonly string[] {
  return answers.map(({ name, type, data }) => (bindWords[type] ?? ((owner, text) => `${owner}\trdata_${type} = ${text}\n`))(name, data))
}

const bindWords: Readonly<Record<string, (name: string, data: string) => string>> = {
  A: (name, data) => `Name:\t${name}\nAddress: ${data}\n`,
  CNAME: (name, data) => `${name}\tcanonical name = ${data}\n`,
  PTR: (name, data) => `${name}\tname = ${data}\n`,
  SRV: (name, data) => `${name}\tservice = ${data}\n`,
  TXT: (name, data) => `${name}\ttext = ${data}\n`,
  NS: (name, data) => `${name}\tnameserver = ${data}\n`,
}

async function nslookupOfBusybox({ name, type, server }: Asked, process: Process): Promise<number> {
  const { net } = process.machine
  const nameserver = server ?? net.nameserver
  const found = isAddress(name) ? await lookUp(reverseName(name), 'PTR', process) : await searched(name, type, process)
  if (!found) return unanswered(process)
  const { answer } = found
  process.out(`Server:\t\t${nameserver}\nAddress:\t${nameserver}:53\n\n`)
  if (answer.status !== 'NOERROR') {
    const missing = `** server can't find ${isAddress(name) ? reverseName(name) : name}: ${answer.status}\n\n`
    process.out(isAddress(name) ? missing : missing.repeat(2))
    return 1
  }
  if (!isAddress(name)) process.out(answer.own ? '\n' : 'Non-authoritative answer:\n')
  if (answer.answers.length === 0) process.out(`*** Can't find ${name}: No answer\n`)
  for (const { name: owner, type: kind, data } of answer.answers) process.out(bindWords[kind]?.(owner, data.replace(/\.$/, '')) ?? '')
  process.out('\n')
  return answer.answers.length === 0 ? 1 : 0
}

/** Busybox up to 1.28 asked the library, and gave each address with the name that it has. */
function nslookupOfOld(name: string, process: Process): number {
  const { net } = process.machine
  const numbered = (addresses: readonly string[]): string =>
    addresses.map((address, index) => `Address ${index + 1}: ${[address, net.reverse(address) ?? []].flat().join(' ')}\n`).join('')
  process.out(`Server:    ${net.nameserver}\n${numbered([net.nameserver])}\n`)
  const found = net.resolve(name)
  if (!found) return fail(process, `nslookup: can't resolve '${name}'`)
  process.out(`Name:      ${name}\n${numbered(found.addresses)}`)
  return 0
}

const host: Program = async (words, process) => {
  const options = readOptions(words, ['t', 'W', 'c', 'R'])
  const [name = ''] = options.rest
  const type = (options.value('t') ?? (isAddress(name) ? 'PTR' : 'A')).toUpperCase()
  const found = isAddress(name) ? await lookUp(reverseName(name), type, process) : await searched(name, type, process)
  if (!found) return unanswered(process, ';; no servers could be reached\n')
  const { answer } = found
  if (answer.status !== 'NOERROR') {
    process.out(`Host ${isAddress(name) ? `${reverseName(name)}.` : name} not found: ${codes[answer.status]}(${answer.status})\n`)
    return 1
  }
  if (answer.answers.length === 0) process.out(`${found.name} has no ${type} record\n`)
  for (const { name: owner, type: kind, data } of answer.answers)
    process.out((hostWords[kind] ?? ((whose, text) => `${whose} has ${kind} record ${text}\n`))(owner, data))
  return 0
}

const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 }

const hostWords: Readonly<Record<string, (name: string, data: string) => string>> = {
  A: (name, data) => `${name} has address ${data}\n`,
  CNAME: (name, data) => `${name} is an alias for ${data}\n`,
  PTR: (name, data) => `${name} domain name pointer ${data}\n`,
  TXT: (name, data) => `${name} descriptive text ${data}\n`,
  NS: (name, data) => `${name} name server ${data}\n`,
}

const getent: Program = ([, name = ''], { machine, out }) => {
  const found = machine.net.resolve(name)
  for (const address of found?.addresses ?? []) out(`${address.padEnd(16)}${found?.name}\n`)
  return found ? 0 : 2
}

/** Programs that ask for names, by name. */
export const namePrograms: Readonly<Record<string, Program>> = { nslookup, dig, host, getent }
