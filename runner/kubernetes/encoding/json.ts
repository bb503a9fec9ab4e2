// A strict JSON parser: it notices duplicate members, and its errors are worded as Go's encoding/json words them.
import type { Json } from '../../base/json.ts'

/** A parsed document; `duplicates` holds the paths (`spec.ports[0].name`) of members given more than once. The last one counts. */
export interface ParsedJson {
  readonly value: Json
  readonly duplicates: readonly string[]
}

/** Text that is not JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Parses JSON text; throws JsonSyntaxError. */
export function parseJson(text: string): ParsedJson {
  const cursor: Cursor = { text, position: 0, path: [], duplicates: [] }
  const value = readValue(cursor)
  const code = skipBlank(cursor)
  if (!Number.isNaN(code)) throw unexpected(cursor, 'after top-level value')
  return { value, duplicates: cursor.duplicates }
}

/** Every member of a document by path, in the order of the text; one given twice stands twice. */
export function memberOrder(text: string): readonly string[] {
  const members: string[] = []
  readValue({ text, position: 0, path: [], duplicates: [], members })
  return members
}

interface Cursor {
  readonly text: string
  position: number
  readonly path: (string | number)[]
  readonly duplicates: string[]
  readonly members?: string[]
}

/** Go allows ten thousand levels; what reads the value after us would run out of stack before. */
const maxDepth = 1000
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const plainString = /[ !#-[\]-\uffff]*/y
const beginningOfValue = 'looking for beginning of value'
const beginningOfKey = 'looking for beginning of object key string'

function readValue(cursor: Cursor): Json {
  const code = skipBlank(cursor)
  switch (code) {
    case 0x7b:
      return readObject(cursor)
    case 0x5b:
      return readArray(cursor)
    case 0x22:
      return readString(cursor)
    case 0x74:
      return readWord(cursor, 'true', true)
    case 0x66:
      return readWord(cursor, 'false', false)
    case 0x6e:
      return readWord(cursor, 'null', null)
    default:
      if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return readNumber(cursor)
      throw unexpected(cursor, beginningOfValue)
  }
}

function readObject(cursor: Cursor): Json {
  const members: Record<string, Json> = {}
  const depth = enter(cursor)
  cursor.position++
  let code = skipBlank(cursor)
  if (code === 0x7d) return leave(cursor, depth, members)
  for (;;) {
    if (code !== 0x22) throw unexpected(cursor, beginningOfKey)
    const key = readString(cursor)
    cursor.path[depth] = key
    cursor.members?.push(formatPath(cursor.path.slice(0, depth + 1)))
    if (Object.hasOwn(members, key)) cursor.duplicates.push(formatPath(cursor.path.slice(0, depth + 1)))
    if (skipBlank(cursor) !== 0x3a) throw unexpected(cursor, 'after object key')
    cursor.position++
    setMember(members, key, readValue(cursor))
    code = skipBlank(cursor)
    if (code === 0x7d) return leave(cursor, depth, members)
    if (code !== 0x2c) throw unexpected(cursor, 'after object key:value pair')
    cursor.position++
    code = skipBlank(cursor)
  }
}

function readArray(cursor: Cursor): Json {
  const items: Json[] = []
  const depth = enter(cursor)
  cursor.position++
  if (skipBlank(cursor) === 0x5d) return leave(cursor, depth, items)
  for (;;) {
    cursor.path[depth] = items.length
    items.push(readValue(cursor))
    const code = skipBlank(cursor)
    if (code === 0x5d) return leave(cursor, depth, items)
    if (code !== 0x2c) throw unexpected(cursor, 'after array element')
    cursor.position++
  }
}

function enter(cursor: Cursor): number {
  if (cursor.path.length >= maxDepth) throw new JsonSyntaxError('exceeded max depth')
  return cursor.path.push('') - 1
}

function leave<value>(cursor: Cursor, depth: number, value: value): value {
  cursor.position++
  cursor.path.length = depth
  return value
}

/** A member named `__proto__` is a member like any other. */
function setMember(members: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true })
  else members[key] = value
}

function readString(cursor: Cursor): string {
  const start = cursor.position + 1
  plainString.lastIndex = start
  plainString.test(cursor.text)
  cursor.position = plainString.lastIndex
  if (cursor.text.charCodeAt(cursor.position) === 0x22) return cursor.text.slice(start, cursor.position++)
  const parts = [cursor.text.slice(start, cursor.position)]
  while (cursor.text.charCodeAt(cursor.position) !== 0x22) {
    parts.push(readEscape(cursor))
    plainString.lastIndex = cursor.position
    const from = cursor.position
    plainString.test(cursor.text)
    cursor.position = plainString.lastIndex
    parts.push(cursor.text.slice(from, cursor.position))
  }
  cursor.position++
  return parts.join('')
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function readEscape(cursor: Cursor): string {
  if (cursor.text.charCodeAt(cursor.position) !== 0x5c) throw unexpected(cursor, 'in string literal')
  cursor.position++
  const letter = cursor.text[cursor.position] ?? ''
  if (letter === 'u') return readUnicode(cursor)
  const plain = escapes[letter]
  if (plain === undefined) throw unexpected(cursor, 'in string escape code')
  cursor.position++
  return plain
}

function readUnicode(cursor: Cursor): string {
  cursor.position++
  const start = cursor.position
  for (; cursor.position < start + 4; cursor.position++) {
    if (!/[0-9a-fA-F]/.test(cursor.text[cursor.position] ?? '')) throw unexpected(cursor, 'in \\u hexadecimal character escape')
  }
  return String.fromCharCode(Number.parseInt(cursor.text.slice(start, cursor.position), 16))
}

function readWord<value>(cursor: Cursor, word: string, value: value): value {
  if (cursor.text.startsWith(word, cursor.position)) {
    cursor.position += word.length
    return value
  }
  let index = 1
  while (cursor.text[cursor.position + index] === word[index]) index++
  cursor.position += index
  throw unexpected(cursor, `in literal ${word} (expecting '${word[index]}')`)
}

function readNumber(cursor: Cursor): number {
  numberPattern.lastIndex = cursor.position
  if (!numberPattern.test(cursor.text)) {
    cursor.position++
    throw unexpected(cursor, 'in numeric literal')
  }
  const start = cursor.position
  cursor.position = numberPattern.lastIndex
  const text = cursor.text.slice(start, cursor.position)
  refuseBrokenTail(cursor, text)
  return Number(text)
}

/** `1.` and `1e` match as `1` with a tail that Go refuses in words of its own. */
function refuseBrokenTail(cursor: Cursor, text: string): void {
  const next = cursor.text[cursor.position]
  if (next === '.' && !/[.eE]/.test(text)) {
    cursor.position++
    throw unexpected(cursor, 'after decimal point in numeric literal')
  }
  if ((next === 'e' || next === 'E') && !/[eE]/.test(text)) {
    cursor.position++
    if (/[+-]/.test(cursor.text[cursor.position] ?? '')) cursor.position++
    throw unexpected(cursor, 'in exponent of numeric literal')
  }
}

function skipBlank(cursor: Cursor): number {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.position)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
    cursor.position++
  }
}

function unexpected(cursor: Cursor, context: string): JsonSyntaxError {
  if (cursor.position >= cursor.text.length) return new JsonSyntaxError('unexpected end of JSON input')
  return new JsonSyntaxError(`invalid character ${quoteCharacter(cursor.text.slice(cursor.position))} ${context}`)
}

/** Go looks at bytes: beyond ASCII it names the first byte of the character. */
function quoteCharacter(text: string): string {
  const byte = new TextEncoder().encode(String.fromCodePoint(text.codePointAt(0) ?? 0))[0] ?? 0
  if (byte === 0x27) return `'\\''`
  if (byte === 0x22) return `'"'`
  const character = String.fromCharCode(byte)
  if (byte < 0x20 || byte === 0x7f || (byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'${escapeControl(byte)}'`
  return character === '\\' ? `'\\\\'` : `'${character}'`
}

function escapeControl(byte: number): string {
  const named = Object.entries(escapes).find(([, value]) => value.charCodeAt(0) === byte)?.[0]
  if (named !== undefined) return `\\${named}`
  return byte < 0x80 ? `\\x${byte.toString(16).padStart(2, '0')}` : `\\u${byte.toString(16).padStart(4, '0')}`
}

/** `['spec', 'ports', 0, 'name']` as `spec.ports[0].name`. */
function formatPath(path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}
