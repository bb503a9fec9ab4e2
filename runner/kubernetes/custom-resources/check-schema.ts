// What the schema of a definition may say: structural, with defaults that fit and rules that compile.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text, texts } from '../kinds/validation/read.ts'
import type { FieldError } from '../status-error.ts'
import { checkRules } from './check-rules.ts'
import { checkStructure } from './check-structure.ts'
import { prune } from './prune.ts'
import { itemsOf, propertiesOf } from './structural.ts'
import { validateValue } from './validate-value.ts'

const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref']
const rootFields = [
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]

/** Findings on a schema; with a status subresource less may stand at its root. */
export function* checkSchema(schema: JsonObject, path: string, hasStatus: boolean): Findings {
  const found = [...(hasStatus ? checkRoot(schema, path) : [])]
  if (schema.nullable === true) found.push(forbidden(child(path, 'nullable'), 'nullable cannot be true at the root'))
  found.push(...checkNode(schema, path, true))
  const structure = [...checkStructure(schema, path)]
  yield* found
  yield* structure
  if (structure.length === 0) yield* checkDefaults(schema, path)
}

function* checkRoot(schema: JsonObject, path: string): Findings {
  for (const [name, value] of Object.entries(schema)) {
    if (value === undefined || value === false || rootFields.includes(name)) continue
    const allowed = rootFields.map((field) => field.charAt(0).toUpperCase() + field.slice(1)).join(' ')
    return yield invalid(path, schema, `only [${allowed}] fields are allowed at the root of the schema if the status subresource is enabled`)
  }
}

function* checkNode(schema: JsonObject, path: string, isRoot: boolean): Generator<FieldError, boolean> {
  let count = 0
  const told = function* (findings: Iterable<FieldError>): Findings {
    for (const found of findings) {
      count += 1
      yield found
    }
  }
  yield* told(checkKeywords(schema, path))
  for (const [part, at] of partsOf(schema, path)) if (yield* checkNode(part, at, false)) count += 1
  yield* told(checkExtensions(schema, path))
  yield* told(checkRules(schema, path, { isRoot, compile: count === 0 }))
  return count > 0
}

function* checkKeywords(schema: JsonObject, path: string): Findings {
  for (const name of unsupported) if (present(schema[name])) yield forbidden(child(path, name), `${name} is not supported`)
  if (schema.type === 'null') yield forbidden(child(path, 'type'), 'type cannot be set to null, use nullable as an alternative')
  if (Array.isArray(schema.items)) yield forbidden(child(path, 'items'), 'items must be a schema object and not an array')
  const problem = typeof schema.pattern === 'string' ? patternProblem(schema.pattern) : undefined
  if (problem !== undefined)
    yield invalid(child(path, 'pattern'), schema.pattern, `must be a valid regular expression, but isn't: error parsing regexp: ${problem}`)
  if (schema.uniqueItems === true)
    yield forbidden(child(path, 'uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  if (isObject(schema.additionalProperties) && propertiesOf(schema).length > 0)
    yield forbidden(child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive')
}

/** What Go says of a pattern that is no regular expression, for the mistakes that are common. */
function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern.replace(/^\(\?[a-z]+\)/, ''))
    return undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : ''
    if (/character class/.test(text)) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``
    if (/Unterminated group/.test(text)) return `missing closing ): \`${pattern}\``
    if (/Unmatched/.test(text)) return `unexpected ): \`${pattern}\``
    return /Nothing to repeat/.test(text) ? `missing argument to repetition operator: \`${/[*+?]/.exec(pattern)?.[0] ?? ''}\`` : undefined
  }
}

function* partsOf(schema: JsonObject, path: string): Generator<readonly [JsonObject, string]> {
  if (isObject(schema.additionalProperties)) yield [schema.additionalProperties, child(path, 'additionalProperties')]
  for (const [name, part] of propertiesOf(schema)) yield [part, item(child(path, 'properties'), name)]
  if (isObject(schema.not)) yield [schema.not, child(path, 'not')]
  for (const name of ['allOf', 'oneOf', 'anyOf']) for (const [index, part] of objects(schema[name]).entries()) yield [part, item(child(path, name), index)]
  const items = itemsOf(schema)
  if (items !== undefined) yield [items, child(path, 'items')]
}

function* checkExtensions(schema: JsonObject, path: string): Findings {
  const { 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType, 'x-kubernetes-preserve-unknown-fields': preserve } = schema
  if (preserve === false) yield invalid(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined')
  if (present(mapType)) {
    yield* typeMustBe('object', schema, child(path, 'type'), 'x-kubernetes-map-type is specified')
    if (mapType !== 'atomic' && mapType !== 'granular') yield notSupported(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular'])
  }
  if (present(listType)) {
    yield* typeMustBe('array', schema, child(path, 'type'), 'x-kubernetes-list-type is specified')
    if (!['atomic', 'set', 'map'].includes(text(listType))) yield notSupported(child(path, 'x-kubernetes-list-type'), listType, ['atomic', 'set', 'map'])
  }
  yield* checkListKeys(schema, path)
}

function* typeMustBe(wanted: string, schema: JsonObject, field: string, when: string): Findings {
  if (schema.type === wanted) return
  if (text(schema.type) === '') yield required(field, `must be ${wanted} if ${when}`)
  else yield invalid(field, schema.type, `must be ${wanted} if ${when}`)
}

function* checkListKeys(schema: JsonObject, path: string): Findings {
  const keys = texts(schema['x-kubernetes-list-map-keys'])
  const type = schema['x-kubernetes-list-type']
  const [typeField, keysField] = [child(path, 'x-kubernetes-list-type'), child(path, 'x-kubernetes-list-map-keys')]
  if (keys.length > 0 && !present(type)) yield required(typeField, 'must be map if x-kubernetes-list-map-keys is non-empty')
  else if (keys.length > 0 && type !== 'map') yield invalid(typeField, type, 'must be map if x-kubernetes-list-map-keys is non-empty')
  if (type !== 'map') return
  if (keys.length === 0) yield required(keysField, 'must not be empty if x-kubernetes-list-type is map')
  const items = itemsOf(schema)
  if (items === undefined) return yield required(child(path, 'items'), 'must have a schema if x-kubernetes-list-type is map')
  if (items.type !== 'object')
    return yield invalid(child(path, 'items', 'type'), text(items.type), "must be object if parent array's x-kubernetes-list-type is map")
  yield* checkKeyProperties(keys, items, path)
  if (new Set(keys).size < keys.length) yield invalid(keysField, keys, 'must not contain duplicate entries')
}

function* checkKeyProperties(keys: readonly string[], items: JsonObject, path: string): Findings {
  const properties = Object.fromEntries(propertiesOf(items))
  for (const key of keys) {
    const property = properties[key]
    const at = item(child(path, 'items', 'properties'), key)
    if (property === undefined) yield invalid(child(path, 'x-kubernetes-list-map-keys'), keys, 'entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object')
      yield invalid(child(at, 'type'), property.type, "must be a scalar type if parent array's x-kubernetes-list-type is map")
    else if (property.default === undefined && !texts(items.required).includes(key))
      yield required(child(at, 'default'), 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property')
    else if (property.nullable === true) yield forbidden(child(at, 'nullable'), 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')
  }
}

function* checkDefaults(schema: JsonObject, path: string): Findings {
  if (schema.default !== undefined) {
    const field = child(path, 'default')
    for (const found of validateValue(schema.default ?? null, schema, '')) yield { ...found, field: under(field, found.field) }
    const value: Json = schema.default ?? null
    if (isObject(value) && prune(value, schema) !== value) yield invalid(field, value, 'must not have unknown fields')
  }
  for (const [part, at] of partsOf(schema, path)) yield* checkDefaults(part, at)
}

function under(path: string, field: string): string {
  return field === '<nil>' || field === '' ? path : field.startsWith('[') ? `${path}${field}` : child(path, field)
}
