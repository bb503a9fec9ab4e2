// What validation finds: field errors in the words of apimachinery's `pkg/util/validation/field`, and the rules that are generic.
import { equal, type Json } from '../../../base/json.ts'
import { printNumber } from '../../encoding/print-number.ts'
import type { FieldError } from '../../status-error.ts'

/** What validation finds, in the order in which the server lists it. */
export type Findings = Iterable<FieldError>

/** What is found of most values. */
export const nothingWrong: readonly FieldError[] = []

/** A field that must have a value. */
export function required(field: string, detail = ''): FieldError {
  return { field, reason: 'FieldValueRequired', message: withDetail('Required value', detail) }
}

/** A value that breaks a rule. `undefined` is printed as Go prints nil. */
export function invalid(field: string, value: Json | undefined, detail: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: withDetail(`Invalid value: ${printValue(value)}`, detail) }
}

/** A rule broken by a whole, whose value is not printed (`field.OmitValueType`). */
export function invalidWhole(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${detail}` }
}

/** A value of the wrong type. */
export function typeInvalid(field: string, value: Json | undefined, detail: string): FieldError {
  return { field, reason: 'FieldValueTypeInvalid', message: withDetail(`Invalid value: ${printValue(value)}`, detail) }
}

/** A value outside of a closed list; the list is printed in the order given. */
export function notSupported(field: string, value: Json | undefined, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`
  return { field, reason: 'FieldValueNotSupported', message: withDetail(`Unsupported value: ${printValue(value)}`, detail) }
}

/** A value that is there twice. */
export function duplicate(field: string, value: Json | undefined): FieldError {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${printValue(value)}` }
}

/** A value that may not stand here. */
export function forbidden(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail) }
}

/** A text longer than `limit` bytes. */
export function tooLong(field: string, limit: number): FieldError {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}` }
}

/** A list longer than `limit`. */
export function tooMany(field: string, count: number, limit: number): FieldError {
  return { field, reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${limit} ${limit === 1 ? 'item' : 'items'}` }
}

/** A reference to something that is not there. */
export function notFound(field: string, value: Json | undefined, detail = ''): FieldError {
  return { field, reason: 'FieldValueNotFound', message: withDetail(`Not found: ${printValue(value)}`, detail) }
}

/** One `invalid` for each message. */
export function invalidAll(field: string, value: Json | undefined, messages: readonly string[]): Findings {
  return messages.length === 0 ? nothingWrong : messages.map((message) => invalid(field, value, message))
}

/** `metadata` + `name` = `metadata.name`; at the root the name alone. */
export function child(path: string, name: string, ...deeper: readonly string[]): string {
  const here = path === '' ? name : `${path}.${name}`
  return deeper.length === 0 ? here : `${here}.${deeper.join('.')}`
}

/** `ports` + 0 = `ports[0]`, or a map's key in brackets. */
export function item(path: string, key: number | string): string {
  return `${path}[${key}]`
}

/** A number that must not be negative. Absent is fine. */
export function nonNegative(field: string, value: Json | undefined): Findings {
  return typeof value === 'number' && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : nothingWrong
}

/** A value that must be the one of before. */
export function immutable(field: string, value: Json | undefined, old: Json | undefined): Findings {
  return equal(value ?? undefined, old ?? undefined) ? nothingWrong : [invalid(field, value, 'field is immutable')]
}

/** A Go value in an error: JSON text with map keys sorted as Go does, strings quoted. */
function printValue(value: Json | undefined): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return printNumber(value)
  return JSON.stringify(value).replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
}

/** Text as Go's %q quotes it. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/\\u00([01][0-9a-f])/g, '\\x$1')
    .replace(/[\u007f-\u00a0]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`
}
