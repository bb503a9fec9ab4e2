// Elements of field paths as FieldsV1 writes them: `f:name`, `k:{"port":80}`, `v:"x"`, `i:0`.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ListSchema } from '../openapi/schema.ts'

/** An element in its written form, which also serves as its identity. */
export type PathElement = string

/** What an item of a list lacks to have a path element. */
export class PathElementError extends Error {
  override readonly name = 'PathElementError'
}

/** Elements that were written last, by the name or the key and value that they are made of: objects of one kind have the same few. */
const ofFields = new Map<string, PathElement>()
const ofKeys = new Map<string, Map<string, PathElement>>()
const remembered = 4096

/** The element of an object's or map's member. */
export function fieldElement(name: string): PathElement {
  return ofFields.get(name) ?? remember(ofFields, name, `f:${name}`)
}

/** The element of an item of a list of type `map` or `set`; throws PathElementError. */
export function itemElement(item: Json, list: ListSchema): PathElement {
  return list.listType === 'map' ? keyedElement(item, list) : valueElement(item)
}

/** A path as conflicts and errors print it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function formatPath(path: readonly PathElement[]): string {
  return path.map(formatElement).join('')
}

/** An element as conflicts and errors print it. */
export function formatElement(element: PathElement): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('i:')) return `[${rest}]`
  const value: Json = JSON.parse(rest)
  if (element.startsWith('v:')) return `[=${JSON.stringify(value)}]`
  const keys = isObject(value) ? Object.entries(value).map(([name, key]) => `${name}=${JSON.stringify(key)}`) : []
  return `[${keys.join(',')}]`
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 }

/** The server's order: names, then keys, then values, then indices. */
export function compareElements(a: PathElement, b: PathElement): number {
  const name = a.startsWith('f:')
  const rank = name && b.startsWith('f:') ? 0 : rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  if (name) return a < b ? -1 : a > b ? 1 : 0
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)))
}

const zeros: Readonly<Record<string, Json>> = { string: '', boolean: false, int32: 0, int64: 0 }

function keyedElement(item: Json, list: ListSchema): PathElement {
  if (item === null) throw new PathElementError('associative list with keys may not have a null element')
  if (!isObject(item)) throw new PathElementError('associative list with keys may not have non-map elements')
  const [only = ''] = list.keys
  const value = list.keys.length === 1 ? item[only] : undefined
  if (typeof value !== 'string') return elementOfKeys(item, list)
  const ofKey = ofKeys.get(only) ?? new Map<string, PathElement>()
  ofKeys.set(only, ofKey)
  return ofKey.get(value) ?? remember(ofKey, value, elementOfKeys(item, list))
}

function remember(elements: Map<string, PathElement>, name: string, element: PathElement): PathElement {
  if (elements.size >= remembered) elements.clear()
  elements.set(name, element)
  return element
}

/** Keys that an item does not have are left out (structured-merge-diff 6 `keyedAssociativeListItemToPathElement`). */
function elementOfKeys(item: JsonObject, list: ListSchema): PathElement {
  const keys: string[] = []
  for (const key of sorted(list.keys)) {
    const value = item[key] === undefined ? keyDefault(list, key) : item[key]
    if (value !== undefined) keys.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }
  if (keys.length === 0 && list.keys.length > 0) {
    const names = list.keys.map((key) => JSON.stringify(key)).join(' ')
    throw new PathElementError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return `k:{${keys.join(',')}}`
}

function sorted(keys: readonly string[]): readonly string[] {
  return keys.length > 1 ? keys.toSorted() : keys
}

/** The value of a key that an item leaves out: its default, or what is written where Go writes every value (kube-openapi `generators/openapi.go`). */
function keyDefault({ items }: ListSchema, key: string): Json | undefined {
  const field = items.kind === 'object' ? items.fields.get(key) : undefined
  if (field === undefined || field.default !== undefined) return field?.default
  if (field.omitempty || field.pointer || field.schema.kind !== 'scalar') return undefined
  return zeros[field.schema.type]
}

function valueElement(item: Json): PathElement {
  if (isObject(item)) throw new PathElementError("associative list without keys has an element that's a map type")
  if (Array.isArray(item)) throw new PathElementError('not supported: associative list with lists as elements')
  if (item === null) throw new PathElementError("associative list without keys has an element that's an explicit null")
  return `v:${JSON.stringify(item)}`
}

function rankOf(element: PathElement): number {
  return ranks[element.charAt(0)] ?? 4
}

function compareValues(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (isObject(a) && isObject(b)) return compareKeys(Object.entries(a), Object.entries(b))
  const order = typeRank(a) - typeRank(b)
  if (order !== 0) return order
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

function compareKeys(a: readonly [string, Json | undefined][], b: readonly [string, Json | undefined][]): number {
  for (const [index, [name, value]] of a.entries()) {
    const other = b[index]
    if (!other) return 1
    if (name !== other[0]) return name < other[0] ? -1 : 1
    const order = compareValues(value ?? null, other[1] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function typeRank(value: Json): number {
  return ['number', 'string', 'boolean'].indexOf(typeof value)
}
