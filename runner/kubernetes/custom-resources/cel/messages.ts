// Messages in expressions (`Object.spec{replicas: 1}`, `JSONPatch{op: "add"}`), which mutating policies make: the library does not
// parse them, so that they become calls (apiserver `pkg/cel/mutation`).
import type { Environment } from '@marcbachmann/cel-js'

/** An object that an expression made: its type says where in the object it belongs, `Object` or `Object.spec.template`. */
export class ObjectMessage {
  readonly typeName: string
  readonly fields: Readonly<Record<string, unknown>>

  constructor(typeName: string, fields: Readonly<Record<string, unknown>>) {
    this.typeName = typeName
    this.fields = fields
  }
}

/** One operation of a JSON patch that an expression made. */
export class PatchMessage {
  readonly op: unknown
  readonly path: unknown
  readonly from: unknown
  readonly value: unknown

  constructor({ op, path, from, value }: Readonly<Record<string, unknown>>) {
    this.op = op
    this.path = path
    this.from = from
    this.value = value
  }
}

/** An expression without messages, and where each place of it was in the one with them. */
export interface Rewritten {
  readonly text: string
  origin(at: number): number
}

/** A type that there are no messages of, and where it stands. */
export interface UnknownMessage {
  readonly unknown: string
  readonly at: number
}

/** Gives an environment the calls that messages become. */
export function registerMessages(environment: Environment): void {
  environment.registerType('Object', ObjectMessage)
  environment.registerType('JSONPatch', PatchMessage)
  environment.registerFunction('newObject(map): Object', (fields: never) => new ObjectMessage('Object', present(fields)))
  environment.registerFunction('newObject(string, map): dyn', (type: never, fields: never) => new ObjectMessage(type, present(fields)))
  environment.registerFunction('newJSONPatch(map): JSONPatch', (fields: never) => new PatchMessage(present(fields)))
}

/** Fields that are set: `?name: value` sets one only if its optional has a value. */
function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const set: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (!name.startsWith('?')) set[name] = value
    else if (isOptional(value) && value.hasValue()) set[name.slice(1)] = value.value()
  }
  return set
}

interface Optional {
  hasValue(): boolean
  value(): unknown
}

function isOptional(value: unknown): value is Optional {
  return typeof value === 'object' && value !== null && 'hasValue' in value && 'value' in value
}

const tokens =
  /\s+|\/\/[^\n]*|[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|`[^`]*`|[_a-zA-Z]\w*(?:\s*\.\s*[_a-zA-Z]\w*)*|[\s\S]/g
const name = /^[_a-zA-Z]/
const known = /^(Object(\.\w+)*|JSONPatch)$/

/** Turns messages into calls; a type that is neither `JSONPatch` nor `Object` and what is in it is not known. */
export function withCalls(text: string): Rewritten | UnknownMessage {
  const pieces: { text: string; at: number }[] = []
  const open: ('message' | 'other')[] = []
  let last = -1
  let fieldNext = false
  for (const { 0: token, index: at } of text.matchAll(tokens)) {
    const piece = { text: token, at }
    if (/^(\s|\/\/)/.test(token)) {
      pieces.push(piece)
      continue
    }
    const before = pieces[last]
    const type = before && name.test(before.text) ? before.text.replace(/\s/g, '') : ''
    if (token === '{' && type !== '' && type !== 'in') {
      if (!known.test(type)) return { unknown: type, at }
      if (before) before.text = callOf(type)
      open.push('message')
    } else if (/^[([{]$/.test(token)) open.push('other')
    else if (/^[)\]}]$/.test(token) && open.pop() === 'message') piece.text = '})'
    const inMessage = open.at(-1) === 'message'
    if (fieldNext && inMessage && token === '?') piece.text = ''
    else if (fieldNext && inMessage && /^[_a-zA-Z`]/.test(token)) piece.text = JSON.stringify(`${before?.text === '' ? '?' : ''}${token.replaceAll('`', '')}`)
    fieldNext = inMessage && (token === '{' || token === ',' || (fieldNext && token === '?'))
    last = pieces.push(piece) - 1
  }
  return joined(pieces)
}

function callOf(type: string): string {
  if (type === 'JSONPatch') return 'newJSONPatch('
  return type === 'Object' ? 'newObject(' : `newObject("${type}", `
}

function joined(pieces: readonly { readonly text: string; readonly at: number }[]): Rewritten {
  const starts: { readonly now: number; readonly was: number }[] = []
  let text = ''
  for (const piece of pieces) {
    starts.push({ now: text.length, was: piece.at })
    text += piece.text
  }
  return {
    text,
    origin(at) {
      const start = starts.findLast(({ now }) => now <= at)
      return start ? start.was + at - start.now : at
    },
  }
}

/** Where the type of an object that was made is not that of its place, in the server's words. */
export function misplacedTypes(value: unknown, path = 'Object'): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((part) => misplacedTypes(part, path))
  if (value instanceof ObjectMessage) {
    const own =
      value.typeName === path ? [] : [`unexpected type name "${value.typeName}", expected "${path}", which matches field name path from root Object type`]
    return [...own, ...Object.entries(value.fields).flatMap(([field, part]) => misplacedTypes(part, `${path}.${field}`))]
  }
  return isPlain(value) ? Object.values(value).flatMap((part) => misplacedTypes(part, path)) : []
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
