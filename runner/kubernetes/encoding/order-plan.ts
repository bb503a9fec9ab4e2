// What ordering an object has to know of each field, reckoned once for each schema: every write orders objects, and asks the same of their fields.
import type { Json } from '../../base/json.ts'
import type { FieldSchema, ObjectSchema, Schema } from '../openapi/schema.ts'

/** A field as ordering sees it. */
export class OrderedField {
  readonly name: string
  /** Its number in the order. */
  readonly place: number
  /** A member that is no scalar is ordered itself. */
  readonly scalar: boolean
  readonly map: boolean
  /** Left out when it is `""`, `0` or `false`. */
  readonly omitsPlainZero: boolean
  /** Left out when it is null or an object with nothing in it. */
  readonly omitzero: boolean
  readonly field: FieldSchema
  readonly schema: Schema
  /** What Go prints for a member that was never set, once somebody asked; undefined if it prints nothing. */
  zero: { readonly value: Json | undefined } | undefined

  constructor(field: FieldSchema, place: number) {
    const { schema } = field
    this.name = field.name
    this.place = place
    this.field = field
    this.schema = schema
    this.scalar = schema.kind === 'scalar'
    this.map = schema.kind === 'map'
    this.omitsPlainZero = field.omitempty && !field.pointer && schema.kind === 'scalar' && schema.type !== 'quantity' && schema.type !== 'int-or-string'
    this.omitzero = field.omitzero
    this.zero = undefined
  }
}

/** The fields of a schema, in their order and by name. */
export class OrderPlan {
  readonly fields: readonly OrderedField[]
  readonly byName: ReadonlyMap<string, OrderedField>
  /** How many fields are printed though they were never set, once somebody counted. */
  always: number | undefined

  constructor(schema: ObjectSchema) {
    this.fields = [...schema.fields.values()].map((field, place) => new OrderedField(field, place))
    this.byName = new Map(this.fields.map((field) => [field.name, field]))
    this.always = undefined
  }
}

const plans = new WeakMap<ObjectSchema, OrderPlan>()

/** The order of a schema's fields. */
export function orderPlan(schema: ObjectSchema): OrderPlan {
  const known = plans.get(schema)
  if (known) return known
  const plan = new OrderPlan(schema)
  plans.set(schema, plan)
  return plan
}
