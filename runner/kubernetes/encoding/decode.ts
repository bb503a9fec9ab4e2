// From JSON to the object that a Go server would hold: unknown fields are dropped, wrong types refused in Go's words.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type FieldSchema, type ListSchema, type MapSchema, type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { decodeAny } from './decode-any.ts'
import { decodeScalar } from './decode-scalar.ts'
import { DecodeError, goType, mismatch, pathTo, type Reading, startReading } from './reading.ts'
import { decodedForms } from './settled.ts'

/** A decoded object, which shares what needed no change with what was decoded, and the paths of the fields that its schema does not know, in document order (custom: sorted). */
export interface Decoded {
  readonly object: JsonObject
  readonly unknown: readonly string[]
}

/**
 * Decodes an object. For built-in kinds the result is what the Go struct holds, without members that its JSON would add:
 * null and zero members that Go cannot tell from absent ones are dropped. Custom resources keep null.
 * Throws DecodeError. `live` is an object that was decoded by the same schema and is frozen: members that are the same values as there are not read again.
 */
export function decode(value: JsonObject, schema: Schema, live?: JsonObject): Decoded {
  const custom = schema.kind !== 'object' || schema.typeName === undefined
  const reading = startReading(custom, live)
  const object = decodeNode(value, schema, reading)
  if (reading.mismatch !== undefined) throw new DecodeError(reading.mismatch)
  return { object: isObject(object) ? object : {}, unknown: custom ? reading.unknown.sort() : reading.unknown }
}

function decodeNode(value: Json, schema: Schema, reading: Reading): Json | undefined {
  switch (schema.kind) {
    case 'object':
      return decodeObject(value, schema, reading)
    case 'map':
      return decodeMap(value, schema, reading)
    case 'list':
      return decodeList(value, schema, reading)
    case 'scalar':
      return decodeScalar(value, schema, reading)
    case 'any':
      return decodeAny(value, schema, decodeSchemaProps)
  }
}

/** What is in its form already stays the same value; the rest is copied from the first difference on. */
function decodeObject(value: Json, schema: ObjectSchema, reading: Reading): Json | undefined {
  if (!isObject(value)) return wrong(value, schema, reading)
  const { typeName: outerType, custom: outerCustom } = reading
  const { fields } = schema
  const typed = schema.typeName !== undefined
  let result: Record<string, Json> | undefined
  for (const key in value) {
    const member = value[key]
    const field = fields.get(key)
    reading.typeName = schema.typeName
    reading.custom = !typed
    const decoded = member === undefined ? undefined : field ? decodeField(member, field, reading, typed) : undeclared(key, member, schema, reading)
    if (result === undefined) {
      if (decoded !== undefined && decoded === member) continue
      result = membersBefore(value, key)
    }
    if (decoded !== undefined) result[key] = decoded
  }
  reading.typeName = outerType
  reading.custom = outerCustom
  return result ?? value
}

function membersBefore(value: JsonObject, end: string): Record<string, Json> {
  const members: Record<string, Json> = {}
  for (const key in value) {
    if (key === end) break
    members[key] = value[key] as Json
  }
  return members
}

function undeclared(key: string, member: Json, schema: ObjectSchema, reading: Reading): Json | undefined {
  if (schema.preserveUnknown) return member
  reading.unknown.push(pathTo(reading, key))
  return undefined
}

function decodeField(member: Json, field: FieldSchema, reading: Reading, typed: boolean): Json | undefined {
  if (!typed) return decodeMember(member, field, reading)
  if (typeof member === 'string' && isText(field.schema)) return isDropped(member, field) ? undefined : member
  const decoded = member === null ? undefined : decodeMember(member, field, reading)
  return decoded === undefined || isDropped(decoded, field) ? undefined : decoded
}

/** Most of what objects hold: a text where a text is wanted is what it is. */
function isText(schema: Schema): boolean {
  return schema.kind === 'scalar' && schema.type === 'string'
}

function decodeMember(value: Json, { name, schema, embedded }: FieldSchema, reading: Reading): Json | undefined {
  const whole = reading.path.length === 0
  if (whole && reading.live?.[name] === value) return value
  reading.path.push(name)
  reading.fields.push(embedded === undefined ? name : `${embedded}.${name}`)
  const decoded = whole ? decodedForms.member(name, value, schema, () => decodeNode(value, schema, reading)) : decodeNode(value, schema, reading)
  reading.path.pop()
  reading.fields.pop()
  return decoded
}

/** Schemas within schemas are read apart: their errors know no outer field, and what they do not know is dropped in silence. */
function decodeSchemaProps(value: JsonObject): Json {
  const reading = startReading(false)
  const props = decodeNode(value, typeSchema('apiextensions.v1.JSONSchemaProps'), reading)
  if (reading.mismatch !== undefined) throw new DecodeError(reading.mismatch)
  return props ?? {}
}

function decodeMap(value: Json, schema: MapSchema, reading: Reading): Json | undefined {
  if (!isObject(value)) return wrong(value, schema, reading)
  let result: Record<string, Json> | undefined
  for (const key in value) {
    const member = value[key]
    const decoded =
      member === undefined ? undefined : member === null && !reading.custom ? zeroOf(schema.values) : decodeItem(member, schema.values, reading, key)
    if (result === undefined) {
      if (decoded !== undefined && decoded === member) continue
      result = membersBefore(value, key)
    }
    if (decoded !== undefined) result[key] = decoded
  }
  return result ?? value
}

function decodeList(value: Json, schema: ListSchema, reading: Reading): Json | undefined {
  if (!Array.isArray(value)) return wrong(value, schema, reading)
  let items: Json[] | undefined
  for (let index = 0; index < value.length; index++) {
    const item: Json = value[index] ?? null
    const decoded = item === null && !reading.custom ? zeroOf(schema.items) : (decodeItem(item, schema.items, reading, index) ?? zeroOf(schema.items))
    if (items === undefined && decoded !== value[index]) items = value.slice(0, index)
    items?.push(decoded)
  }
  return items ?? value
}

/** A value of a map or list: Go's errors do not name its place, what is said of unknown fields does. */
function decodeItem(value: Json, schema: Schema, reading: Reading, place: string | number): Json | undefined {
  reading.path.push(place)
  const decoded = decodeNode(value, schema, reading)
  reading.path.pop()
  return decoded
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
