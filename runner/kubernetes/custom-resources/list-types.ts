// Lists of type set and map must not hold an item or a key twice.
import { canonical, equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { child, duplicate, type Findings, item } from '../kinds/validation/findings.ts'
import { correlatedItem, itemsOf, memberOf } from './structural.ts'

/** Findings on duplicates in lists. */
export function* validateListTypes(value: Json, schema: JsonObject, path: string, old?: Json): Findings {
  if (old !== undefined && equal(value, old)) return
  if (Array.isArray(value)) {
    yield* duplicates(value as readonly Json[], schema, path)
    const items = itemsOf(schema)
    if (items === undefined) return
    for (const [index, part] of (value as readonly Json[]).entries())
      yield* validateListTypes(part, items, item(path, index), correlatedItem(schema, part, old))
  } else if (isObject(value)) {
    for (const [name, part] of Object.entries(value)) {
      const member = memberOf(schema, name)
      if (member === undefined || part === undefined) continue
      const field = schema.properties === undefined ? item(path, name) : child(path, name)
      yield* validateListTypes(part, member, field, isObject(old) ? old[name] : undefined)
    }
  }
}

function* duplicates(value: readonly Json[], schema: JsonObject, path: string): Findings {
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  if (type !== 'set' && type !== 'map') return
  const seen = new Set<string>()
  for (const [index, part] of value.entries()) {
    const key = type === 'map' && Array.isArray(keys) && isObject(part) ? Object.fromEntries(keys.map((name) => [String(name), part[String(name)]])) : part
    const text = canonical(key)
    if (seen.has(text)) yield duplicate(item(path, index), JSON.parse(text) as Json)
    seen.add(text)
  }
}
