// Strategic merge patch: a merge patch that merges lists by a key of their items, with directives (apimachinery `strategicpatch`).

import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { formatGo } from '../encoding/format-go.ts'
import type { ObjectSchema, Schema } from '../openapi/schema.ts'
import { StatusError } from '../status-error.ts'
import { mergeScalars, orderItems, without } from './merge-list.ts'

/** Applies a strategic merge patch; throws StatusError: 400 for a badly formed directive, 500 for what cannot be merged. */
export function strategicMergePatch(target: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  return mergeMap(target, patch, schema)
}

const directive = '$patch'
const retainKeys = '$retainKeys'
const setElementOrder = '$setElementOrder/'
const deleteFromList = '$deleteFromPrimitiveList/'

type Members = Record<string, Json | undefined>

function mergeMap(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (patch[directive] !== undefined) return replaceOrDelete(patch)
  const result: Members = { ...target }
  const rest: Members = { ...patch }
  retain(result, rest)
  setOrder(result, rest, schema)
  for (const name of Object.keys(rest).sort()) {
    const value = rest[name]
    if (value === undefined) continue
    if (name.startsWith(deleteFromList)) deleteItems(result, name.slice(deleteFromList.length), value)
    else if (value === null) delete result[name]
    else result[name] = mergeMember(result[name], value, name, schema)
  }
  return result
}

function replaceOrDelete(patch: JsonObject): JsonObject {
  if (patch[directive] === 'replace') return without(patch, directive)
  if (patch[directive] === 'delete') return {}
  throw badPatchType(patch)
}

/** Only the named keys of what is there stay; the patch may set no others. */
function retain(result: Members, patch: Members): void {
  const keys = patch[retainKeys]
  if (keys === undefined) return
  delete patch[retainKeys]
  if (!Array.isArray(keys)) throw badFormat('retainKeys')
  const unlisted = (name: string): boolean => !keys.includes(name)
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null && !name.startsWith(deleteFromList) && !name.startsWith(setElementOrder) && unlisted(name)) throw badFormat('retainKeys')
  }
  for (const name of Object.keys(result).filter(unlisted)) delete result[name]
}

/** Merges lists that come with an order, and takes them out of the patch. */
function setOrder(result: Members, patch: Members, schema: Schema | undefined): void {
  for (const name of Object.keys(patch).filter((key) => key.startsWith(setElementOrder))) {
    const order = patch[name]
    delete patch[name]
    const field = name.slice(setElementOrder.length)
    const list = result[field]
    const changes = patch[field]
    if (!Array.isArray(order) || (list !== undefined && !Array.isArray(list)) || (changes !== undefined && !Array.isArray(changes))) {
      throw badFormat('setElementOrder list')
    }
    const { key, strategy } = strategyOf(schema, field)
    if (changes) refuseOtherOrder(changes, order, key)
    const merged = list && changes ? mergeList(list, changes, schema, field) : (list ?? changes)
    if (merged === undefined) continue
    if (strategy === 'merge' || key !== undefined) result[field] = orderItems(merged, order, list ?? [], key)
    else result[field] = merged
    delete patch[field]
  }
}

/** The items of a patch must all stand in the order that it sets, in that order. */
function refuseOtherOrder(changes: readonly Json[], order: readonly Json[], key: string | undefined): void {
  if (changes.length === 0 || order.length === 0) return
  const kept = changes.filter((item) => !(isObject(item) && item[directive] !== undefined))
  let found = 0
  for (const item of order) {
    if (found < kept.length && equal(identity(kept[found] ?? null, key), identity(item, key))) found++
  }
  if (found < kept.length) {
    throw new StatusError('', `The order in patch list:\n${formatGo(changes)}\n doesn't match $setElementOrder list:\n${formatGo(order)}\n`)
  }
}

function identity(item: Json, key: string | undefined): Json {
  if (key === undefined || !isObject(item)) return item
  return keyOf(item, key)
}

function deleteItems(result: Members, field: string, value: Json): void {
  const list = result[field]
  if (!Array.isArray(list) || !Array.isArray(value)) return
  result[field] = list.filter((item) => !value.includes(item))
}

function mergeMember(current: Json | undefined, value: Json, name: string, schema: Schema | undefined): Json {
  if (isObject(current) && isObject(value)) {
    if (strategyOf(schema, name).strategy === 'replace') return value
    return mergeMap(current, value, memberOf(schema, name))
  }
  if (Array.isArray(current) && Array.isArray(value)) return mergeList(current, value, schema, name)
  return withoutDirectives(value)
}

function mergeList(list: readonly Json[], changes: readonly Json[], schema: Schema | undefined, name: string): readonly Json[] {
  const { strategy, key } = strategyOf(schema, name)
  if (strategy !== 'merge') return changes
  if (list.length === 0 && changes.length === 0) return list
  refuseMixedItems(list, changes)
  if (!isObject(list[0] ?? changes[0])) return mergeScalars(list, changes)
  if (key === undefined) throw new StatusError('', `cannot merge lists without merge key for type struct`)
  const { kept, merging } = applyItemDirectives(list, changes, key)
  const items = memberOf(schema, name)
  const merged = mergeItems(kept, merging, key, items?.kind === 'list' ? items.items : undefined)
  return orderItems(merged, merging, kept, key)
}

function refuseMixedItems(list: readonly Json[], changes: readonly Json[]): void {
  const types = new Set([...list, ...changes].map((item) => (Array.isArray(item) ? 'list' : isObject(item) ? 'map' : typeof item)))
  if (types.has('list')) throw new StatusError('Invalid', 'lists of lists are not supported', { details: {} })
  if (types.size > 1) throw new StatusError('', `list element types are not identical: [${formatGo(list)} ${formatGo(changes)}]`)
}

/** Items that say `$patch` delete others, or replace the list; the rest is to be merged. */
function applyItemDirectives(list: readonly Json[], changes: readonly Json[], key: string): { kept: readonly Json[]; merging: readonly Json[] } {
  const merging = changes.filter((item) => !(isObject(item) && item[directive] !== undefined))
  let kept = list
  let replaces = false
  for (const item of changes) {
    if (!isObject(item) || item[directive] === undefined) continue
    if (item[directive] === 'delete') {
      const value = keyOf(item, key)
      kept = kept.filter((other) => !(isObject(other) && equal(other[key], value)))
    } else if (item[directive] === 'replace') replaces = true
    else if (item[directive] === 'merge') throw new StatusError('', 'merging lists cannot yet be specified in the patch')
    else throw badPatchType(item)
  }
  return replaces ? { kept: merging, merging: [] } : { kept, merging }
}

function mergeItems(list: readonly Json[], changes: readonly Json[], key: string, schema: Schema | undefined): readonly Json[] {
  const merged = [...list]
  for (const change of changes) {
    if (!isObject(change)) continue
    const value = keyOf(change, key)
    const index = merged.findIndex((item) => isObject(item) && equal(item[key], value))
    const found = merged[index]
    if (isObject(found)) merged[index] = mergeMap(found, change, schema)
    else merged.push(change)
  }
  return merged
}

function keyOf(item: JsonObject, key: string): Json {
  const value = item[key]
  if (value === undefined) throw new StatusError('', `map: ${formatGo(item)} does not contain declared merge key: ${key}`)
  return value
}

/** What is new in the object carries neither directives nor null members. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => !(isObject(item) && item[directive] !== undefined)).map(withoutDirectives)
  if (!isObject(value)) return value
  const result: Record<string, Json> = {}
  for (const [name, member] of Object.entries(value)) {
    const isDirective = name === directive || name === retainKeys || name.startsWith(setElementOrder) || name.startsWith(deleteFromList)
    if (!isDirective && member !== undefined && member !== null) result[name] = withoutDirectives(member)
  }
  return result
}

/** `retainKeys` alone merges; a map's own strategy is never `merge` by name. */
function strategyOf(schema: Schema | undefined, name: string): { strategy: string | undefined; key: string | undefined } {
  const field = schema?.kind === 'object' ? (schema as ObjectSchema).fields.get(name) : undefined
  return { strategy: field?.patchStrategies.find((strategy) => strategy !== 'retainKeys'), key: field?.patchMergeKey }
}

function memberOf(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema?.kind === 'map') return schema.values
  return schema?.kind === 'object' ? schema.fields.get(name)?.schema : undefined
}

function badPatchType(patch: JsonObject): StatusError {
  return new StatusError('', `unknown patch type: ${formatGo(patch[directive])} in map: ${formatGo(patch)}`)
}

function badFormat(what: string): StatusError {
  return new StatusError('BadRequest', `invalid patch format of ${what}`)
}
