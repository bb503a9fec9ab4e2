// JSON Merge Patch (RFC 7386) as the server's library applies it.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { StatusError } from '../status-error.ts'

/** Applies a merge patch; throws StatusError 400 if the patch is no object. */
export function mergePatch(target: Json, patch: Json): Json {
  if (isObject(patch)) return isObject(target) ? mergeObjects(target, patch) : prune(patch)
  const type = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch
  throw new StatusError('BadRequest', `error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`)
}

function mergeObjects(target: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = mergeValues(result[key], value)
  }
  return result
}

function mergeValues(current: Json | undefined, value: Json): Json {
  if (!isObject(current)) return prune(value)
  return isObject(value) ? mergeObjects(current, value) : value
}

/** What is new carries no null members, also in the objects of its lists. */
function prune(value: Json): Json {
  if (Array.isArray(value)) return value.map(prune)
  if (!isObject(value)) return value
  const result: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined && member !== null) result[key] = prune(member)
  }
  return result
}
