// The part of OData's `$filter` that clients of the directory use: eq, startswith, any, joined by `and` or `or`.
import type { JsonObject } from '../../base/json.ts'

/** Whether an object fits a filter. A clause that is not understood fits nothing. */
export function matchesFilter(object: JsonObject, filter: string): boolean {
  return filter.split(/\s+or\s+/i).some((part) => part.split(/\s+and\s+/i).every((clause) => matchesClause(object, clause.trim())))
}

const forms: readonly { readonly form: RegExp; matches(object: JsonObject, field: string, value: string): boolean }[] = [
  { form: /^startswith\((\w+)\s*,\s*'((?:[^']|'')*)'\)$/i, matches: (object, field, value) => text(object, field).startsWith(value) },
  { form: /^(\w+)\/any\(\w+:\s*\w+\s+eq\s+'((?:[^']|'')*)'\)$/i, matches: (object, field, value) => texts(object, field).includes(value) },
  { form: /^(\w+)\s+eq\s+'((?:[^']|'')*)'$/i, matches: (object, field, value) => text(object, field) === value },
]

function matchesClause(object: JsonObject, clause: string): boolean {
  for (const { form, matches } of forms) {
    const found = form.exec(clause)
    if (found) return matches(object, found[1] ?? '', (found[2] ?? '').replaceAll("''", "'").toLowerCase())
  }
  return false
}

function text(object: JsonObject, field: string): string {
  const value = object[field]
  return typeof value === 'string' ? value.toLowerCase() : ''
}

function texts(object: JsonObject, field: string): string[] {
  const value = object[field]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map((one) => one.toLowerCase()) : []
}
