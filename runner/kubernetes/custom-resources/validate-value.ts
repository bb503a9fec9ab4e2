// Validation of a value against a structural schema, in the words of kube-openapi (`pkg/validation/validate`) as
// apiextensions turns them into field errors. On an update, what is wrong with parts that did not change is not told again.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { child, invalid, item, notSupported, required, tooLong, tooMany } from '../kinds/validation/findings.ts'
import type { FieldError } from '../status-error.ts'
import { isFormat } from './formats.ts'
import { expressionFor, type GoPattern, readGoPattern } from './go-pattern.ts'
import { correlatedItem, itemsOf, memberOf } from './structural.ts'
import { typeFinding } from './validate-type.ts'

/** What was found, each thing once, and how much there was to look at: of several ways to fit, the one that got furthest is told. */
interface Result {
  readonly errors: FieldError[]
  matches: number
}

interface Place {
  readonly value: Json
  readonly schema: JsonObject
  readonly path: string
  /** What the value was before, as far as that can be told. */
  readonly old: Json | undefined
}

/** Patterns of schemas, read; a cache. */
const patterns = new Map<string, GoPattern>()

/** Findings on a value; `path` is empty at the root. */
export function validateValue(value: Json, schema: JsonObject, path: string, old?: Json): readonly FieldError[] {
  return checkNode({ value, schema, path, old }).errors
}

function checkNode(place: Place): Result {
  const result = checkParts(place)
  return result.errors.length > 0 && place.old !== undefined && equal(place.value, place.old) ? { errors: [], matches: result.matches } : result
}

function checkParts(place: Place): Result {
  const { value, schema, path } = place
  const result: Result = { errors: [], matches: 0 }
  const typed = typeFinding(value, schema, path)
  if (typed.applies) merge(result, { errors: typed.finding ? [typed.finding] : [], matches: typed.finding ? 1 : 2 })
  if (value === null) return merge(result, only(checkEnum(place)))
  merge(result, checkLogic(place), 1)
  if (typeof value === 'string') merge(result, only([...checkText(value, schema, path)]), checkedTexts(schema))
  if (typeof value === 'number') merge(result, only([...checkNumber(value, schema, path)]), 2)
  if (Array.isArray(value)) merge(result, checkList(value as readonly Json[], place), 2)
  merge(result, only(checkEnum(place)), 1)
  if (isObject(value)) merge(result, checkObject(value, place), 1)
  result.matches += 1
  return result
}

function only(errors: readonly FieldError[]): Result {
  return { errors: [...errors], matches: 0 }
}

/** Puts a result to another, which says each thing once. */
function merge(into: Result, { errors, matches }: Result, more = 0): Result {
  for (const error of errors) if (!into.errors.some((known) => known.field === error.field && known.message === error.message)) into.errors.push(error)
  into.matches += matches + more
  return into
}

function checkedTexts({ format }: JsonObject): number {
  return typeof format === 'string' && format !== '' ? 2 : 1
}

function* checkText(value: string, schema: JsonObject, path: string): Generator<FieldError, void> {
  const { maxLength, minLength, pattern, format } = schema
  const length = [...value].length
  if (typeof maxLength === 'number' && length > maxLength) yield tooLong(path, maxLength)
  else if (typeof minLength === 'number' && length < minLength) yield invalid(path, value, `${path} in body should be at least ${minLength} chars long`)
  else if (typeof pattern === 'string' && !matches(pattern, value)) yield invalid(path, value, `${path} in body should match '${pattern}'`)
  if (typeof format === 'string' && !isFormat(format, value))
    yield { ...invalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`), reason: 'FieldValueTypeInvalid' }
}

function* checkNumber(value: number, schema: JsonObject, path: string): Generator<FieldError, void> {
  const { exclusiveMaximum, exclusiveMinimum, multipleOf } = schema
  const [maximum, minimum] = [limitFor(value, schema.maximum), limitFor(value, schema.minimum)]
  const told = (rule: string): FieldError => invalid(path, value, `${path} in body should be ${rule}`)
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) yield told(`a multiple of ${multipleOf}`)
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    yield told(exclusiveMinimum === true ? `greater than ${minimum}` : `greater than or equal to ${minimum}`)
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    yield told(exclusiveMaximum === true ? `less than ${maximum}` : `less than or equal to ${maximum}`)
}

/** An integer is held against a limit that is one too. */
function limitFor(value: number, limit: Json | undefined): Json | undefined {
  return typeof limit === 'number' && Number.isInteger(value) ? Math.trunc(limit) : limit
}

function checkList(value: readonly Json[], { schema, path, old }: Place): Result {
  const result: Result = { errors: [], matches: 0 }
  const items = itemsOf(schema)
  if (items !== undefined)
    for (const [index, part] of value.entries())
      merge(result, checkNode({ value: part, schema: items, path: item(path, index), old: correlatedItem(schema, part, old) }))
  const { maxItems, minItems } = schema
  if (typeof minItems === 'number' && value.length < minItems)
    merge(result, only([invalid(path, value.length, `${path} in body should have at least ${minItems} items`)]))
  if (typeof maxItems === 'number' && value.length > maxItems) merge(result, only([tooMany(path, value.length, maxItems)]))
  return result
}

function checkObject(value: JsonObject, { schema, path, old }: Place): Result {
  const result: Result = { errors: [], matches: 0 }
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  const { maxProperties, minProperties, required: needed } = schema
  if (typeof minProperties === 'number' && names.length < minProperties)
    merge(result, only([invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`)]))
  if (typeof maxProperties === 'number' && names.length > maxProperties) merge(result, only([tooMany(path, names.length, maxProperties)]))
  for (const name of names) {
    const member = memberOf(schema, name)
    if (member === undefined || (path === '' && name === 'metadata')) continue
    merge(result, checkNode({ value: value[name] ?? null, schema: member, path: child(path, name), old: isObject(old) ? old[name] : undefined }))
  }
  const missing = (Array.isArray(needed) ? needed : []).map(String).filter((name) => value[name] === undefined)
  return merge(result, only(missing.map((name) => required(child(path, name)))))
}

function checkEnum({ value, schema, path }: Place): FieldError[] {
  const allowed = schema.enum
  if (!Array.isArray(allowed) || allowed.length === 0 || allowed.some((candidate) => candidate !== null && equal(candidate, value))) return []
  const printed = allowed.map((candidate: Json) => (typeof candidate === 'string' ? candidate : JSON.stringify(candidate)))
  return [notSupported(path, value, printed)]
}

function checkLogic(place: Place): Result {
  const { schema, path } = place
  const at = JSON.stringify(path)
  const result: Result = { errors: [], matches: 0 }
  const tried = (name: string): readonly Result[] => schemas(schema[name]).map((part) => checkParts({ ...place, schema: part }))
  const [any, one, all] = [tried('anyOf'), tried('oneOf'), tried('allOf')]
  if (any.length > 0 && !any.some(fits)) {
    merge(result, only([whole(`${at} must validate at least one schema (anyOf)`)]))
    merge(result, furthest(any))
  }
  const fitting = one.filter(fits).length
  if (one.length > 0 && fitting !== 1) {
    const why = fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`
    merge(result, only([whole(`${at} must validate one and only one schema (oneOf). ${why}`)]))
    if (fitting === 0) merge(result, furthest(one))
  }
  for (const part of all) merge(result, part)
  if (!all.every(fits)) merge(result, only([whole(`${at} must validate all the schemas (allOf)${all.some(fits) ? '' : '. None validated'}`)]))
  if (isObject(schema.not) && fits(checkParts({ ...place, schema: schema.not }))) merge(result, only([whole(`${at} must not validate the schema (not)`)]))
  result.matches += 1
  return result
}

function fits({ errors }: Result): boolean {
  return errors.length === 0
}

/** The first of those that had the most to look at. */
function furthest(results: readonly Result[]): Result {
  return results.reduce((best, next) => (next.matches > best.matches ? next : best))
}

/** A finding that kube-openapi makes without a field of its own. */
function whole(message: string): FieldError {
  return invalid('<nil>', '', message)
}

function schemas(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** A pattern that Go does not read matches everything: it was stored before anybody looked. */
function matches(pattern: string, value: string): boolean {
  const read = patterns.get(pattern) ?? readGoPattern(pattern)
  patterns.set(pattern, read)
  try {
    return 'problem' in read || expressionFor(read, value).test(value)
  } catch {
    return true
  }
}
