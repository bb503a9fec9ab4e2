// od: bytes as characters or as numbers of one, two, four or eight bytes.
import { fail, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'

const short: Readonly<Record<string, string>> = { b: 'o1', c: 'c', d: 'u2', i: 'd4', o: 'o2', s: 'd2', x: 'x2' }
const escapes: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }
/** Digits of a number of so many bytes. */
const widths: Readonly<Record<string, readonly [one: number, two: number, four: number, eight: number]>> = {
  d: [4, 6, 11, 20],
  o: [3, 6, 11, 22],
  u: [3, 5, 10, 20],
  x: [2, 4, 8, 16],
}
const sizes: Readonly<Record<string, number>> = { '1': 1, '2': 2, '4': 4, '8': 8, C: 1, S: 2, I: 4, L: 8, '': 4 }
const addresses: Readonly<Record<string, (at: number) => string>> = {
  d: (at) => String(at).padStart(7, '0'),
  n: () => '',
  o: (at) => at.toString(8).padStart(7, '0'),
  x: (at) => at.toString(16).padStart(6, '0'),
}

/** A type as `x1`, `u4`, `c`; undefined for one that there is not. */
function typeOf(text: string): { readonly kind: string; readonly size: number } | undefined {
  const [, kind = '', size = ''] = /^([acdoux])([1248CSIL]?)z?$/.exec(text) ?? []
  if (kind === '') return undefined
  return kind === 'c' || kind === 'a' ? { kind: 'c', size: 1 } : { kind, size: sizes[size] ?? 4 }
}

function character(code: number): string {
  const text = escapes[code] ?? (code >= 32 && code < 127 ? String.fromCharCode(code) : code.toString(8).padStart(3, '0'))
  return text.padStart(3)
}

function number(codes: readonly number[], kind: string): string {
  const size = codes.length
  const value = codes.reduceRight((sum, code) => (sum << 8n) | BigInt(code), 0n)
  const signed = kind === 'd' ? BigInt.asIntN(8 * size, value) : value
  const width = widths[kind]?.[Math.log2(size)] ?? 0
  return kind === 'o' || kind === 'x' ? signed.toString(kind === 'o' ? 8 : 16).padStart(width, '0') : signed.toString().padStart(width)
}

/** od; equal rows are not left out. */
export const od: Program = async (words, process) => {
  const options = readOptions(words, ['A', 't', 'N', 'j', 'w'])
  const wanted = options.value('t') ?? Object.keys(short).flatMap((name) => (options.has(name) ? [short[name] ?? ''] : []))[0] ?? 'o2'
  const type = typeOf(wanted)
  const address = addresses[options.value('A') ?? 'o']
  if (!type || !address) return fail(process, `od: invalid type string '${wanted}'`)
  const [skipped, limit] = [Number(options.value('j') ?? 0), options.value('N') === undefined ? undefined : Number(options.value('N'))]
  const { parts, code } = await inputs('od', options.rest, process, limit === undefined ? undefined : skipped + limit)
  if (parts.length === 0) return code
  const bytes = Array.from(
    parts
      .map(({ content }) => content)
      .join('')
      .slice(skipped)
      .slice(0, limit),
    (char) => char.charCodeAt(0),
  )
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.slice(at, at + 16)
    const cells = Array.from({ length: Math.ceil(row.length / type.size) }, (_, index) => row.slice(index * type.size, (index + 1) * type.size))
    const filled = cells.map((cell) => [...cell, ...Array.from({ length: type.size - cell.length }, () => 0)])
    process.out(`${address(skipped + at)}${filled.map((cell) => ` ${type.kind === 'c' ? character(cell[0] ?? 0) : number(cell, type.kind)}`).join('')}\n`)
  }
  if (options.value('A') !== 'n') process.out(`${address(skipped + bytes.length)}\n`)
  return code
}
