// Plain JSON values: their types, and the few operations that every room needs on them.

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object; `undefined` members are dropped when it is written, as JSON.stringify does. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** True for an object that is neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Freezes a value and all that it holds, and returns it. Already frozen parts are taken to be frozen throughout. */
export function deepFreeze<value>(value: value): value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const name in value) {
    const part = value[name]
    if (typeof part === 'object' && part !== null) deepFreeze(part)
  }
  return value
}

/** True when both are the same JSON: order of object keys does not count, an `undefined` member counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => equal(item, b[index]))
  }
  const left = definedKeys(a)
  return left.length === definedKeys(b).length && left.every((key) => key in b && equal(Reflect.get(a, key), Reflect.get(b, key)))
}

/** JSON text with the keys of every object in code-point order: equal values give equal bytes. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = definedKeys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
  return `{${members.join(',')}}`
}

/** A deep copy that may be changed freely. Takes JSON only. */
export function clone<value>(value: value): value {
  if (Array.isArray(value)) return value.map(clone) as value
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, clone(part)])) as value
}

function definedKeys(value: object): string[] {
  return Object.keys(value).filter((key) => Reflect.get(value, key) !== undefined)
}

/** The same JSON with the keys of every object sorted as Go sorts map keys. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  const sorted: Record<string, Json> = {}
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) sorted[key] = sortKeys(member)
  }
  return sorted
}
