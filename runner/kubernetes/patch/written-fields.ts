// Sets of fields as they are written (FieldsV1). Equal parts of them are one value for all objects that have them: a controller's objects
// are all alike, and so are the fields that it manages in them. What was written here is read back without being parsed.
import { isObject, type JsonObject } from '../../base/json.ts'
import { emptyFieldSet, type FieldSet, sortedChildren } from './field-set.ts'

/** Parts that are known at a time: far more than the controllers of a cluster have. */
const most = 4096

/** A part in its written form; equal parts have the same number. */
interface Written {
  readonly id: number
  readonly fields: JsonObject
}

const leaf: Written = { id: 0, fields: Object.freeze({}) }
const known = new Map<string, Written>()
const forms = new WeakMap<FieldSet, Written>()
const sets = new WeakMap<JsonObject, FieldSet>([[leaf.fields, Object.freeze({ member: true, children: new Map() })]])
let lastId = 0

/** Writes FieldsV1, elements in the server's order. */
export function writeFields(set: FieldSet): JsonObject {
  return write(set.member ? { member: false, children: set.children } : set).fields
}

/** Reads FieldsV1. */
export function readFields(fields: JsonObject): FieldSet {
  const set = read(fields)
  if (!set.member) return set
  return set.children.size === 0 ? emptyFieldSet() : { member: false, children: set.children }
}

function write(set: FieldSet): Written {
  if (set.children.size === 0) return leaf
  const before = forms.get(set)
  if (before) return before
  let content = set.member ? '.' : ''
  for (const [element, child] of set.children) content += `${element.length} ${element}${write(child).id};`
  const written = known.get(content) ?? introduce(content, set)
  forms.set(set, written)
  return written
}

function introduce(content: string, set: FieldSet): Written {
  const fields: Record<string, JsonObject> = set.member ? { '.': leaf.fields } : {}
  for (const [element, child] of sortedChildren(set)) fields[element] = write(child).fields
  lastId += 1
  const written = { id: lastId, fields: Object.freeze(fields) }
  if (known.size >= most) known.clear()
  known.set(content, written)
  sets.set(fields, set)
  return written
}

function read(fields: JsonObject): FieldSet {
  const before = sets.get(fields)
  if (before) return before
  const set = emptyFieldSet()
  for (const key in fields) {
    const below = fields[key]
    if (key !== '.') set.children.set(key, read(isObject(below) ? below : leaf.fields))
  }
  set.member = set.children.size === 0 || fields['.'] !== undefined
  return set
}
