// From what a client sent to a custom resource (apiextensions `unstructuredSchemaCoercer`): what its schema does not know is told
// and dropped, so is null where it says nothing, and metadata, its own and that of resources within, is read as the server's own.
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { type Decoded, decode } from '../encoding/decode.ts'
import { DecodeError } from '../encoding/reading.ts'
import { invalid } from '../kinds/validation/findings.ts'
import { typeSchema } from '../openapi/schema.ts'
import { itemsOf, mapItems, mapMembers, memberOf, propertiesOf } from './structural.ts'

const ownFields = ['apiVersion', 'kind', 'metadata']

interface Reading {
  readonly unknown: string[]
}

/** Reads an object. Throws DecodeError for metadata that has the wrong types. */
export function readCustomObject(sent: JsonObject, schema: JsonObject, options: { readonly preserve: boolean }): Decoded {
  const meta = readMetadata(sent.metadata, 'metadata')
  const [pruning, coercing]: readonly [Reading, Reading] = [{ unknown: [] }, { unknown: [] }]
  const pruned = options.preserve ? sent : withoutNulls(pruneObject(sent, schema, { path: '', isResource: true, reading: pruning }), schema)
  const coerced = isObject(pruned) ? coerceMembers(pruned, schema, '', coercing) : sent
  const object = sent.metadata === undefined ? coerced : { ...coerced, metadata: meta.object }
  return { object, unknown: [...meta.unknown, ...pruning.unknown.sort(), ...coercing.unknown.sort()] }
}

function readMetadata(value: Json | undefined, path: string): Decoded {
  if (value === undefined || value === null) return { object: {}, unknown: [] }
  if (!isObject(value)) throw new DecodeError(`json: cannot unmarshal ${goName(value)} into Go value of type v1.ObjectMeta`)
  const { object, unknown } = decode(value, typeSchema('meta.v1.ObjectMeta'))
  const isEmpty = (part: Json | undefined): boolean => (Array.isArray(part) ? part.length === 0 : isObject(part) && Object.keys(part).length === 0)
  return { object: mapMembers(object, (part) => (isEmpty(part) ? undefined : part)), unknown: unknown.map((name) => `${path}.${name}`) }
}

function goName(value: Json): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

interface Place {
  readonly path: string
  readonly isResource: boolean
  readonly reading: Reading
}

function pruneObject(value: JsonObject, schema: JsonObject | undefined, { path, isResource, reading }: Place): JsonObject {
  const keep = schema?.['x-kubernetes-preserve-unknown-fields'] === true || schema?.additionalProperties === true
  return mapMembers(value, (part, name) => {
    if (isResource && ownFields.includes(name)) return part
    const member = schema && memberOf(schema, name)
    const at = path === '' ? name : `${path}.${name}`
    if (member !== undefined) return pruneValue(part, member, { path: at, isResource: member['x-kubernetes-embedded-resource'] === true, reading })
    if (keep) return schema?.additionalProperties === true ? pruneValue(part, undefined, { path: at, isResource: false, reading }) : part
    reading.unknown.push(at)
    return undefined
  })
}

function pruneValue(value: Json, schema: JsonObject | undefined, place: Place): Json {
  if (isObject(value)) return pruneObject(value, schema, place)
  if (!Array.isArray(value) || schema?.['x-kubernetes-preserve-unknown-fields'] === true) return value
  const items = schema && itemsOf(schema)
  const isResource = items?.['x-kubernetes-embedded-resource'] === true
  return mapItems(value as readonly Json[], (part, index) => pruneValue(part, items, { ...place, path: `${place.path}[${index}]`, isResource }))
}

/** Members that are null though that is not allowed, and that no default stands for, are as if they were not there. */
function withoutNulls(value: Json, schema: JsonObject | undefined): Json {
  if (isObject(value))
    return mapMembers(value, (part, name) => {
      const member = schema && memberOf(schema, name)
      if (part === null && member !== undefined && member.nullable !== true && member.default === undefined) return undefined
      return withoutNulls(part, member)
    })
  const items = schema && itemsOf(schema)
  return Array.isArray(value) ? mapItems(value as readonly Json[], (part) => withoutNulls(part, items)) : value
}

function coerceMembers(value: JsonObject, schema: JsonObject, path: string, reading: Reading): JsonObject {
  const declared = new Map(propertiesOf(schema))
  return mapMembers(value, (part, name) => {
    const member = declared.get(name)
    const at = path === '' ? name : `${path}.${name}`
    if (member !== undefined) return coerce(part, member, at, reading)
    return isObject(schema.additionalProperties) ? coerce(part, schema.additionalProperties, `${path}[${name}]`, reading) : part
  })
}

function coerce(value: Json, schema: JsonObject, path: string, reading: Reading): Json {
  if (isObject(value)) {
    const read = schema['x-kubernetes-embedded-resource'] === true ? readResource(value, path, reading) : value
    return coerceMembers(read, schema, path, reading)
  }
  const items = itemsOf(schema)
  if (!Array.isArray(value) || items === undefined) return value
  return mapItems(value as readonly Json[], (part, index) => coerce(part, items, `${path}[${index}]`, reading))
}

function readResource(value: JsonObject, path: string, reading: Reading): JsonObject {
  return mapMembers(value, (part, name) => {
    if (name === 'metadata') return readInnerMetadata(part, `${path}.metadata`, reading)
    if ((name === 'apiVersion' || name === 'kind') && typeof part !== 'string') throw refused(`${path}.${name}`, part, 'must be a string')
    return part
  })
}

function readInnerMetadata(value: Json, path: string, reading: Reading): JsonObject {
  try {
    const { object, unknown } = readMetadata(value, path)
    reading.unknown.push(...unknown)
    return object
  } catch (error) {
    if (error instanceof DecodeError) throw refused(path, value, error.message)
    throw error
  }
}

function refused(path: string, value: Json, problem: string): DecodeError {
  const { field, message } = invalid(path, sortKeys(value), problem)
  return new DecodeError(`${field}: ${message}`)
}
