// Asking the name server as the tools do that speak DNS themselves.
import type { DnsAnswer } from '../dns-message.ts'
import type { Process } from '../process.ts'
import { resolverPatience } from './transfer.ts'

/** A name that was asked for as a whole, and the answer. */
export interface LookedUp {
  readonly name: string
  readonly answer: DnsAnswer
}

/** True for four numbers with dots. */
export function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text)
}

/** `10.0.96.10.in-addr.arpa` of `10.96.0.10`. */
export function reverseName(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`
}

/** Asks for a whole name; undefined while the name server, or another one that is asked instead, is silent. */
export async function lookUp(name: string, type: string, process: Process, server?: string): Promise<LookedUp | undefined> {
  const { net } = process.machine
  const other = server !== undefined && server !== net.nameserver && typeof (await net.connect(server, 53, 'UDP')) === 'string'
  const answer = other ? undefined : net.query({ name, type })
  return answer && { name: name.replace(/\.$/, ''), answer }
}

/** Asks for a name below each domain of the search list, as `/etc/resolv.conf` has it; the last answer if none of them knows it, or that of a name that has no such record. */
export async function searched(name: string, type: string, process: Process, server?: string): Promise<LookedUp | undefined> {
  const settings = process.files.read('/etc/resolv.conf')
  const domains = /^search (.*)$/m.exec(settings)?.[1]?.split(/\s+/) ?? []
  const ndots = Number(/\bndots:(\d+)/.exec(settings)?.[1] ?? 1)
  const dots = name.split('.').length - 1
  const below = domains.map((domain) => `${name}.${domain}`)
  const names = name.endsWith('.') ? [name] : dots >= ndots ? [name, ...below] : [...below, name]
  let known: LookedUp | undefined
  let last: LookedUp | undefined
  for (const each of names) {
    last = await lookUp(each, type, process, server)
    if (!last || last.answer.answers.length > 0) return last
    if (last.answer.status === 'NOERROR') known ??= last
  }
  return known ?? last
}

/** What tools say when the name server is silent. */
export async function unanswered(process: Process, words = ';; connection timed out; no servers could be reached\n\n'): Promise<number> {
  await process.sleep(2 * resolverPatience)
  process.out(words)
  return 1
}
