// Objects as server-side apply sees them: the paths they set, the merge of two, and one with paths taken away
// (structured-merge-diff `typed`: ToFieldSet, Merge, RemoveItems).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type ListSchema, memberSchema, type Schema } from '../openapi/schema.ts'
import { emptyFieldSet, type FieldSet, insertPath, isEmptyFieldSet } from './field-set.ts'
import { fieldElement, itemElement, type PathElement } from './path-element.ts'
import { isAtomic, shapeOf } from './typed-compare.ts'

/** The paths that an applied object sets. */
export function toFieldSet(value: Json, schema: Schema): FieldSet {
  const set = emptyFieldSet()
  collect(value, schema, [], set)
  return set
}

/** `applied` merged into `live`: what `live` alone has stays. Undefined if nothing is left to say. */
export function merge(live: Json | undefined, applied: Json | undefined, schema: Schema): Json | undefined {
  const shape = shapeOf(schema, applied ?? live)
  const bare = isBare(live) && isBare(applied)
  if (bare || isAtomic(schema, shape) || differInShape(live, applied)) return applied === undefined ? live : applied
  if (shape === 'list' && schema.kind === 'list') return mergeItems(asList(live), asList(applied), schema)
  return mergeMembers(asObject(live), asObject(applied), schema)
}

/** The value without the paths of a set; a path takes along what is below it. Undefined if nothing is left. */
export function removePaths(value: Json, paths: FieldSet, schema: Schema): Json | undefined {
  const shape = shapeOf(schema, value)
  if (shape === 'scalar') return value
  if (isAtomic(schema, shape)) return undefined
  if (Array.isArray(value) && schema.kind === 'list') return removeItems(value, paths, schema)
  return isObject(value) ? removeMembers(value, paths, schema) : undefined
}

/** The set with every declared field on the way to its paths as a member too. */
export function withDeclaredParents(set: FieldSet, schema: Schema | undefined): FieldSet {
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const below = childSchema(schema, element)
    const declared = schema?.kind === 'object' && element.startsWith('f:') && schema.fields.has(element.slice(2))
    const next = withDeclaredParents(child, below)
    children.set(element, declared && next.children.size > 0 ? { ...next, member: true, written: undefined } : next)
  }
  return { member: set.member, children, written: undefined }
}

function childSchema(schema: Schema | undefined, element: PathElement): Schema | undefined {
  if (!schema) return undefined
  return element.startsWith('f:') ? memberSchema(schema, element.slice(2)) : schema.kind === 'list' ? schema.items : undefined
}

function collect(value: Json, schema: Schema, path: PathElement[], set: FieldSet): void {
  const shape = shapeOf(schema, value)
  if (isAtomic(schema, shape)) insertPath(set, path)
  else if (Array.isArray(value) && schema.kind === 'list') {
    for (const item of value) {
      path.push(itemElement(item, schema))
      collect(item, schema.items, path, set)
      insertPath(set, path)
      path.pop()
    }
  } else if (isObject(value)) collectMembers(value, schema, path, set)
}

function collectMembers(value: JsonObject, schema: Schema, path: PathElement[], set: FieldSet): void {
  for (const name in value) {
    const member = value[name]
    const below = memberSchema(schema, name)
    if (member === undefined || !below) continue
    path.push(fieldElement(name))
    collect(member, below, path, set)
    const declared = schema.kind === 'object' && schema.fields.has(name)
    if (!declared || member === null || (isObject(member) && Object.keys(member).length === 0)) insertPath(set, path)
    path.pop()
  }
}

function differInShape(live: Json | undefined, applied: Json | undefined): boolean {
  if (isObject(live)) return applied !== undefined && applied !== null && !isObject(applied)
  return Array.isArray(live) && applied !== undefined && applied !== null && !Array.isArray(applied)
}

function isBare(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0
  return !isObject(value) || Object.keys(value).length === 0
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function mergeMembers(live: JsonObject, applied: JsonObject, schema: Schema): Json | undefined {
  const result: Record<string, Json> = {}
  for (const name of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const below = memberSchema(schema, name)
    const merged = below && merge(live[name], applied[name], below)
    if (merged !== undefined) result[name] = merged
  }
  return Object.keys(result).length > 0 ? result : undefined
}

/** Applied items come in their order; items of the live list keep their place among them. */
function mergeItems(live: readonly Json[], applied: readonly Json[], schema: ListSchema): Json | undefined {
  const left = live.map((item) => itemElement(item, schema))
  const right = applied.map((item) => itemElement(item, schema))
  const liveItems = indexItems(left, live)
  const appliedItems = new Map(right.map((element, index) => [element, applied[index]]))
  const shared = right.filter((element) => liveItems.has(element))
  const done = new Set<PathElement>()
  const result: (Json | undefined)[] = []
  const take = (element: PathElement): void => {
    done.add(element)
    if (shared[0] === element) shared.shift()
    result.push(merge(liveItems.get(element), appliedItems.get(element), schema.items))
  }
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const mine = left[l]
    const theirs = right[r]
    if (mine !== undefined && mine === theirs) {
      take(mine)
      l++
      r++
    } else if (mine !== undefined && theirs !== undefined && appliedItems.has(mine) && shared[0] !== undefined && shared[0] !== mine) l++
    else if (mine !== undefined && !appliedItems.has(mine)) result.push(live[l++])
    else {
      if (mine !== undefined && done.has(mine)) l++
      if (theirs !== undefined) {
        take(theirs)
        r++
      }
    }
  }
  return result.length > 0 ? result.filter((item) => item !== undefined) : undefined
}

/** Items of a list that share a key are not merged with what is applied: they give way to it. */
function indexItems(elements: readonly PathElement[], items: readonly Json[]): ReadonlyMap<PathElement, Json | undefined> {
  const index = new Map<PathElement, Json | undefined>()
  for (const [place, element] of elements.entries()) index.set(element, index.has(element) ? undefined : items[place])
  return index
}

function removeItems(items: readonly Json[], paths: FieldSet, schema: ListSchema): Json | undefined {
  const left: Json[] = []
  for (const item of items) {
    const below = paths.children.get(itemElement(item, schema))
    if (below?.member) continue
    const rest = below && !isEmptyFieldSet(below) ? removePaths(item, below, schema.items) : item
    if (rest !== undefined) left.push(rest)
  }
  return left.length > 0 ? left : undefined
}

function removeMembers(value: JsonObject, paths: FieldSet, schema: Schema): Json | undefined {
  const left: Record<string, Json> = {}
  for (const name in value) {
    const member = value[name]
    const below = paths.children.get(fieldElement(name))
    if (member === undefined || below?.member) continue
    const schemaBelow = memberSchema(schema, name)
    const rest = below && schemaBelow ? removePaths(member, below, schemaBelow) : member
    if (rest !== undefined) left[name] = rest
  }
  return Object.keys(left).length > 0 ? left : undefined
}
