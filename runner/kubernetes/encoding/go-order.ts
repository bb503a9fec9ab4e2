// The form in which a Go server prints an object: members in the struct's order, those without omitempty also when empty.
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { type OrderedField, orderPlan } from './order-plan.ts'
import { orderedForms } from './settled.ts'

/** Specs and statuses that one write has ordered already, with what became of them: nothing changes them on their way to the store. */
export type OrderedParts = Map<Json, Json>

/**
 * The object as the server prints it. Built-in kinds: members in Go's order, empty `omitempty` members left out, others
 * present (`status: {}`, `containers: null`), map keys sorted. Custom resources: keys sorted throughout.
 */
export function goOrder(object: JsonObject, schema: Schema, done?: OrderedParts): JsonObject {
  const ordered = schema.kind === 'object' && schema.typeName !== undefined ? orderWhole(object, schema, done) : sortKeys(object)
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
function orderWhole(value: JsonObject, schema: ObjectSchema, done: OrderedParts | undefined): JsonObject {
  const result: Record<string, Json> = {}
  for (const field of orderPlan(schema)) {
    const member = value[field.name]
    const present = isUnset(member, field) ? zeroOf(field) : kept(field.scalar ? member : orderPart(member, field, done), field)
    if (present !== undefined) result[field.name] = present
  }
  return result
}

function orderPart(part: Json, { name, schema }: OrderedField, done: OrderedParts | undefined): Json {
  return orderedForms.member(name, part, schema, () => {
    const ordered = done?.get(part) ?? order(part, schema)
    done?.set(part, ordered)
    return ordered
  })
}

function orderObject(value: JsonObject, schema: ObjectSchema): JsonObject {
  const result: Record<string, Json> = {}
  for (const field of orderPlan(schema)) {
    const member = value[field.name]
    const present = isUnset(member, field) ? zeroOf(field) : kept(field.scalar ? member : order(member, field.schema), field)
    if (present !== undefined) result[field.name] = present
  }
  return result
}

/** An empty list or map cannot be told from none once it was stored. */
function isUnset(member: Json | undefined, field: OrderedField): member is undefined | null {
  if (member === undefined || member === null) return true
  if (typeof member !== 'object') return false
  if (Array.isArray(member)) return member.length === 0
  return field.map && isEmptyObject(member)
}

function isEmptyObject(value: object): boolean {
  for (const _ in value) return false
  return true
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

/** What Go prints for a member that was never set; undefined if it prints nothing. The same for every object. */
function zeroOf(field: OrderedField): Json | undefined {
  field.zero ??= { value: zeroMember(field) }
  return field.zero.value
}

function zeroMember(ordered: OrderedField): Json | undefined {
  const { field } = ordered
  if (field.pointer) return field.omitempty ? undefined : kept(null, ordered)
  if (field.schema.kind === 'object') return field.omitzero ? undefined : kept(Object.freeze(orderObject({}, field.schema)), ordered)
  if (field.omitempty) return kept(specialZero(field.schema), ordered)
  return kept(field.schema.kind === 'scalar' ? (zeros[field.schema.type] ?? null) : null, ordered)
}

/** Types that are structs in Go print their zero value in spite of omitempty. */
function specialZero(schema: Schema): Json | undefined {
  if (schema.kind === 'any') return schema.type === 'raw' ? null : undefined
  if (schema.kind !== 'scalar') return undefined
  const structs: Readonly<Record<string, Json>> = { time: null, 'micro-time': null, quantity: '0', duration: '0s', 'int-or-string': 0 }
  return structs[schema.type]
}

/** A member unless it is left out. */
function kept(value: Json | undefined, field: OrderedField): Json | undefined {
  if (field.omitsPlainZero && (value === '' || value === 0 || value === false)) return undefined
  return field.omitzero && (value === null || (isObject(value) && isEmptyObject(value))) ? undefined : value
}
