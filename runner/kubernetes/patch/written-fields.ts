// Sets of fields as they are written (FieldsV1), each one value for all objects that have it: a controller's objects are all alike, and
// so are the fields that it manages in them. What was written here is read back without being parsed.
import { deepFreeze, type JsonObject } from '../../base/json.ts'
import { type FieldSet, formatFields, parseFields } from './field-set.ts'

/** Sets that are known at a time: far more than the controllers of a cluster have. */
const most = 512

const byPaths = new Map<string, JsonObject>()
const written = new WeakMap<FieldSet, JsonObject>()
const read = new WeakMap<JsonObject, FieldSet>()

/** Writes FieldsV1. */
export function writeFields(set: FieldSet): JsonObject {
  const known = written.get(set)
  if (known) return known
  const paths = pathsOf(set)
  const fields = byPaths.get(paths) ?? introduce(paths, set)
  written.set(set, fields)
  return fields
}

/** Reads FieldsV1. */
export function readFields(fields: JsonObject): FieldSet {
  return read.get(fields) ?? parseFields(fields)
}

function introduce(paths: string, set: FieldSet): JsonObject {
  const fields = deepFreeze(formatFields(set))
  if (byPaths.size >= most) byPaths.clear()
  byPaths.set(paths, fields)
  read.set(fields, set)
  return fields
}

/** A text that only sets of the same paths have; the same paths in another order may have another text. */
function pathsOf(set: FieldSet): string {
  let text = set.member ? '.' : ''
  for (const [element, child] of set.children) text += `${element.length} ${element}${pathsOf(child)};`
  return text
}
