// Lists that are sets, or maps by some members of their items (`x-kubernetes-list-type`), as rules compare and add them
// (apiserver `pkg/cel/common/values.go`).
import { isObject, type JsonObject } from '../../../base/json.ts'

const keysOf = Symbol('keys')

/** Remembers of a list what its schema says tells items apart: some members, or all of an item. */
export function withKeys(list: readonly unknown[], schema: JsonObject | undefined): readonly unknown[] {
  const type = schema?.['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return list
  const names = type === 'map' ? schema?.['x-kubernetes-list-map-keys'] : []
  return marked(list, Array.isArray(names) ? names.map(String) : [])
}

function marked(list: readonly unknown[], names: readonly string[]): readonly unknown[] {
  return Object.defineProperty(list, keysOf, { value: names, enumerable: false })
}

function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  return Reflect.get(list, keysOf) as readonly string[] | undefined
}

function keyOf(item: unknown, names: readonly string[]): string {
  const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  return JSON.stringify(names.length > 0 && isObject(item) ? names.map((name) => item[name] ?? null) : item, plain)
}

/** The items of another list in the order of their like in a list with keys; undefined for a list that has none. */
export function alignedTo(list: readonly unknown[], other: readonly unknown[]): readonly unknown[] | undefined {
  const names = namesOf(list)
  if (names === undefined) return undefined
  const found = new Map(other.map((item) => [keyOf(item, names), item]))
  return list.map((item) => found.get(keyOf(item, names)))
}

/** A list with keys and the items of another: those of the same key take the place of what was there. */
export function added(list: readonly unknown[], other: readonly unknown[]): readonly unknown[] | undefined {
  const names = namesOf(list)
  if (names === undefined) return undefined
  const items = new Map(list.map((item) => [keyOf(item, names), item]))
  for (const item of other) items.set(keyOf(item, names), item)
  return marked([...items.values()], names)
}
