// What a plugin of CoreDNS is here: read once from its words, it answers a question or hands it on.
import type { DnsAnswer, DnsQuestion } from '../dns-message.ts'
import { CorefileError } from './corefile.ts'
import type { Stanza } from './stanza.ts'
import type { DnsGround } from './state.ts'

/** Answers a question, or what `next` answers to it, or to another. Names are whole, in small letters, with the dot at their end. */
export type Handler = (question: DnsQuestion, next: (question: DnsQuestion) => DnsAnswer, ground: DnsGround) => DnsAnswer

/** Reads a plugin's words; `zones` are those of its server block, `files` those beside the Corefile. Nothing comes of one that changes no answer. Throws CorefileError. */
export type Setup = (stanza: Stanza, block: { readonly zones: readonly string[]; readonly files: ReadonlyMap<string, string> }) => Handler | undefined

/** A name as zones and questions have it: in small letters, with the dot at its end. */
export function whole(name: string): string {
  const low = name.toLowerCase()
  return low.endsWith('.') ? low : `${low}.`
}

/** The longest of the zones that a name is in. */
export function zoneOf(name: string, zones: readonly string[]): string | undefined {
  return zones.filter((zone) => zone === '.' || name === zone || name.endsWith(`.${zone}`)).toSorted((a, b) => b.length - a.length)[0]
}

/** The zones that a directive names, or else those of its block. */
export function zonesFrom(args: readonly string[], block: readonly string[]): readonly string[] {
  return args.length === 0 ? block : args.map(whole)
}

/** `fallthrough` without zones is for all of them. */
export function fallsThrough(args: readonly string[]): readonly string[] {
  return args.length === 0 ? ['.'] : args.map(whole)
}

/** An answer without records. */
export function bare(status: DnsAnswer['status'], own = false): DnsAnswer {
  return { status, own, answers: [], authority: [], additional: [] }
}

/** An error without a place. */
export function refuse(text: string): CorefileError {
  return new CorefileError(text)
}
