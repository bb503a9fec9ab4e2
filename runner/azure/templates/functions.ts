// The functions of ARM templates that need no resources: texts, numbers, lists, objects, comparisons.
import { sha256 } from '@noble/hashes/sha2.js'
import { canonical, equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { toBase64 } from '../../base/p256.ts'
import { ExpressionError } from './expression.ts'

type Plain = (...args: Json[]) => Json

/** Every function by its lower-case name. */
export const plainFunctions: Readonly<Record<string, Plain>> = {
  concat: (...parts) => (Array.isArray(parts[0]) ? parts.flatMap(list) : parts.map(text).join('')),
  format: (pattern, ...values) => text(pattern).replace(/\{(\d+)(?::[^}]*)?\}/g, (_, index: string) => text(values[Number(index)] ?? '')),
  tolower: (value) => text(value).toLowerCase(),
  toupper: (value) => text(value).toUpperCase(),
  trim: (value) => text(value).trim(),
  substring: (value, start, length) => text(value).substr(number(start), length === undefined ? undefined : number(length)),
  replace: (value, from, to) => text(value).replaceAll(text(from), text(to)),
  split: (value, by) => text(value).split(Array.isArray(by) ? new RegExp(by.map((one) => literal(text(one))).join('|')) : text(by)),
  join: (values, by) => list(values).map(text).join(text(by)),
  padleft: (value, length, by = ' ') => text(value).padStart(number(length), text(by)),
  startswith: (value, start) => text(value).toLowerCase().startsWith(text(start).toLowerCase()),
  endswith: (value, end) => text(value).toLowerCase().endsWith(text(end).toLowerCase()),
  indexof: (value, part) => (Array.isArray(value) ? value.findIndex((one) => equal(one, part)) : text(value).toLowerCase().indexOf(text(part).toLowerCase())),
  lastindexof: (value, part) => text(value).toLowerCase().lastIndexOf(text(part).toLowerCase()),
  length: (value) => (isObject(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : text(value).length),
  empty: (value) => value === null || value === '' || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0),
  contains: (value, part) =>
    isObject(value) ? text(part) in value : Array.isArray(value) ? value.some((one) => equal(one, part)) : text(value).includes(text(part)),
  first: (value) => (Array.isArray(value) ? (value[0] ?? null) : text(value).slice(0, 1)),
  last: (value) => (Array.isArray(value) ? (value.at(-1) ?? null) : text(value).slice(-1)),
  take: (value, count) => (Array.isArray(value) ? value.slice(0, number(count)) : text(value).slice(0, number(count))),
  skip: (value, count) => (Array.isArray(value) ? value.slice(number(count)) : text(value).slice(number(count))),
  union: (...values) => (Array.isArray(values[0]) ? unique(values.flatMap(list)) : mergedAll(values)),
  intersection: (first, ...others) => list(first).filter((one) => others.every((other) => list(other).some((each) => equal(one, each)))),
  array: (value) => (Array.isArray(value) ? value : [value]),
  createarray: (...values) => values,
  createobject: (...pairs) => Object.fromEntries(pairs.flatMap((key, index) => (index % 2 === 0 ? [[text(key), pairs[index + 1] ?? null]] : []))),
  range: (start, count) => Array.from({ length: number(count) }, (_, index) => number(start) + index),
  items: (value) => Object.entries(isObject(value) ? value : {}).map(([key, one]) => ({ key, value: one ?? null })),
  objectkeys: (value) => Object.keys(isObject(value) ? value : {}),
  coalesce: (...values) => values.find((value) => value !== null) ?? null,
  equals: (a, b) => equal(a, b),
  not: (value) => !truth(value),
  and: (...values) => values.every(truth),
  or: (...values) => values.some(truth),
  less: (a, b) => compare(a, b) < 0,
  lessorequals: (a, b) => compare(a, b) <= 0,
  greater: (a, b) => compare(a, b) > 0,
  greaterorequals: (a, b) => compare(a, b) >= 0,
  add: (a, b) => number(a) + number(b),
  sub: (a, b) => number(a) - number(b),
  mul: (a, b) => number(a) * number(b),
  div: (a, b) => Math.trunc(number(a) / number(b)),
  mod: (a, b) => number(a) % number(b),
  min: (...values) => Math.min(...numbers(values)),
  max: (...values) => Math.max(...numbers(values)),
  int: (value) => number(value),
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  bool: (value) => truth(value),
  json: (value) => JSON.parse(text(value)) as Json,
  base64: (value) => toBase64(new TextEncoder().encode(text(value))),
  base64tostring: (value) => new TextDecoder().decode(Uint8Array.from(atob(text(value)), (letter) => letter.charCodeAt(0))),
  // Of the service's own form (13 letters and digits, a GUID), though not its own values: how it reckons them is not published.
  uniquestring: (...parts) =>
    Array.from(sha256(new TextEncoder().encode(canonical(parts))).slice(0, 13), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join(''),
  guid: (...parts) => guidOf(sha256(new TextEncoder().encode(canonical(parts)))),
  null: () => null,
  true: () => true,
  false: () => false,
  environment: () => ({
    name: 'AzureCloud',
    resourceManager: 'https://management.azure.com/',
    authentication: { loginEndpoint: 'https://login.microsoftonline.com/' },
  }),
}

/** A value as text: numbers and truths are written out. */
export function text(value: Json): string {
  return typeof value === 'string' ? value : isObject(value) || Array.isArray(value) ? JSON.stringify(value) : value === null ? '' : String(value)
}

/** Whether a value counts as true. */
export function truth(value: Json): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true') || (typeof value === 'number' && value !== 0)
}

function number(value: Json): number {
  const found = Number(value)
  if (!Number.isFinite(found)) throw new ExpressionError(`A number was expected, found '${text(value)}'.`)
  return found
}

function numbers(values: readonly Json[]): number[] {
  return (Array.isArray(values[0]) ? values[0] : values).map((value) => number(value as Json))
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value]
}

function unique(values: readonly Json[]): Json {
  return values.filter((value, index) => values.findIndex((one) => equal(one, value)) === index)
}

function mergedAll(values: readonly Json[]): JsonObject {
  return values.filter(isObject).reduce((all, one) => merged(all, one), {})
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const both = Object.entries(b).map(([key, value]) => [key, isObject(a[key]) && isObject(value) ? merged(a[key], value) : value] as const)
  return { ...a, ...Object.fromEntries(both) }
}

function compare(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0
}

function guidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}

function literal(part: string): string {
  return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
