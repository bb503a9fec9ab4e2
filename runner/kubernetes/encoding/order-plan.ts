// What ordering an object has to know of each field, reckoned once for each schema: every write orders objects, and asks the same of their fields.
import type { Json } from '../../base/json.ts'
import type { FieldSchema, ObjectSchema, Schema } from '../openapi/schema.ts'

/** A field as ordering sees it. */
export class OrderedField {
  readonly name: string
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

  constructor(field: FieldSchema) {
    const { schema } = field
    this.name = field.name
    this.field = field
    this.schema = schema
    this.scalar = schema.kind === 'scalar'
    this.map = schema.kind === 'map'
    this.omitsPlainZero = field.omitempty && !field.pointer && schema.kind === 'scalar' && schema.type !== 'quantity' && schema.type !== 'int-or-string'
    this.omitzero = field.omitzero
    this.zero = undefined
  }
}

const plans = new WeakMap<ObjectSchema, readonly OrderedField[]>()

/** The fields of a schema, in their order. */
export function orderPlan(schema: ObjectSchema): readonly OrderedField[] {
  const known = plans.get(schema)
  if (known) return known
  const plan = [...schema.fields.values()].map((field) => new OrderedField(field))
  plans.set(schema, plan)
  return plan
}
