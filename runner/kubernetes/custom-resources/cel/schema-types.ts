// The types that schemas give to rules, and how large their values can grow (apiserver `pkg/cel/common/schemas.go`).
import { isObject, type JsonObject } from '../../../base/json.ts'
import { propertiesOf } from '../structural.ts'
import { type CelType, dyn, simple } from './types.ts'
import { escapeName } from './values.ts'

/** A type with sizes: most elements or letters of a value, and its fewest letters as JSON. */
export interface SizedType {
  readonly type: CelType
  readonly most: number
  readonly fewest: number
  readonly item?: SizedType
  readonly key?: SizedType
  readonly fields?: ReadonlyMap<string, SizedType>
  /** What stands behind a name that is not among the fields. */
  readonly others?: SizedType
}

const requestSize = 3 * 1024 * 1024
const longestText = requestSize - 2
const texts: JsonObject = { type: 'string' }
const ownFields: JsonObject = { kind: texts, apiVersion: texts, metadata: { type: 'object', properties: { name: texts, generateName: texts } } }

/** The type of a schema, under a name; undefined for what rules do not see: values that are preserved without being declared. */
export function typeOfNode(schema: JsonObject, isResource: boolean, name: string): SizedType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: dyn, most: lengthOf(schema), fewest: 1 }
  const whole = isResource ? { ...schema, properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...ownFields } } : schema
  switch (schema.type) {
    case 'array':
      return listType(schema, name)
    case 'object':
      return isObject(schema.additionalProperties) ? mapType(schema, schema.additionalProperties, name) : objectType(whole, name)
    case 'string':
      return textType(schema)
    case 'boolean':
      return { type: simple('bool'), most: 0, fewest: 4 }
    case 'number':
      return { type: simple('double'), most: 0, fewest: 1 }
    case 'integer':
      return { type: simple('int'), most: 0, fewest: 1 }
    default:
      return undefined
  }
}

/** How often a value that is this small may stand in an object. */
export function mostTimes(fewest: number): number {
  return Math.floor(requestSize / (fewest + 1))
}

function isEmbedded(schema: JsonObject): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function limit(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.max(0, value) : undefined
}

function listType(schema: JsonObject, name: string): SizedType | undefined {
  const item = isObject(schema.items) ? typeOfNode(schema.items, isEmbedded(schema.items), `${name}.@idx`) : undefined
  if (item === undefined) return undefined
  const most = limit(schema.maxItems) ?? Math.floor((requestSize - 2) / (item.fewest + 1))
  return { type: { kind: 'list', item: item.type }, most, fewest: 2, item }
}

function mapType(schema: JsonObject, values: JsonObject, name: string): SizedType | undefined {
  const item = typeOfNode(values, isEmbedded(values), `${name}.@elem`)
  if (item === undefined) return undefined
  const most = limit(schema.maxProperties) ?? Math.floor((requestSize - 2) / (item.fewest + 6))
  const key: SizedType = { type: simple('string'), most: 0, fewest: 2 }
  return { type: { kind: 'map', key: key.type, value: item.type }, most, fewest: 2, item, key }
}

function objectType(schema: JsonObject, name: string): SizedType {
  const required = Array.isArray(schema.required) ? schema.required : []
  const fields = new Map<string, SizedType>()
  let fewest = 2
  for (const [property, part] of propertiesOf(schema)) {
    const field = typeOfNode(part, isEmbedded(part), `${name}.${property}`)
    if (field === undefined) continue
    fields.set(escapeName(property), field)
    if (required.includes(property) && part.default === undefined) fewest += property.length + field.fewest + 4
  }
  const type: CelType = { kind: 'object', name, fields: new Map([...fields].map(([field, sized]) => [field, sized.type])) }
  return { type, most: 0, fewest, fields }
}

function textType(schema: JsonObject): SizedType {
  switch (schema.format) {
    case 'byte':
      return { type: simple('bytes'), most: limit(schema.maxLength) ?? longestText, fewest: 2 }
    case 'duration':
      return { type: simple('duration'), most: 32, fewest: 3 }
    case 'date':
      return { type: simple('timestamp'), most: 12, fewest: 12 }
    case 'date-time':
      return { type: simple('timestamp'), most: 32, fewest: 21 }
    default:
      return { type: simple('string'), most: lengthOf(schema), fewest: 2 }
  }
}

/** Letters of a text, in bytes: each may need four. */
function lengthOf({ maxLength, enum: values }: JsonObject): number {
  const most = limit(maxLength)
  if (most !== undefined) return most * 4
  const lengths = Array.isArray(values) ? values.map((value) => (typeof value === 'string' ? value.length : 0)) : []
  return lengths.length > 0 ? Math.max(...lengths) : longestText
}
