// Values whose shape their type leaves open, and the schemas of definitions, which may stand beside other shapes.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { AnySchema } from '../openapi/schema.ts'
import { DecodeError, describe } from './reading.ts'

/** Reads a value of an open type; `schema` reads a JSONSchemaProps that stands inside it. Throws DecodeError. */
export function decodeAny(value: Json, any: AnySchema, schema: (value: JsonObject) => Json): Json {
  switch (any.type) {
    case 'json-schema-or-bool':
      if (isObject(value)) return schema(value)
      if (typeof value === 'boolean') return value
      throw new DecodeError('boolean or JSON schema expected')
    case 'json-schema-or-array':
      if (Array.isArray(value)) return value.map((item: Json) => (isObject(item) ? schema(item) : item))
      return isObject(value) ? schema(value) : null
    case 'json-schema-or-string-array':
      if (Array.isArray(value)) return value.map(readText)
      return isObject(value) ? schema(value) : null
    default:
      return value
  }
}

function readText(value: Json): string {
  if (typeof value === 'string') return value
  throw new DecodeError(`json: cannot unmarshal ${describe(value)} into Go value of type string`)
}
