// Lists of type set and map must not hold an item or a key twice.
import { canonical, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { child, duplicate, type Findings, invalid, item } from '../kinds/validation/findings.ts'
import { itemsOf, memberOf } from './structural.ts'

/** Findings on duplicates in lists. */
export function* validateListTypes(value: Json, schema: JsonObject, path: string): Findings {
  if (Array.isArray(value)) {
    yield* duplicates(value as readonly Json[], schema, path)
    const items = itemsOf(schema)
    if (items === undefined) return
    for (const [index, part] of (value as readonly Json[]).entries()) yield* validateListTypes(part, items, item(path, index))
  } else if (isObject(value)) {
    for (const [name, part] of Object.entries(value)) {
      const member = memberOf(schema, name)
      if (member === undefined || part === undefined) continue
      const field = schema.properties === undefined ? item(path, name) : child(path, name)
      yield* validateListTypes(part, member, field)
    }
  }
}

function* duplicates(value: readonly Json[], schema: JsonObject, path: string): Findings {
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  if (type !== 'set' && type !== 'map') return
  const odd = type === 'map' ? value.findIndex((part) => part !== null && !isObject(part)) : -1
  if (odd >= 0) return yield invalid(item(path, odd), value[odd], 'must be an object for an array of list-type map')
  const seen = new Map<string, number>()
  for (const [index, part] of value.entries()) {
    const key =
      type === 'map' && Array.isArray(keys) ? Object.fromEntries(keys.map((name) => [String(name), isObject(part) ? part[String(name)] : undefined])) : part
    const text = canonical(key)
    const times = seen.get(text) ?? 0
    if (times === 1) yield duplicate(item(path, index), JSON.parse(text) as Json)
    seen.set(text, times + 1)
  }
}
