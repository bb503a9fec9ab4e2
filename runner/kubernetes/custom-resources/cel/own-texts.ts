// Functions of texts as cel-go counts in them, by letters, with patterns of Go (cel-go `ext/strings.go`, apiserver `pkg/cel/library/regex.go`).
import { expressionFor, readGoPattern } from '../go-pattern.ts'

type Handler = (...values: never[]) => unknown

/** Functions of texts by what they take: `string.charAt(int)`. */
export const ownTexts: Readonly<Record<string, Handler>> = {
  'string.charAt(int)': (text: string, index: bigint) => [...text][within(index, [...text].length)] ?? '',
  'string.substring(int)': (text: string, start: bigint) => [...text].slice(within(start, [...text].length)).join(''),
  'string.substring(int, int)': between,
  'string.indexOf(string)': (text: string, sought: string) => firstAt([...text], [...sought], 0),
  'string.indexOf(string, int)': (text: string, sought: string, from: bigint) => firstAt([...text], [...sought], Number(from)),
  'string.lastIndexOf(string)': (text: string, sought: string) => lastAt([...text], [...sought]),
  'string.lastIndexOf(string, int)': (text: string, sought: string, from: bigint) => lastAt([...text], [...sought], Number(from)),
  'string.split(string)': (text: string, sign: string) => (sign === '' ? [...text] : text.split(sign)),
  'string.split(string, int)': (text: string, sign: string, most: bigint) => splitInto(text, sign, Number(most)),
  'string.replace(string, string, int)': (text: string, from: string, to: string, most: bigint) => replaced(text, { from, to, most: Number(most) }),
  'string.lowerAscii()': (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  'string.upperAscii()': (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  'string.matches(string)': (text: string, pattern: string) => patternOf(pattern, text).test(text),
  'matches(string, string)': (text: string, pattern: string) => patternOf(pattern, text).test(text),
  'string.find(string)': (text: string, pattern: string) => patternOf(pattern, text, 'Illegal regex: ').exec(text)?.[0] ?? '',
  'string.findAll(string)': (text: string, pattern: string) => allOf(text, pattern),
  'string.findAll(string, int)': (text: string, pattern: string, most: bigint) => allOf(text, pattern).slice(0, most < 0n ? undefined : Number(most)),
}

/** A place in a text. Throws for one that is not within it. */
function within(index: bigint, length: number): number {
  if (index < 0n || index > length) throw new Error(`index out of range: ${index}`)
  return Number(index)
}

function between(text: string, start: bigint, end: bigint): string {
  const letters = [...text]
  if (start > end) throw new Error(`invalid substring range. start: ${start}, end: ${end}`)
  return letters.slice(within(start, letters.length), within(end, letters.length)).join('')
}

function firstAt(letters: readonly string[], sought: readonly string[], from: number): bigint {
  if (sought.length === 0) return BigInt(from)
  if (from < 0) throw new Error(`index out of range: ${from}`)
  for (let at = from; at <= letters.length - sought.length; at += 1) if (standsAt(letters, sought, at)) return BigInt(at)
  return -1n
}

function lastAt(letters: readonly string[], sought: readonly string[], from?: number): bigint {
  if (sought.length === 0) return BigInt(from ?? letters.length)
  if (from !== undefined && from < 0) throw new Error(`index out of range: ${from}`)
  if (from !== undefined && from >= letters.length) return -1n
  for (let at = Math.min(from ?? letters.length, letters.length - sought.length); at >= 0; at -= 1) if (standsAt(letters, sought, at)) return BigInt(at)
  return -1n
}

function standsAt(letters: readonly string[], sought: readonly string[], at: number): boolean {
  return sought.every((letter, index) => letters[at + index] === letter)
}

function splitInto(text: string, sign: string, most: number): readonly string[] {
  const parts = sign === '' ? [...text] : text.split(sign)
  if (most === 0) return []
  if (most < 0 || parts.length <= most) return parts
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(sign)]
}

function replaced(text: string, { from, to, most }: { readonly from: string; readonly to: string; readonly most: number }): string {
  if (most < 0) return text.replaceAll(from, to.replaceAll('$', '$$$$'))
  if (from !== '') {
    const parts = text.split(from)
    return parts.map((part, index) => (index === 0 ? part : (index <= most ? to : from) + part)).join('')
  }
  const letters = [...text]
  return [...letters, ''].map((letter, index) => (index < most ? to : '') + letter).join('')
}

function patternOf(pattern: string, text: string, before = ''): RegExp {
  const read = readGoPattern(pattern)
  if ('problem' in read) throw new Error(`${before}${read.problem}`)
  return expressionFor(read, text)
}

function allOf(text: string, pattern: string): readonly string[] {
  const { source, flags } = patternOf(pattern, 'Illegal regex: ')
  return text.match(new RegExp(source, `${flags}g`)) ?? []
}
