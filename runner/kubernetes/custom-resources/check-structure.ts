// Whether a schema is structural: every node has a type, and what stands inside of logic only narrows what stands outside
// (apiextensions `pkg/apiserver/schema/{convert,validation,complete}.go`).
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, required } from '../kinds/validation/findings.ts'
import { list, objects, present, text } from '../kinds/validation/read.ts'
import type { FieldError } from '../status-error.ts'
import { completenessFindings } from './check-completeness.ts'
import { readGoPattern } from './go-pattern.ts'
import { itemsOf, propertiesOf } from './structural.ts'

type Level = 'root' | 'item' | 'field'

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}
/** What must not stand inside of logic, in the order in which it is looked for, and what it must be instead. */
const notInLogic: readonly (readonly [string, string])[] = [
  ['type', 'empty'],
  ['additionalProperties', 'undefined'],
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  ['x-kubernetes-preserve-unknown-fields', 'false'],
  ['x-kubernetes-embedded-resource', 'false'],
  ['x-kubernetes-int-or-string', 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
]
const intOrString = [{ type: 'integer' }, { type: 'string' }]
const unsupported = ['id', '$schema', '$ref', 'patternProperties', 'dependencies', 'additionalItems', 'definitions']

/** Why no structural schema can be made of it at all, or undefined. */
export function structuralProblem(schema: JsonObject): string | undefined {
  for (const name of unsupported) if (isSet(schema, name)) return `OpenAPIV3Schema '${name === '$schema' ? 'schema' : name}' is not supported`
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  for (const part of partsOf(schema)) {
    const problem = structuralProblem(part)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Findings on the structure of a schema, sorted by their text as the server sorts them. */
export function structureFindings(schema: JsonObject, path: string): readonly FieldError[] {
  const found = [...checkNode(schema, path, 'root'), ...completenessFindings(schema, path)]
  const printed = ({ field, message }: FieldError): string => `${field}: ${message}`
  return found.sort((left, right) => (printed(left) < printed(right) ? -1 : 1))
}

function isSet(schema: JsonObject, name: string): boolean {
  const value = schema[name]
  if (name === 'additionalItems') return present(value)
  return isObject(value) ? Object.keys(value).length > 0 : present(value) && value !== ''
}

function partsOf(schema: JsonObject): readonly JsonObject[] {
  const logic = ['allOf', 'anyOf', 'oneOf'].flatMap((name) => objects(schema[name]))
  const single = [schema.not, schema.items, schema.additionalProperties].filter(isObject)
  return [...logic, ...single, ...propertiesOf(schema).map(([, part]) => part)]
}

function* checkNode(schema: JsonObject, path: string, level: Level): Findings {
  const items = itemsOf(schema)
  if (schema.type === 'array' && items === undefined) yield required(child(path, 'items'), 'must be specified')
  if (items !== undefined) yield* checkNode(items, child(path, 'items'), 'item')
  for (const [name, part] of propertiesOf(schema)) yield* checkNode(part, item(child(path, 'properties'), name), 'field')
  const { additionalProperties } = schema
  if (present(additionalProperties) && level === 'root') yield forbidden(child(path, 'additionalProperties'), 'must not be used at the root')
  if (isObject(additionalProperties)) yield* checkNode(additionalProperties, child(path, 'additionalProperties'), 'field')
  yield* checkExtensions(schema, path)
  yield* checkLogic(schema, path, { any: equal(schema.anyOf, intOrString), firstOfAll: equal(objects(schema.allOf)[0]?.anyOf, intOrString) })
  yield* checkType(schema, path, level)
  yield* checkResource(schema, path, level)
}

function* checkExtensions(schema: JsonObject, path: string): Findings {
  if (schema['x-kubernetes-int-or-string'] !== true) return
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'])
    if (schema[name] === true) yield invalid(child(path, name), true, 'must be false if x-kubernetes-int-or-string is true')
}

function* checkType(schema: JsonObject, path: string, level: Level): Findings {
  const type = text(schema.type)
  const field = child(path, 'type')
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    yield type === '' ? required(field, detail) : invalid(field, type, detail)
  } else if (type === '' && !free) yield required(field, missingType[level])
  if (embedded && present(schema.additionalProperties))
    yield forbidden(child(path, 'additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set')
  if (level === 'root' && type !== '' && type !== 'object') yield invalid(field, type, 'must be object at the root')
}

function* checkResource(schema: JsonObject, path: string, level: Level): Findings {
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const properties = Object.fromEntries(propertiesOf(schema))
  const { metadata } = properties
  if (level === 'root' || embedded) {
    for (const name of ['kind', 'apiVersion']) {
      const property = properties[name]
      if (property !== undefined && property.type !== 'string')
        yield invalid(child(item(child(path, 'properties'), name), 'type'), text(property.type), 'must be string')
    }
    const at = item(child(path, 'properties'), 'metadata')
    if (metadata !== undefined && metadata.type !== 'object') yield invalid(child(at, 'type'), text(metadata.type), 'must be object')
    if (metadata !== undefined && level === 'root' && saysMore(metadata))
      yield forbidden(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified')
  }
  if (embedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(properties).length === 0)
    yield required(child(path, 'properties'), 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields')
}

/** True if the metadata at the root says anything but what names are like. */
function saysMore({ type: _type, default: _default, properties, ...more }: JsonObject): boolean {
  if (Object.values(more).some((value) => present(value) && value !== false && value !== '')) return true
  return Object.keys(isObject(properties) ? properties : {}).some((name) => name !== 'name' && name !== 'generateName')
}

/** What of the logic is int-or-string written out, and may say so. */
interface Excused {
  readonly any: boolean
  readonly firstOfAll: boolean
}

function* checkLogic(schema: JsonObject, path: string, excused: Excused): Findings {
  if (!excused.any) yield* checkEach(schema, path, 'anyOf')
  for (const [index, part] of objects(schema.allOf).entries())
    yield* checkNarrowing(part, item(child(path, 'allOf'), index), { any: excused.firstOfAll && index === 0, firstOfAll: false })
  yield* checkEach(schema, path, 'oneOf')
  if (isObject(schema.not)) yield* checkNarrowing(schema.not, child(path, 'not'))
  const pattern = readGoPattern(text(schema.pattern))
  if ('problem' in pattern) yield invalid(child(path, 'pattern'), schema.pattern, `must be a valid regular expression, but isn't: ${pattern.problem}`)
}

function* checkEach(schema: JsonObject, path: string, name: string): Findings {
  for (const [index, part] of objects(schema[name]).entries()) yield* checkNarrowing(part, item(child(path, name), index))
}

function* checkNarrowing(part: JsonObject, path: string, excused: Excused = { any: false, firstOfAll: false }): Findings {
  yield* checkLogic(part, path, excused)
  const items = itemsOf(part)
  if (items !== undefined) yield* checkNarrowing(items, child(path, 'items'))
  for (const [name, inner] of propertiesOf(part)) yield* checkNarrowing(inner, item(child(path, 'properties'), name))
  for (const [name, instead] of notInLogic) if (says(part, name)) yield forbidden(child(path, name), `must be ${instead} to be structural`)
  if (propertiesOf(part).some(([name]) => name === 'metadata'))
    yield forbidden(item(child(path, 'properties'), 'metadata'), 'must not be specified in a nested context')
}

function says(part: JsonObject, name: string): boolean {
  const value = part[name]
  if (name === 'additionalProperties') return isObject(value) || value === true
  if (Array.isArray(value)) return list(value).length > 0
  return present(value) && value !== false && value !== ''
}
