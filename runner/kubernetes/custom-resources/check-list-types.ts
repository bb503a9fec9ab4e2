// What a schema may say of its lists: their type, and the keys of their items (apiextensions `ValidateCustomResourceDefinitionOpenAPISchema`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { present, text, texts } from '../kinds/validation/read.ts'
import { itemsOf, propertiesOf } from './structural.ts'

const listTypes = ['atomic', 'set', 'map']

/** Findings on the type of a list and on its keys. */
export function* listTypeFindings(schema: JsonObject, path: string): Findings {
  const type = schema['x-kubernetes-list-type']
  if (present(type) && schema.type !== 'array') {
    const detail = 'must be array if x-kubernetes-list-type is specified'
    yield text(schema.type) === '' ? required(child(path, 'type'), detail) : invalid(child(path, 'type'), schema.type, detail)
  } else if (type === 'set') yield* checkSetItems(schema, path)
  if (present(type) && !listTypes.includes(text(type))) yield notSupported(child(path, 'x-kubernetes-list-type'), type, listTypes)
  yield* checkKeys(schema, path)
  if (type === 'set' || type === 'map') yield* checkAbsence(schema, path)
}

/** Items of a set that are lists or objects are compared as wholes, and must say so. */
function* checkSetItems(schema: JsonObject, path: string): Findings {
  const items = itemsOf(schema)
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items ?? {}
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  if (items?.type === 'array' && present(listType) && listType !== 'atomic') yield invalid(child(path, 'items', 'x-kubernetes-list-type'), listType, detail)
  if (items?.type === 'object' && mapType !== 'atomic') yield invalid(child(path, 'items', 'x-kubernetes-map-type'), listType ?? undefined, detail)
}

function* checkKeys(schema: JsonObject, path: string): Findings {
  const keys = texts(schema['x-kubernetes-list-map-keys'])
  const type = schema['x-kubernetes-list-type']
  const typeField = child(path, 'x-kubernetes-list-type')
  if (keys.length > 0 && !present(type)) yield required(typeField, 'must be map if x-kubernetes-list-map-keys is non-empty')
  else if (keys.length > 0 && type !== 'map') yield invalid(typeField, type, 'must be map if x-kubernetes-list-map-keys is non-empty')
  if (type !== 'map') return
  if (keys.length === 0) yield required(child(path, 'x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map')
  const { items } = schema
  if (!present(items)) yield required(child(path, 'items'), 'must have a schema if x-kubernetes-list-type is map')
  else if (isObject(items) && items.type !== 'object')
    yield invalid(child(path, 'items', 'type'), text(items.type), "must be object if parent array's x-kubernetes-list-type is map")
  else if (isObject(items)) yield* checkKeyProperties(keys, items, path)
}

function* checkKeyProperties(keys: readonly string[], items: JsonObject, path: string): Findings {
  const properties = new Map(propertiesOf(items))
  const field = child(path, 'x-kubernetes-list-map-keys')
  for (const [index, key] of keys.entries()) {
    const property = properties.get(key)
    if (property === undefined) yield invalid(field, keys, 'entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object')
      yield invalid(
        child(item(child(path, 'items', 'properties'), key), 'type'),
        items.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      )
    if (keys.indexOf(key) < index) yield invalid(field, keys, 'must not contain duplicate entries')
  }
}

/** Items and keys must always be there. */
function* checkAbsence(schema: JsonObject, path: string): Findings {
  const items = itemsOf(schema)
  if (items === undefined) return
  const type = text(schema['x-kubernetes-list-type'])
  if (items.nullable === true) yield forbidden(child(path, 'items', 'nullable'), `cannot be nullable when x-kubernetes-list-type is ${type}`)
  if (type !== 'map') return
  const properties = new Map(propertiesOf(items))
  for (const key of texts(schema['x-kubernetes-list-map-keys'])) {
    const property = properties.get(key)
    const at = item(child(path, 'items', 'properties'), key)
    if (property === undefined) continue
    if (!present(property.default) && !texts(items.required).includes(key))
      yield required(child(at, 'default'), 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property')
    if (property.nullable === true) yield forbidden(child(at, 'nullable'), 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')
  }
}
