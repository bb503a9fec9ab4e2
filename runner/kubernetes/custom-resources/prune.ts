// Pruning and defaulting of custom resources by their structural schema (apiextensions `pkg/apiserver/schema/{pruning,defaulting}`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { itemsOf, mapItems, mapMembers, memberOf, propertiesOf } from './structural.ts'

const ownFields = ['apiVersion', 'kind', 'metadata']

/** The object without members that its schema does not know; a resource keeps its own ones. */
export function prune(object: JsonObject, schema: JsonObject, isResource = true): JsonObject {
  return pruneObject(object, schema, isResource)
}

/** The object with the schema's defaults where members are missing, or null though that is not allowed. */
export function withSchemaDefaults(object: JsonObject, schema: JsonObject): JsonObject {
  const result = defaulted(object, schema)
  return isObject(result) ? result : object
}

function pruneObject(value: JsonObject, schema: JsonObject, isResource: boolean): JsonObject {
  const keep = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true
  return mapMembers(value, (part, name) => {
    if (isResource && ownFields.includes(name)) return part
    const member = memberOf(schema, name)
    if (member === undefined) return keep ? part : undefined
    return pruneValue(part, member)
  })
}

function pruneValue(value: Json, schema: JsonObject): Json {
  if (isObject(value)) return pruneObject(value, schema, schema['x-kubernetes-embedded-resource'] === true)
  const items = itemsOf(schema)
  if (Array.isArray(value) && items !== undefined) return mapItems(value as readonly Json[], (part) => pruneValue(part, items))
  return value
}

function defaulted(value: Json, schema: JsonObject): Json {
  if (isObject(value)) {
    const missing = propertiesOf(schema).filter(([name, property]) => property.default !== undefined && lacks(value[name], property))
    const filled = missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing.map(([name, property]) => [name, property.default])) }
    return mapMembers(filled, (part, name) => {
      const member = memberOf(schema, name)
      return member === undefined ? part : defaulted(lacks(part, member) && member.default !== undefined ? member.default : part, member)
    })
  }
  const items = itemsOf(schema)
  if (Array.isArray(value) && items !== undefined)
    return mapItems(value as readonly Json[], (part) => defaulted(lacks(part, items) && items.default !== undefined ? items.default : part, items))
  return value
}

function lacks(value: Json | undefined, schema: JsonObject): boolean {
  return value === undefined || (value === null && schema.nullable !== true)
}
