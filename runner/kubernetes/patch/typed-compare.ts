// What differs between two objects, as two sets of field paths (structured-merge-diff `typed.Compare`).
import { equal, isObject, type Json } from '../../base/json.ts'
import { type ListSchema, memberSchema, type Schema } from '../openapi/schema.ts'
import { emptyFieldSet, type FieldSet, insertPath } from './field-set.ts'
import { fieldElement, itemElement, type PathElement } from './path-element.ts'

/** Paths that changed or appeared, and those that went. */
export interface Comparison {
  readonly changed: FieldSet
  readonly removed: FieldSet
}

/** Compares two objects of one schema. Objects that share parts compare fast. */
export function compare(before: Json, after: Json, schema: Schema): Comparison {
  const walk: Walk = { changed: emptyFieldSet(), removed: emptyFieldSet(), path: [] }
  visit(before, after, schema, walk)
  return walk
}

interface Walk extends Comparison {
  readonly path: PathElement[]
}

type Shape = 'map' | 'list' | 'scalar'

/** `undefined` is a value that is not there, as opposed to null. */
function visit(before: Json | undefined, after: Json | undefined, schema: Schema, walk: Walk): void {
  if (before === after) return
  const left = shapeOf(schema, before)
  const right = shapeOf(schema, after)
  if (before !== undefined && after !== undefined && left !== right) visitShape(left, before, after, schema, walk)
  const wasLeaf = visitShape(after === undefined ? left : right, before, after, schema, walk)
  if (wasLeaf) return
  if (before === undefined) insertPath(walk.changed, walk.path)
  else if (after === undefined) insertPath(walk.removed, walk.path)
}

/** What a value is taken for: its schema decides, or where that is open the value itself. */
export function shapeOf(schema: Schema, value: Json | undefined): Shape {
  switch (schema.kind) {
    case 'object':
    case 'map':
      return 'map'
    case 'list':
      return 'list'
    case 'scalar':
      return 'scalar'
    case 'any':
      if (Array.isArray(value)) return 'list'
      return value === undefined || value === null || isObject(value) ? 'map' : 'scalar'
  }
}

/** Whether server-side apply takes a value of this schema as a whole. */
export function isAtomic(schema: Schema, shape: Shape): boolean {
  if (shape === 'scalar') return true
  if (schema.kind === 'list') return schema.listType === 'atomic'
  if (schema.kind === 'any') return shape === 'list' || schema.type === 'raw'
  return schema.kind !== 'scalar' && schema.atomic
}

function visitShape(shape: Shape, before: Json | undefined, after: Json | undefined, schema: Schema, walk: Walk): boolean {
  if (isAtomic(schema, shape) || (isBare(before, shape) && isBare(after, shape))) {
    markLeaf(before, after, walk)
    return true
  }
  if (shape === 'list' && schema.kind === 'list') visitItems(asList(before), asList(after), schema, walk)
  else visitMembers(before, after, schema, walk)
  return false
}

function markLeaf(before: Json | undefined, after: Json | undefined, walk: Walk): void {
  if (after === undefined && before !== undefined) insertPath(walk.removed, walk.path)
  else if (before === undefined || !equal(before, after)) insertPath(walk.changed, walk.path)
}

/** Absent, null or empty: then the place itself is what is owned. */
export function isBare(value: Json | undefined, shape: Shape): boolean {
  if (shape === 'list') return !Array.isArray(value) || value.length === 0
  return !isObject(value) || Object.keys(value).length === 0
}

function visitMembers(before: Json | undefined, after: Json | undefined, schema: Schema, walk: Walk): void {
  const left = isObject(before) ? before : {}
  const right = isObject(after) ? after : {}
  for (const name in left) visitMember(name, left[name], right[name], schema, walk)
  for (const name in right) if (left[name] === undefined) visitMember(name, undefined, right[name], schema, walk)
}

function visitMember(name: string, before: Json | undefined, after: Json | undefined, schema: Schema, walk: Walk): void {
  const member = before === after ? undefined : memberSchema(schema, name)
  if (!member) return
  walk.path.push(fieldElement(name))
  visit(before, after, member, walk)
  walk.path.pop()
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function visitItems(before: readonly Json[], after: readonly Json[], schema: ListSchema, walk: Walk): void {
  if (visitPairs(before, after, schema, walk)) return
  const left = indexItems(before, schema)
  const right = indexItems(after, schema)
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    walk.path.push(element)
    visitItem(left.get(element) ?? [], right.get(element) ?? [], schema, walk)
    walk.path.pop()
  }
}

/** More items than this are not compared with each other. */
const few = 16

/** A short list whose items stand where they stood, none of them twice; false, and nothing done, for any other. */
function visitPairs(before: readonly Json[], after: readonly Json[], schema: ListSchema, walk: Walk): boolean {
  if (before.length > few || (before.length > 0 && before.length !== after.length)) return false
  const elements = after.map((item) => itemElement(item, schema))
  if (elements.some((element, index) => elements.indexOf(element) !== index)) return false
  if (before.some((item, index) => itemElement(item, schema) !== elements[index])) return false
  for (const [index, element] of elements.entries()) {
    walk.path.push(element)
    visit(before[index], after[index], schema.items, walk)
    walk.path.pop()
  }
  return true
}

/** Items that share a key cannot be told apart: they count as one thing. */
function visitItem(before: readonly Json[], after: readonly Json[], schema: ListSchema, walk: Walk): void {
  if (before.length <= 1 && after.length <= 1) visit(before[0], after[0], schema.items, walk)
  else if (before.length >= 2 && after.length >= 2) {
    if (!equal(before, after)) insertPath(walk.changed, walk.path)
  } else if (before.length >= 2) {
    if (after.length > 0) visit(undefined, after[0], schema.items, walk)
    insertPath(walk.removed, walk.path)
  } else {
    if (before.length > 0) visit(before[0], undefined, schema.items, walk)
    insertPath(walk.changed, walk.path)
  }
}

function indexItems(items: readonly Json[], schema: ListSchema): Map<PathElement, Json[]> {
  const index = new Map<PathElement, Json[]>()
  for (const item of items) {
    const element = itemElement(item, schema)
    const same = index.get(element)
    if (same) same.push(item)
    else index.set(element, [item])
  }
  return index
}
