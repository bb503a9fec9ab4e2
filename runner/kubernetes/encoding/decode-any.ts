// Values whose shape their type leaves open.
import { isObject, type Json } from '../../base/json.ts'
import type { AnySchema } from '../openapi/schema.ts'
import { DecodeError, describe } from './reading.ts'

/** Reads a value of an open type as it stands; the JSONSchemaPropsOr… types refuse what is neither. */
export function decodeAny(value: Json, schema: AnySchema): Json {
  if (schema.type === 'json-schema-or-bool' && !isObject(value) && typeof value !== 'boolean') {
    throw new DecodeError('boolean or JSON schema expected')
  }
  if (schema.type === 'json-schema-or-string-array' && Array.isArray(value) && value.some((item) => typeof item !== 'string')) {
    const wrong = value.find((item) => typeof item !== 'string') ?? null
    throw new DecodeError(`json: cannot unmarshal ${describe(wrong)} into Go value of type string`)
  }
  return value
}
