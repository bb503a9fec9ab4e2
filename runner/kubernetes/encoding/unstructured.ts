// Why a patched object does not fit its Go type, in the words of the converter that reads strategic merge patches' results.
import { isObject, type Json } from '../../base/json.ts'
import { type FieldSchema, freeField, type ScalarSchema, type Schema } from '../openapi/schema.ts'
import { decode } from './decode.ts'
import { DecodeError, goType } from './reading.ts'

/** The first thing wrong, or undefined if all fits (apimachinery `runtime.DefaultUnstructuredConverter`). */
export function conversionProblem(value: Json | undefined, schema: Schema): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (schema.kind) {
    case 'object':
      return isObject(value)
        ? first(Object.entries(value), ([name, member]) => conversionProblem(member, schema.fields.get(name)?.schema ?? anything))
        : refuse('struct from:', value)
    case 'map':
      return isObject(value) ? first(Object.values(value), (member) => conversionProblem(member, schema.values)) : refuse('map from', value)
    case 'list':
      return Array.isArray(value) ? first(value, (item) => conversionProblem(item, schema.items)) : refuse('slice from', value)
    case 'scalar':
      return scalarProblem(value, schema)
    case 'any':
      return undefined
  }
}

/** A value that fits with its integers as Go turns them into 32 bits: what is too large begins again from below. The same value if none is. */
export function wrapIntegers<value extends Json | undefined>(value: value, schema: Schema): value
export function wrapIntegers(value: Json | undefined, schema: Schema): Json | undefined {
  if (typeof value === 'number') return schema.kind === 'scalar' && schema.type === 'int32' ? value | 0 : value
  if (Array.isArray(value)) {
    const items = schema.kind === 'list' ? value.map((item) => wrapIntegers(item, schema.items)) : value
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isObject(value) || (schema.kind !== 'object' && schema.kind !== 'map')) return value
  const below = (name: string): Schema => (schema.kind === 'map' ? schema.values : (schema.fields.get(name)?.schema ?? anything))
  const members = Object.entries(value).map(([name, member]) => [name, wrapIntegers(member, below(name))] as const)
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value
}

const anything: Schema = { kind: 'any', type: 'any' }

const plain: Readonly<Record<string, { readonly go: string; readonly fits: (value: Json) => boolean }>> = {
  string: { go: 'string', fits: (value) => typeof value === 'string' },
  boolean: { go: 'bool', fits: (value) => typeof value === 'boolean' },
  int32: { go: 'int32', fits: (value) => Number.isInteger(value) },
  int64: { go: 'int64', fits: (value) => Number.isInteger(value) },
  number: { go: 'float64', fits: (value) => typeof value === 'number' },
}

/** Types that read JSON in their own way are asked with their own words. */
function scalarProblem(value: Json, schema: ScalarSchema): string | undefined {
  const type = plain[schema.type]
  if (type?.fits(value)) return undefined
  if (type) return convertible(value, type.go) ? `cannot convert ${kindOf(value)} to ${goType(schema)}` : `unrecognized type: ${type.go}`
  try {
    decode(
      { value },
      { kind: 'object', typeName: 'value', fields: new Map([['value', fieldOf(schema)]]), atomic: false, preserveUnknown: false, embeddedResource: false },
    )
    return undefined
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    // What is read alone stands in no struct.
    const words = error.message.replace('struct field value.value', 'value')
    return schema.type === 'bytes' ? `error decoding from json: ${words}` : words
  }
}

/** Go can turn any number into an integer, and an integer into a string; the converter wants neither. */
function convertible(value: Json, into: string): boolean {
  return typeof value === 'number' && (into.startsWith('int') || (into === 'string' && Number.isInteger(value)))
}

function fieldOf(schema: ScalarSchema): FieldSchema {
  return { ...freeField('value', schema), pointer: true }
}

function refuse(into: string, value: Json): string {
  return `cannot restore ${into} ${kindOf(value)}`
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'slice'
  if (isObject(value)) return 'map'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

function first<item>(items: readonly item[], problem: (item: item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item)
    if (found !== undefined) return found
  }
  return undefined
}
