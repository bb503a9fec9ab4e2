// The form in which a Go server prints an object: members in the struct's order, those without omitempty also when empty.
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { type ObjectSchema, type Schema, typeSchema } from '../openapi/schema.ts'
import { type OrderedField, type OrderPlan, orderPlan } from './order-plan.ts'

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
  let ordered: Json[] | undefined
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as Json
    const next = order(item, schema, before[index])
    if (ordered === undefined && next !== item) ordered = items.slice(0, index)
    ordered?.push(next)
  }
  return ordered ?? items
}

function orderSchemaProps(value: Json): Json {
  if (Array.isArray(value)) return value.map(orderSchemaProps)
  return isObject(value) ? orderObject(value, typeSchema('apiextensions.v1.JSONSchemaProps')) : value
}

/** A whole object: what of it is as it is stored stays the same value. */
function orderWhole(value: JsonObject, schema: ObjectSchema, ordering: Ordering | undefined): JsonObject {
  const result: Record<string, Json> = {}
  for (const field of orderPlan(schema).fields) {
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

/** What is in order already stays the same value; what is not is made anew, with the members that were looked at before that was seen. */
function orderObject(value: JsonObject, schema: ObjectSchema, live?: Json): JsonObject {
  const before = isObject(live) ? live : undefined
  const plan = orderPlan(schema)
  let place = -1
  let always = 0
  let looked = 0
  for (const name in value) {
    const field = plan.byName.get(name)
    if (field === undefined || field.place <= place) return reordered(value, before, { plan, looked })
    const ordered = orderMember(value[name], field, before)
    if (ordered === undefined || ordered !== value[name]) return reordered(value, before, { plan, looked, odd: field, ordered })
    place = field.place
    looked += 1
    if (zeroOf(field) !== undefined) always += 1
  }
  return always === alwaysPrinted(plan) ? value : reordered(value, before, { plan, looked })
}

/** How far an object was found to be in order, and what becomes of the first member that is not. */
interface Found {
  readonly plan: OrderPlan
  /** So many members, the first ones, are as they should be. */
  readonly looked: number
  readonly odd?: OrderedField
  readonly ordered?: Json | undefined
}

function reordered(value: JsonObject, before: JsonObject | undefined, { plan, looked, odd, ordered }: Found): JsonObject {
  const names = Object.keys(value)
  const result: Record<string, Json> = {}
  let next = 0
  for (const field of plan.fields) {
    const member = value[field.name]
    // What was looked at stands in the order of the fields.
    const known = next < looked && names[next] === field.name
    if (known) next += 1
    const present = field === odd ? ordered : known ? member : orderMember(member, field, before)
    if (present !== undefined) result[field.name] = present
  }
  return result
}

function orderMember(member: Json | undefined, field: OrderedField, before: JsonObject | undefined): Json | undefined {
  if (isUnset(member, field)) return zeroOf(field)
  return kept(field.scalar ? member : order(member, field.schema, before?.[field.name]), field)
}

function alwaysPrinted(plan: OrderPlan): number {
  plan.always ??= plan.fields.filter((field) => zeroOf(field) !== undefined).length
  return plan.always
}

/** An empty list or map cannot be told from none once it was stored. */
function isUnset(member: Json | undefined, field: OrderedField): member is undefined | null {
  if (member === undefined || member === null) return true
  if (typeof member !== 'object') return false
  if (Array.isArray(member)) return member.length === 0 && field.schema.kind !== 'any'
  return field.map && isEmptyObject(member)
}

function isEmptyObject(value: object): boolean {
  for (const _ in value) return false
  return true
}

function orderMap(value: JsonObject, values: Schema): JsonObject {
  let before = ''
  for (const key in value) {
    const member = value[key]
    if (member === undefined || key < before || order(member, values) !== member) return sortedMap(value, values)
    before = key
  }
  return value
}

function sortedMap(value: JsonObject, values: Schema): JsonObject {
  const result: Record<string, Json> = {}
  for (const key of Object.keys(value).sort()) {
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
