// Reading plain JSON as the types that the facts table promises: what is absent reads as Go's zero value.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'

const nothing: JsonObject = Object.freeze({})
const nobody: readonly JsonObject[] = Object.freeze([])

/** The object itself, or an empty one. */
export function fields(value: unknown): JsonObject {
  return isObject(value) ? value : nothing
}

/** The list itself, or an empty one. */
export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

/** The members of a list of objects. */
export function objects(value: unknown): readonly JsonObject[] {
  const members = list(value)
  return members.length === 0 ? nobody : members.map(fields)
}

/** The members of a list of texts. */
export function texts(value: unknown): readonly string[] {
  return list(value).map(text)
}

/** The text, or `""`. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The number, or 0. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** The members of a map with text values, in Go's sorted order. */
export function entries(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(fields(value))
    .map(([key, member]) => [key, text(member)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
}

/** True where a pointer would be set. */
export function present(value: unknown): boolean {
  return value !== undefined && value !== null
}
