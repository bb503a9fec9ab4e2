// The fields that a new object sets. They follow from its shape alone: which members it has, which keys its lists, and which values are as
// in an object with nothing set. What one controller makes has few shapes, and the fields of each are reckoned once.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type ListSchema, memberSchema, type Schema } from '../openapi/schema.ts'
import type { FieldSet } from './field-set.ts'
import { itemElement, type PathElement } from './path-element.ts'
import { compare, isAtomic, isBare, shapeOf } from './typed-compare.ts'
import { sharedSet } from './written-fields.ts'

/** Steps that are known at a time: far more than the shapes of what a cluster's controllers make have. */
const most = 16_384

/** Where one gets by a part of a shape; objects of one shape end at the same step. */
class Step {
  readonly members = new Map<string | PathElement, Step>()
  /** After a value that is as in an object with nothing set. */
  unset: Step | undefined
  set: Step | undefined
  /** After the last member or item. */
  end: Step | undefined
  fields: FieldSet | undefined
}

let shapes = new WeakMap<Schema, Step>()
let steps = 0

/** The fields that differ from those of `empty`, an object of the schema with nothing set. Throws PathElementError. */
export function fieldsOfNew(object: JsonObject, empty: JsonObject, schema: Schema): FieldSet {
  if (steps > most) forget()
  const first = shapes.get(schema) ?? new Step()
  shapes.set(schema, first)
  const last = stepsOf(empty, object, schema, first)
  if (!last) return reckoned(object, empty, schema)
  last.fields ??= reckoned(object, empty, schema)
  return last.fields
}

function forget(): void {
  shapes = new WeakMap()
  steps = 0
}

function reckoned(object: JsonObject, empty: JsonObject, schema: Schema): FieldSet {
  return sharedSet(compare(empty, object, schema).changed)
}

/** Follows a value as `compare` does; undefined where its schema leaves open what it is. */
function stepsOf(before: Json | undefined, after: Json, schema: Schema, step: Step): Step | undefined {
  if (schema.kind === 'any') return undefined
  const shape = shapeOf(schema, after)
  if (before === after || isAtomic(schema, shape) || (isBare(before, shape) && isBare(after, shape))) return equal(before, after) ? unset(step) : set(step)
  if (schema.kind === 'list') return Array.isArray(after) && isBare(before, shape) ? stepsOfItems(after, schema, step) : undefined
  return isObject(after) ? stepsOfMembers(isObject(before) ? before : {}, after, schema, step) : undefined
}

function stepsOfItems(items: readonly Json[], schema: ListSchema, first: Step): Step | undefined {
  let step: Step | undefined = first
  for (const item of items) {
    step = stepsOf(undefined, item, schema.items, member(step, itemElement(item, schema)))
    if (!step) return undefined
  }
  return end(step)
}

function stepsOfMembers(before: JsonObject, after: JsonObject, schema: Schema, first: Step): Step | undefined {
  let step: Step | undefined = first
  for (const name in after) {
    const value = after[name]
    if (value === undefined) return undefined
    const known = memberSchema(schema, name)
    if (known) step = stepsOf(before[name], value, known, member(step, name))
    if (!step) return undefined
  }
  return end(step)
}

function member({ members }: Step, name: string): Step {
  const known = members.get(name)
  if (known) return known
  const step = newStep()
  members.set(name, step)
  return step
}

function unset(step: Step): Step {
  step.unset ??= newStep()
  return step.unset
}

function set(step: Step): Step {
  step.set ??= newStep()
  return step.set
}

function end(step: Step): Step {
  step.end ??= newStep()
  return step.end
}

function newStep(): Step {
  steps += 1
  return new Step()
}
