// Validation of a value against a structural schema, in the words of kube-openapi (`pkg/validation/validate`) as
// apiextensions turns them into field errors. On an update, parts that did not change are not looked at again.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { child, type Findings, invalid, item, notSupported, required, tooLong, tooMany, typeInvalid } from '../kinds/validation/findings.ts'
import type { FieldError } from '../status-error.ts'
import { isFormat } from './formats.ts'
import { readGoPattern } from './go-pattern.ts'
import { correlatedItem, itemsOf, memberOf } from './structural.ts'

/** Patterns of schemas as expressions; a cache. */
const patterns = new Map<string, RegExp>()

/** Findings on a value; `path` is empty at the root. */
export function* validateValue(value: Json, schema: JsonObject, path: string, old?: Json): Findings {
  if (old !== undefined && equal(value, old)) return
  if (value === null) return yield* validateNull(schema, path)
  yield* validateType(value, schema, path)
  if (typeof value === 'string') yield* validateText(value, schema, path)
  if (typeof value === 'number') yield* validateNumber(value, schema, path)
  if (Array.isArray(value)) yield* validateList(value as readonly Json[], schema, path, old)
  yield* validateEnum(value, schema, path)
  yield* validateLogic(value, schema, path)
  if (isObject(value)) yield* validateObject(value, schema, path, old)
}

function* validateNull(schema: JsonObject, path: string): Findings {
  if (schema.nullable === true || schema.type === undefined) return
  yield wrongType(path, String(schema.type), 'null')
}

function* validateType(value: Json, schema: JsonObject, path: string): Findings {
  const found = typeName(value)
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (found !== 'integer' && found !== 'string') yield wrongType(path, 'integer,string', found)
    return
  }
  const wanted = schema.type
  if (wanted !== undefined && wanted !== found && !(wanted === 'number' && found === 'integer')) yield wrongType(path, String(wanted), found)
}

function* validateText(value: string, schema: JsonObject, path: string): Findings {
  const { maxLength, minLength, pattern, format } = schema
  const length = [...value].length
  if (typeof maxLength === 'number' && length > maxLength) yield tooLong(path, maxLength)
  else if (typeof minLength === 'number' && length < minLength) yield invalid(path, value, `${path} in body should be at least ${minLength} chars long`)
  else if (typeof pattern === 'string' && !matches(pattern, value)) yield invalid(path, value, `${path} in body should match '${pattern}'`)
  if (typeof format === 'string' && !isFormat(format, value))
    yield typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)
}

function* validateNumber(value: number, schema: JsonObject, path: string): Findings {
  const { maximum, minimum, multipleOf, exclusiveMaximum, exclusiveMinimum } = schema
  const told = (rule: string): FieldError => invalid(path, value, `${path} in body should be ${rule}`)
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) yield told(`a multiple of ${multipleOf}`)
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    yield told(exclusiveMaximum === true ? `less than ${maximum}` : `less than or equal to ${maximum}`)
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    yield told(exclusiveMinimum === true ? `greater than ${minimum}` : `greater than or equal to ${minimum}`)
}

function* validateList(value: readonly Json[], schema: JsonObject, path: string, old: Json | undefined): Findings {
  const items = itemsOf(schema)
  if (items !== undefined) for (const [index, part] of value.entries()) yield* validateValue(part, items, item(path, index), correlatedItem(schema, part, old))
  const { maxItems, minItems } = schema
  if (typeof minItems === 'number' && value.length < minItems) yield invalid(path, value.length, `${path} in body should have at least ${minItems} items`)
  if (typeof maxItems === 'number' && value.length > maxItems) yield tooMany(path, value.length, maxItems)
}

function* validateObject(value: JsonObject, schema: JsonObject, path: string, old: Json | undefined): Findings {
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  const { maxProperties, minProperties, required: needed } = schema
  if (typeof minProperties === 'number' && names.length < minProperties)
    yield invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`)
  if (typeof maxProperties === 'number' && names.length > maxProperties) yield tooMany(path, names.length, maxProperties)
  for (const name of names) {
    const member = memberOf(schema, name)
    if (member === undefined || (path === '' && name === 'metadata')) continue
    yield* validateValue(value[name] ?? null, member, child(path, name), isObject(old) ? old[name] : undefined)
  }
  for (const name of Array.isArray(needed) ? needed : []) if (value[String(name)] === undefined) yield required(child(path, String(name)))
}

function* validateEnum(value: Json, schema: JsonObject, path: string): Findings {
  const allowed = schema.enum
  if (!Array.isArray(allowed) || allowed.some((candidate) => equal(candidate, value))) return
  yield notSupported(
    path,
    value,
    allowed.map((candidate) => (typeof candidate === 'string' ? candidate : JSON.stringify(candidate))),
  )
}

function* validateLogic(value: Json, schema: JsonObject, path: string): Findings {
  const at = JSON.stringify(path)
  const passing = (list: readonly JsonObject[]): number => list.filter((part) => isValid(value, part)).length
  const [any, one, all] = [schemas(schema.anyOf), schemas(schema.oneOf), schemas(schema.allOf)]
  if (any.length > 0 && passing(any) === 0) {
    yield whole(`${at} must validate at least one schema (anyOf)`)
    yield* validateValue(value, any[0] ?? {}, path)
  }
  if (one.length > 0 && passing(one) !== 1) {
    const why = passing(one) === 0 ? 'Found none valid' : `Found ${passing(one)} valid alternatives`
    yield whole(`${at} must validate one and only one schema (oneOf). ${why}`)
    if (passing(one) === 0) yield* validateValue(value, one[0] ?? {}, path)
  }
  for (const part of all) yield* validateValue(value, part, path)
  if (passing(all) < all.length) yield whole(`${at} must validate all the schemas (allOf)${passing(all) === 0 ? '. None validated' : ''}`)
  if (isObject(schema.not) && isValid(value, schema.not)) yield whole(`${at} must not validate the schema (not)`)
}

/** A finding that kube-openapi makes without a field of its own. */
function whole(message: string): FieldError {
  return invalid('<nil>', '', message)
}

function isValid(value: Json, schema: JsonObject): boolean {
  return validateValue(value, schema, '').next().done === true
}

function schemas(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

function wrongType(path: string, wanted: string, found: string): FieldError {
  return typeInvalid(path === '' ? '<nil>' : path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}

function matches(pattern: string, value: string): boolean {
  const known = patterns.get(pattern)
  const expression = known ?? compilePattern(pattern)
  if (known === undefined) patterns.set(pattern, expression)
  return expression.test(value)
}

/** One that Go does not read matches everything: it was stored before anybody looked. */
function compilePattern(pattern: string): RegExp {
  const read = readGoPattern(pattern)
  try {
    return 'source' in read ? new RegExp(read.source, read.flags) : /^/
  } catch {
    return /^/
  }
}
