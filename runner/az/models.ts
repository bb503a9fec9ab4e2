// From an answer's JSON to what az prints, and from what was read to what is sent back: by the models of the service's SDK.
import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** A field of a model: its name or path on the wire, its type, and whether it is read-only (1) or flattened (2). */
export type FieldRow = readonly [key: string, type: string, mark?: number]

/** Models by name; fields in the order in which the SDK has them, under the names that az prints. */
export type Models = Readonly<Record<string, Readonly<Record<string, FieldRow>>>>

/** What az prints for an answer: known fields alone, absent ones null, `properties` flattened, dates in ISO format. */
export function modelOutput(models: Models, model: string, value: Json | undefined): JsonObject {
  const source = isObject(value) ? value : {}
  const output: Record<string, Json> = {}
  for (const [name, [key, type, mark]] of Object.entries(models[model] ?? {})) {
    const field = wireValue(source, key)
    if (mark === 2) Object.assign(output, flattened(models, type, field))
    else output[name] = convertOut(models, type, field)
  }
  return output
}

function flattened(models: Models, type: string, field: Json | undefined): JsonObject {
  return modelOutput(models, type, field)
}

/** A dotted key is a path; a dot with a backslash before it is a dot. */
function wireValue(source: JsonObject, key: string): Json | undefined {
  let value: Json | undefined = source
  for (const part of key.split(/(?<!\\)\./)) {
    if (!isObject(value)) return undefined
    value = value[part.replaceAll('\\.', '.')]
  }
  return value
}

function convertOut(models: Models, type: string, value: Json | undefined): Json {
  if (value === undefined || value === null) return null
  if (type.startsWith('[')) return Array.isArray(value) ? value.map((item) => convertOut(models, type.slice(1, -1), item)) : null
  if (type.startsWith('{')) {
    if (!isObject(value)) return null
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convertOut(models, type.slice(1, -1), item)]))
  }
  if (type in models) return modelOutput(models, type, value)
  if (type === 'iso-8601' || type === 'rfc-3339') return isoTime(String(value))
  return value
}

/** A time as Python's isoformat prints it: six digits of a second or none, and the zone as an offset. */
export function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:?\d\d)?$/.exec(text)
  if (match === null) return text
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match
  const digits = fraction.slice(0, 6).padEnd(6, '0')
  const offset = zone.toUpperCase() === 'Z' ? '+00:00' : zone
  return `${date}T${time}${Number(digits) === 0 ? '' : `.${digits}`}${offset}`
}

/** What is sent back of what was read, where fields that the models do not know stay: all but the read-only ones. */
export function looseInput(models: Models, model: string, value: Json | undefined): JsonObject {
  const source = isObject(value) ? value : {}
  const rows = new Map(Object.values(models[model] ?? {}).map((row) => [row[0], row] as const))
  const kept = Object.entries(source).filter(([key, part]) => part !== undefined && part !== null && rows.get(key)?.[2] !== 1)
  return Object.fromEntries(kept.map(([key, part]) => [key, looseValue(models, rows.get(key)?.[1] ?? 'object', part ?? null)]))
}

function looseValue(models: Models, type: string, value: Json): Json {
  if (type.startsWith('[') && Array.isArray(value)) return value.map((item) => looseValue(models, type.slice(1, -1), item))
  if (type.startsWith('{') && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, looseValue(models, type.slice(1, -1), item ?? null)]))
  }
  return type in models ? looseInput(models, type, value) : value
}

/** What is sent back of what was read: known fields that are not read-only. */
export function modelInput(models: Models, model: string, value: Json | undefined): JsonObject {
  const source = isObject(value) ? value : {}
  const input: Record<string, Json> = {}
  for (const [key, type, mark] of Object.values(models[model] ?? {})) {
    if (mark === 1) continue
    const field = wireValue(source, key)
    if (field === undefined || field === null) continue
    place(input, key, convertIn(models, type, field))
  }
  return input
}

function place(target: Record<string, Json>, key: string, value: Json): void {
  const parts = key.split(/(?<!\\)\./)
  let into: Record<string, Json> = target
  for (const part of parts.slice(0, -1)) {
    const next = { ...(isObject(into[part]) ? (into[part] as Record<string, Json>) : {}) }
    into[part] = next
    into = next
  }
  into[(parts.at(-1) ?? key).replaceAll('\\.', '.')] = value
}

function convertIn(models: Models, type: string, value: Json): Json {
  if (type.startsWith('[')) return Array.isArray(value) ? value.map((item) => convertIn(models, type.slice(1, -1), item)) : value
  if (type.startsWith('{')) {
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item === undefined ? null : convertIn(models, type.slice(1, -1), item)]))
  }
  return type in models ? modelInput(models, type, value) : value
}

/** Adds `resourceGroup` to every object whose id names one, as az does to each result. */
export function addResourceGroups(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) addResourceGroups(item)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const object = value as Record<string, unknown>
  if (!Object.keys(object).some((key) => key.toLowerCase() === 'resourcegroup')) {
    const parts = typeof object.id === 'string' && object.id !== '' ? object.id.split('/') : []
    if (parts[3]?.toLowerCase() === 'resourcegroups' && parts.length >= 9) object.resourceGroup = parts[4]
  }
  for (const [key, item] of Object.entries(object)) if (key !== 'sourceVault') addResourceGroups(item)
}
