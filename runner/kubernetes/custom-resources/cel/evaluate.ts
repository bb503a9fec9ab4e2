// Running the rules of a schema on an object: `x-kubernetes-validations` (apiextensions `pkg/apiserver/schema/cel`).
import { equal, isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { child, duplicate, type Findings, invalid, item } from '../../kinds/validation/findings.ts'
import type { FieldError, FieldErrorReason } from '../../status-error.ts'
import { followPath } from '../field-path.ts'
import { correlatedItem, itemsOf, memberOf, propertiesOf } from '../structural.ts'
import { type Compiled, compile } from './compile.ts'
import { optional } from './list-functions.ts'
import { toCel } from './values.ts'

interface Rule {
  readonly source: JsonObject
  readonly compiled: Compiled
  readonly message: Compiled | undefined
}

interface Place {
  readonly value: Json
  readonly old: Json | undefined
  readonly schema: JsonObject
  readonly path: string
}

const compiledRules = new WeakMap<JsonObject, readonly Rule[]>()
const withRules = new WeakMap<JsonObject, boolean>()

/** True if the schema has a rule anywhere. */
export function hasRules(schema: JsonObject): boolean {
  const known = withRules.get(schema)
  if (known !== undefined) return known
  const parts = [
    itemsOf(schema),
    isObject(schema.additionalProperties) ? schema.additionalProperties : undefined,
    ...propertiesOf(schema).map(([, part]) => part),
  ]
  const found = Array.isArray(schema['x-kubernetes-validations']) || parts.some((part) => part !== undefined && hasRules(part))
  withRules.set(schema, found)
  return found
}

/** Findings of all rules on a value and what it holds. */
export function* validateRules(place: Place): Findings {
  const { value, old, schema, path } = place
  if (!hasRules(schema)) return
  for (const rule of rulesOf(schema)) yield* runRule(rule, place)
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items === undefined) return
    for (const [index, part] of (value as readonly Json[]).entries())
      yield* validateRules({ value: part, old: correlatedItem(schema, part, old), schema: items, path: item(path, index) })
  } else if (isObject(value)) yield* validateMembers(value, place)
}

function* validateMembers(value: JsonObject, { old, schema, path }: Place): Findings {
  for (const [name, part] of Object.entries(value)) {
    const member = memberOf(schema, name)
    if (member === undefined || part === undefined) continue
    const field = isObject(schema.properties) && Object.hasOwn(schema.properties, name) ? child(path, name) : item(path, name)
    yield* validateRules({ value: part, old: isObject(old) ? old[name] : undefined, schema: member, path: field })
  }
}

function* runRule(rule: Rule, place: Place): Findings {
  const { value, old, schema } = place
  const { source, compiled } = rule
  if ('error' in compiled) return yield invalid(fieldName(place.path), schema.type, `rule compile error: ${compiled.error}`)
  const isTransition = compiled.names.has('oldSelf')
  if (isTransition ? old === undefined && source.optionalOldSelf !== true : old !== undefined && equal(value, old)) return
  try {
    const before = old === undefined ? undefined : toCel(old, schema)
    const oldSelf = source.optionalOldSelf === true ? optional(before) : before
    const values = { self: toCel(value, schema), ...(oldSelf === undefined ? {} : { oldSelf }) }
    if (compiled.run(values) !== true) yield finding(rule, place, messageOf(rule, values))
  } catch (error) {
    yield invalid(fieldName(place.path), schema.type, failure(evaluationError(error), source))
  }
}

function finding({ source }: Rule, { value, path, schema }: Place, message: string): FieldError {
  const followed = typeof source.fieldPath === 'string' ? followPath(source.fieldPath, schema) : undefined
  const field = followed === undefined || 'problem' in followed ? path : child(path, followed.path)
  const reason = typeof source.reason === 'string' ? (source.reason as FieldErrorReason) : 'FieldValueInvalid'
  const where = fieldName(field)
  if (reason === 'FieldValueForbidden') return { field: where, reason, message: `Forbidden: ${message}` }
  if (reason === 'FieldValueRequired') return { field: where, reason, message: `Required value: ${message}` }
  if (reason === 'FieldValueDuplicate')
    return { field: where, reason, message: isObject(value) || Array.isArray(value) ? 'Duplicate value' : duplicate(where, value).message }
  const printed = typeof value === 'object' && value !== null ? { field: where, reason, message: `Invalid value: ${message}` } : invalid(where, value, message)
  return printed
}

function messageOf({ source, message }: Rule, values: Readonly<Record<string, unknown>>): string {
  if (message === undefined || 'error' in message) return staticMessage(source)
  try {
    const text = message.run(values)
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : staticMessage(source)
  } catch {
    return staticMessage(source)
  }
}

function fieldName(path: string): string {
  return path.replace(/^\./, '') || '<nil>'
}

/** Why a rule could not be run, whatever its own reason and field. */
function failure(error: string, source: JsonObject): string {
  const words = typeof source.message === 'string' && source.message !== '' ? source.message : String(source.rule)
  if (!error.startsWith('no such overload')) return `${error} evaluating rule: ${words.trim()}`
  return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${words.trim()}`
}

function staticMessage(source: JsonObject): string {
  return typeof source.message === 'string' && source.message !== '' ? source.message : `failed rule: ${String(source.rule).trim()}`
}

/** What the library says of a run, and what cel-go says. */
const words: readonly (readonly [RegExp, string])[] = [
  [/index out of bounds, index (-?\d+).*/, 'index out of bounds: $1'],
  [/^Optional value is not present$/, 'optional.none() dereference'],
  [/^No such key: (.+)$/, 'no such key: $1'],
  [/^integer overflow: .*/, 'integer overflow'],
  [/^(Unsigned integer overflow|uint\(\) type error).*/, 'unsigned integer overflow'],
  [/^modulo by zero$/, 'modulus by zero'],
  [/^found no matching overload for '(.+\.)?size\(.*/, 'no such overload: size'],
  [/^(found no matching overload|no such overload: .* |no such overload: [!-]|Ternary condition|Logical operator).*/, 'no such overload'],
  [/^Invalid duration string.*/, "type conversion error from 'string' to 'google.protobuf.Duration'"],
  [/^Invalid time zone specified: (.*)/, 'unknown time zone $1'],
]

/** An error of a run in cel-go's words. */
export function evaluationError(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  const [pattern, said = ''] = words.find(([each]) => each.test(text)) ?? []
  return pattern === undefined ? text : text.slice(text.search(pattern)).replace(pattern, said)
}

function rulesOf(schema: JsonObject): readonly Rule[] {
  const known = compiledRules.get(schema)
  if (known) return known
  const sources = schema['x-kubernetes-validations']
  const rules = (Array.isArray(sources) ? sources.filter(isObject) : []).map((source) => ({
    source,
    compiled: compile(String(source.rule)),
    message: typeof source.messageExpression === 'string' ? compile(source.messageExpression) : undefined,
  }))
  compiledRules.set(schema, rules)
  return rules
}
