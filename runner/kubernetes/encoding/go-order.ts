// The form in which a Go server prints an object: members in the struct's order, those without omitempty also when empty.
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { type FieldSchema, type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { orderedForms } from './settled.ts'

/**
 * The object as the server prints it. Built-in kinds: members in Go's order, empty `omitempty` members left out, others
 * present (`status: {}`, `containers: null`), map keys sorted. Custom resources: keys sorted throughout.
 */
export function goOrder(object: JsonObject, schema: Schema): JsonObject {
  const ordered = schema.kind === 'object' && schema.typeName !== undefined ? orderWhole(object, schema) : sortKeys(object)
  return isObject(ordered) ? ordered : object
}

function order(value: Json, schema: Schema): Json {
  switch (schema.kind) {
    case 'object':
      return isObject(value) ? orderObject(value, schema) : value
    case 'map':
      return isObject(value) ? orderMap(value, schema.values) : value
    case 'list':
      return Array.isArray(value) ? value.map((item) => order(item, schema.items)) : value
    case 'any':
      return schema.type.startsWith('json-schema') ? orderSchemaProps(value) : value
    case 'scalar':
      return value
  }
}

function orderSchemaProps(value: Json): Json {
  if (Array.isArray(value)) return value.map(orderSchemaProps)
  return isObject(value) ? orderObject(value, typeSchema('apiextensions.v1.JSONSchemaProps')) : value
}

/** A whole object: what of it is in order from an earlier write stays the same value. */
function orderWhole(value: JsonObject, schema: ObjectSchema): JsonObject {
  return orderObject(value, schema, (member, field) => orderedForms.member(field.name, member, field.schema, () => order(member, field.schema)))
}

function orderObject(
  value: JsonObject,
  schema: ObjectSchema,
  orderMember = (member: Json, field: FieldSchema): Json => order(member, field.schema),
): JsonObject {
  const result: Record<string, Json> = {}
  for (const field of schema.fields.values()) {
    const member = value[field.name]
    const present = isUnset(member, field) ? zeroMember(field) : orderMember(member, field)
    if (present !== undefined && !isLeftOut(present, field)) result[field.name] = present
  }
  return result
}

/** An empty list or map cannot be told from none once it was stored. */
function isUnset(member: Json | undefined, field: FieldSchema): member is undefined | null {
  if (member === undefined || member === null) return true
  if (Array.isArray(member)) return member.length === 0
  return field.schema.kind === 'map' && isObject(member) && Object.keys(member).length === 0
}

function orderMap(value: JsonObject, values: Schema): JsonObject {
  const keys = Object.keys(value)
  const result: Record<string, Json> = {}
  for (const key of keys.length > 1 ? keys.sort() : keys) {
    const member = value[key]
    if (member !== undefined) result[key] = order(member, values)
  }
  return result
}

const zeros: Readonly<Record<string, Json>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  number: 0,
  quantity: '0',
  duration: '0s',
  'int-or-string': 0,
}

/** What Go prints for a member that was never set; undefined if it prints nothing. */
function zeroMember(field: FieldSchema): Json | undefined {
  if (field.pointer) return field.omitempty ? undefined : null
  if (field.schema.kind === 'object') return field.omitzero ? undefined : orderObject({}, field.schema)
  if (field.omitempty) return specialZero(field.schema)
  return field.schema.kind === 'scalar' ? (zeros[field.schema.type] ?? null) : null
}

/** Types that are structs in Go print their zero value in spite of omitempty. */
function specialZero(schema: Schema): Json | undefined {
  if (schema.kind === 'any') return schema.type === 'raw' ? null : undefined
  if (schema.kind !== 'scalar') return undefined
  const structs: Readonly<Record<string, Json>> = { time: null, 'micro-time': null, quantity: '0', duration: '0s', 'int-or-string': 0 }
  return structs[schema.type]
}

function isLeftOut(value: Json, field: FieldSchema): boolean {
  if (field.omitzero && (value === null || (isObject(value) && Object.keys(value).length === 0))) return true
  return field.omitempty && !field.pointer && field.schema.kind === 'scalar' && isPlainZero(value, field.schema.type)
}

function isPlainZero(value: Json, type: string): boolean {
  return type !== 'quantity' && type !== 'int-or-string' && (value === '' || value === 0 || value === false)
}
