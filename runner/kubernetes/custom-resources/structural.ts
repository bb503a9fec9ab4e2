// Walking structural schemas (`openAPIV3Schema` of a definition) as plain JSON.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'

/** Schema of a member: declared, or of any member where the schema is a map; undefined where nothing is said of it. */
export function memberOf(schema: JsonObject, name: string): JsonObject | undefined {
  const { properties, additionalProperties } = schema
  if (isObject(properties) && Object.hasOwn(properties, name) && isObject(properties[name])) return properties[name]
  return isObject(additionalProperties) ? additionalProperties : undefined
}

/** Declared members with their schemas. */
export function propertiesOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  if (!isObject(schema.properties)) return []
  return Object.entries(schema.properties).flatMap(([name, property]) => (isObject(property) ? [[name, property] as const] : []))
}

/** Schema of the items of a list, or undefined. */
export function itemsOf(schema: JsonObject): JsonObject | undefined {
  return isObject(schema.items) ? schema.items : undefined
}

/** Changes members and items where `change` does; what does not change stays the same object. */
export function mapMembers(value: JsonObject, change: (part: Json, name: string) => Json | undefined): JsonObject {
  let next: Record<string, Json> | undefined
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue
    const changed = change(part, name)
    if (changed === part) continue
    next ??= { ...(value as Record<string, Json>) }
    if (changed === undefined) delete next[name]
    else next[name] = changed
  }
  return next ?? value
}

/** The same for a list. */
export function mapItems(value: readonly Json[], change: (part: Json, index: number) => Json): readonly Json[] {
  const next = value.map((part, index) => change(part, index))
  return next.every((part, index) => part === value[index]) ? value : next
}

/** The item of the old list that an item of the new one is compared with: only lists of type map have one. */
export function correlatedItem(schema: JsonObject, part: Json, old: Json | undefined): Json | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys) || !Array.isArray(old) || !isObject(part)) return undefined
  return (old as readonly Json[]).find((candidate) => isObject(candidate) && keys.every((key) => equal(candidate[String(key)], part[String(key)])))
}
