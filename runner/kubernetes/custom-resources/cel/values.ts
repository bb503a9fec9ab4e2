// JSON as CEL values, by schema: integers become bigint, times and durations their own types, names that CEL keeps for itself
// are escaped (apiserver `pkg/cel`).
import { evaluate } from '@marcbachmann/cel-js'
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { formatTime } from '../../object.ts'
import { itemsOf, memberOf } from '../structural.ts'
import { withKeys } from './keyed-lists.ts'
import { ObjectMessage } from './messages.ts'

const reserved = new Set('true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '))

/** The value as a rule sees it. */
export function toCel(value: Json, schema: JsonObject | undefined): unknown {
  if (typeof value === 'number') return isInteger(value, schema) ? BigInt(value) : value
  if (typeof value === 'string') return textValue(value, schema)
  if (Array.isArray(value))
    return withKeys(
      (value as readonly Json[]).map((part) => toCel(part, schema && itemsOf(schema))),
      schema,
    )
  if (!isObject(value)) return value
  const declared = schema !== undefined && schema.additionalProperties === undefined
  const members = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(
    members.flatMap(([name, part]) => {
      const read = toCel(part ?? null, schema && memberOf(schema, name))
      return (declared ? namesOf(name) : [name]).map((each) => [each, read] as const)
    }),
  )
}

/** Words that CEL keeps for itself may be written as they are behind a dot. */
function namesOf(name: string): readonly string[] {
  return reserved.has(name) ? [escapeName(name), name] : [escapeName(name)]
}

/** What an expression made as JSON; throws an Error for what JSON has no form of. */
export function fromCel(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return formatTime(value.getTime())
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof ObjectMessage) return fromCel({ ...value.fields })
  if (typeof value !== 'object') throw new Error(`unsupported conversion from ${typeof value} to JSON`)
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.map(([name, part]) => [String(name), fromCel(part)]))
}

/** How a property is called in a rule. */
export function escapeName(name: string): string {
  if (reserved.has(name)) return `__${name}__`
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__')
}

function isInteger(value: number, schema: JsonObject | undefined): boolean {
  return schema?.type === 'number' ? false : Number.isInteger(value)
}

function textValue(value: string, schema: JsonObject | undefined): unknown {
  if (schema?.format === 'date-time' || schema?.format === 'date') return new Date(value)
  if (schema?.format === 'byte') return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0))
  return schema?.format === 'duration' ? evaluate('duration(text)', { text: value }) : value
}
