// From JSON to the object that a Go server would hold: unknown fields are dropped, wrong types refused in Go's words.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type FieldSchema, type ListSchema, type MapSchema, type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { decodeAny } from './decode-any.ts'
import { decodeScalar } from './decode-scalar.ts'
import { DecodeError, goType, mismatch, type Reading } from './reading.ts'
import { decodedForms } from './settled.ts'

/** A decoded object, and the paths of the fields that its schema does not know, in document order (custom: sorted). */
export interface Decoded {
  readonly object: JsonObject
  readonly unknown: readonly string[]
}

/**
 * Decodes an object. For built-in kinds the result is what the Go struct holds, without members that its JSON would add:
 * null and zero members that Go cannot tell from absent ones are dropped. Custom resources keep null.
 * Throws DecodeError.
 */
export function decode(value: JsonObject, schema: Schema): Decoded {
  const custom = schema.kind !== 'object' || schema.typeName === undefined
  const reading: Reading = { struct: '', fields: '', unknown: [], custom }
  const object = decodeNode(value, schema, reading, '')
  if (reading.mismatch !== undefined) throw new DecodeError(reading.mismatch)
  return { object: isObject(object) ? object : {}, unknown: custom ? reading.unknown.sort() : reading.unknown }
}

function decodeNode(value: Json, schema: Schema, reading: Reading, path: string): Json | undefined {
  switch (schema.kind) {
    case 'object':
      return decodeObject(value, schema, reading, path)
    case 'map':
      return decodeMap(value, schema, reading, path)
    case 'list':
      return decodeList(value, schema, reading, path)
    case 'scalar':
      return decodeScalar(value, schema, reading)
    case 'any':
      return decodeAny(value, schema, decodeSchemaProps)
  }
}

function decodeObject(value: Json, schema: ObjectSchema, reading: Reading, path: string): Json | undefined {
  if (!isObject(value)) return wrong(value, schema, reading)
  const outer = { struct: reading.struct, fields: reading.fields, custom: reading.custom }
  const typed = schema.typeName !== undefined
  reading.custom = !typed
  const result: Record<string, Json> = {}
  let same = true
  for (const key in value) {
    const member = value[key]
    if (member === undefined) continue
    const field = schema.fields.get(key)
    if (!field) {
      if (schema.preserveUnknown) result[key] = member
      else reading.unknown.push(join(path, key))
      same &&= schema.preserveUnknown
      continue
    }
    reading.struct = typed ? structName(schema.typeName) : ''
    reading.fields = join(outer.fields, field.embedded === undefined ? key : `${field.embedded}.${key}`)
    const decoded = typed && member === null ? undefined : decodeMember(member, field, reading, { key, path })
    const kept = decoded !== undefined && !(typed && isDropped(decoded, field))
    if (kept) result[key] = decoded
    same &&= kept && decoded === member
  }
  reading.struct = outer.struct
  reading.fields = outer.fields
  reading.custom = outer.custom
  return same && Object.isFrozen(value) ? value : result
}

function decodeMember(
  value: Json,
  { schema }: FieldSchema,
  reading: Reading,
  { key, path }: { readonly key: string; readonly path: string },
): Json | undefined {
  const decode = (): Json | undefined => decodeNode(value, schema, reading, join(path, key))
  return path === '' ? decodedForms.member(key, value, schema, decode) : decode()
}

/** Schemas within schemas are read apart: their errors know no outer field, and what they do not know is dropped in silence. */
function decodeSchemaProps(value: JsonObject): Json {
  const reading: Reading = { struct: '', fields: '', unknown: [], custom: false }
  const props = decodeNode(value, typeSchema('apiextensions.v1.JSONSchemaProps'), reading, '')
  if (reading.mismatch !== undefined) throw new DecodeError(reading.mismatch)
  return props ?? {}
}

function decodeMap(value: Json, schema: MapSchema, reading: Reading, path: string): Json | undefined {
  if (!isObject(value)) return wrong(value, schema, reading)
  const result: Record<string, Json> = {}
  let same = true
  for (const key in value) {
    const member = value[key]
    if (member === undefined) continue
    const decoded = member === null && !reading.custom ? zeroOf(schema.values) : decodeNode(member, schema.values, reading, join(path, key))
    if (decoded !== undefined) result[key] = decoded
    same &&= decoded === member
  }
  return same && Object.isFrozen(value) ? value : result
}

function decodeList(value: Json, schema: ListSchema, reading: Reading, path: string): Json | undefined {
  if (!Array.isArray(value)) return wrong(value, schema, reading)
  const items: Json[] = []
  for (let index = 0; index < value.length; index++) {
    const item: Json = value[index] ?? null
    const decoded = item === null && !reading.custom ? zeroOf(schema.items) : decodeNode(item, schema.items, reading, `${path}[${index}]`)
    items.push(decoded ?? zeroOf(schema.items))
  }
  return Object.isFrozen(value) && items.every((item, index) => item === value[index]) ? value : items
}

/** A custom resource's own fields are checked by its schema's validation, not here. */
function wrong(value: Json, schema: Schema, reading: Reading): Json | undefined {
  if (reading.custom) return value
  mismatch(value, goType(schema), reading)
  return undefined
}

/** Go prints an `omitempty` member only if it is not zero; a pointer is zero only when nil. */
function isDropped(value: Json, field: FieldSchema): boolean {
  if (value === null) return true
  return !field.pointer && field.omitempty && (value === '' || value === 0 || value === false)
}

function zeroOf(schema: Schema): Json {
  if (schema.kind === 'object' || schema.kind === 'map') return schema.kind === 'object' ? {} : null
  if (schema.kind !== 'scalar') return null
  const zeros: Readonly<Record<string, Json>> = { string: '', boolean: false, int32: 0, int64: 0, number: 0, 'int-or-string': 0, quantity: '0', duration: '0s' }
  return zeros[schema.type] ?? null
}

/** `core.v1.PodSpec` is the struct `PodSpec`. */
function structName(typeName = ''): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1)
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
