// Whether a schema is structural: every node has a type, and what stands inside of logic only narrows.
import { isObject, type JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text } from '../kinds/validation/read.ts'
import { itemsOf, propertiesOf } from './structural.ts'

type Level = 'root' | 'item' | 'field'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}
const notInLogic = [
  ...['type', 'description', 'title', 'default', 'nullable', 'additionalProperties', 'x-kubernetes-preserve-unknown-fields'],
  ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'],
]

/** Findings on the structure of a schema. */
export function* checkStructure(schema: JsonObject, path: string, level: Level = 'root'): Findings {
  const items = itemsOf(schema)
  if (items !== undefined) yield* checkStructure(items, child(path, 'items'), 'item')
  for (const [name, part] of propertiesOf(schema)) yield* checkStructure(part, item(child(path, 'properties'), name), 'field')
  if (isObject(schema.additionalProperties)) yield* checkStructure(schema.additionalProperties, child(path, 'additionalProperties'), 'field')
  yield* checkType(schema, path, level)
  yield* checkResource(schema, path, level)
  yield* checkLogic(schema, path)
}

function* checkType(schema: JsonObject, path: string, level: Level): Findings {
  const type = text(schema.type)
  const field = child(path, 'type')
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (type !== '' && !types.includes(type)) yield notSupported(field, type, types)
  if (type === 'array' && itemsOf(schema) === undefined) yield required(child(path, 'items'), 'must be specified')
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    yield type === '' ? required(field, detail) : invalid(field, type, detail)
  } else if (type === '' && !free) yield required(field, missingType[level])
  if (level === 'root' && type !== '' && type !== 'object') yield invalid(field, type, 'must be object at the root')
  if (schema['x-kubernetes-int-or-string'] === true && type !== '') yield invalid(field, type, 'must be empty if x-kubernetes-int-or-string is true')
}

function* checkResource(schema: JsonObject, path: string, level: Level): Findings {
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  if (embedded && present(schema.additionalProperties))
    yield forbidden(child(path, 'additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set')
  if (embedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && propertiesOf(schema).length === 0)
    yield required(child(path, 'properties'), 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields')
  if (level !== 'root' && !embedded) return
  const properties = Object.fromEntries(propertiesOf(schema))
  for (const name of ['kind', 'apiVersion']) {
    const property = properties[name]
    if (property !== undefined && property.type !== 'string')
      yield invalid(child(item(child(path, 'properties'), name), 'type'), text(property.type), 'must be string')
  }
  const { metadata } = properties
  if (metadata === undefined) return
  const at = item(child(path, 'properties'), 'metadata')
  if (metadata.type !== 'object') yield invalid(child(at, 'type'), text(metadata.type), 'must be object')
  for (const [name] of propertiesOf(metadata))
    if (name !== 'name' && name !== 'generateName') yield forbidden(item(child(at, 'properties'), name), 'must not be specified in a nested context')
}

function* checkLogic(schema: JsonObject, path: string): Findings {
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  for (const name of ['allOf', 'oneOf', 'anyOf'])
    for (const [index, part] of objects(schema[name]).entries()) {
      if (intOrString && (name === 'anyOf' || (name === 'allOf' && index === 0))) continue
      yield* checkNarrowing(part, item(child(path, name), index))
    }
  if (isObject(schema.not)) yield* checkNarrowing(schema.not, child(path, 'not'))
}

function* checkNarrowing(part: JsonObject, path: string): Findings {
  for (const name of notInLogic) if (present(part[name]) && part[name] !== false) yield forbidden(child(path, name), 'must be empty to be structural')
  for (const [name, inner] of propertiesOf(part)) yield* checkNarrowing(inner, item(child(path, 'properties'), name))
  const items = itemsOf(part)
  if (items !== undefined) yield* checkNarrowing(items, child(path, 'items'))
  yield* checkLogic(part, path)
}
