// Resources of commands that print what the service sends: `properties` flattened, absent fields absent.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** An answer as such commands print it. */
export function flattened(value: Json | undefined): JsonObject {
  if (!isObject(value)) return {}
  const { properties, ...rest } = value
  return { ...rest, ...(isObject(properties) ? properties : {}) }
}
