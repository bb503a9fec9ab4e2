// The form in which a Go server prints an object: members in the struct's order, those without omitempty also when empty.
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { type OrderedField, orderPlan } from './order-plan.ts'

/** What a write knows of parts that need no ordering. */
export interface Ordering {
  /** What is stored, which is in order. */
  readonly live?: JsonObject | undefined
  /** Parts that the write has ordered, with what became of them: most stay the same value on their way to the store, all but the metadata. */
  readonly done: Map<Json, Json>
}

/**
 * The object as the server prints it. Built-in kinds: members in Go's order, empty `omitempty` members left out, others
 * present (`status: {}`, `containers: null`), map keys sorted. Custom resources: keys sorted throughout.
 */
export function goOrder(object: JsonObject, schema: Schema, ordering?: Ordering): JsonObject {
  const ordered = schema.kind === 'object' && schema.typeName !== undefined ? orderWhole(object, schema, ordering) : sortKeys(object)
  return isObject(ordered) ? ordered : object
}

/** `live` is what is stored in the same place: what is still the same value is in order. */
function order(value: Json, schema: Schema, live?: Json): Json {
  if (value === live) return value
  switch (schema.kind) {
    case 'object':
      return isObject(value) ? orderObject(value, schema, live) : value
    case 'map':
      return isObject(value) ? orderMap(value, schema.values) : value
    case 'list':
      return Array.isArray(value) ? orderList(value, schema.items, live) : value
    case 'any':
      return schema.type.startsWith('json-schema') ? orderSchemaProps(value) : value
    case 'scalar':
      return value
  }
}

function orderList(items: readonly Json[], schema: Schema, live: Json | undefined): readonly Json[] {
  const before: readonly Json[] = Array.isArray(live) ? live : []
  return items.map((item, index) => order(item, schema, before[index]))
}

function orderSchemaProps(value: Json): Json {
  if (Array.isArray(value)) return value.map(orderSchemaProps)
  return isObject(value) ? orderObject(value, typeSchema('apiextensions.v1.JSONSchemaProps')) : value
}

/** A whole object: what of it is as it is stored stays the same value. */
function orderWhole(value: JsonObject, schema: ObjectSchema, ordering: Ordering | undefined): JsonObject {
  const result: Record<string, Json> = {}
  for (const field of orderPlan(schema)) {
    const member = value[field.name]
    const present = isUnset(member, field) ? zeroOf(field) : kept(field.scalar ? member : orderPart(member, field, ordering), field)
    if (present !== undefined) result[field.name] = present
  }
  return result
}

function orderPart(part: Json, { name, schema }: OrderedField, ordering: Ordering | undefined): Json {
  if (ordering === undefined) return order(part, schema)
  const done = ordering.done.get(part)
  if (done !== undefined) return done
  const ordered = order(part, schema, ordering.live?.[name])
  if (name !== 'metadata') ordering.done.set(part, ordered)
  return ordered
}

function orderObject(value: JsonObject, schema: ObjectSchema, live?: Json): JsonObject {
  const before = isObject(live) ? live : undefined
  const result: Record<string, Json> = {}
  for (const field of orderPlan(schema)) {
    const member = value[field.name]
    const present = isUnset(member, field) ? zeroOf(field) : kept(field.scalar ? member : order(member, field.schema, before?.[field.name]), field)
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
