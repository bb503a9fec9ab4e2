// Sets of fields as they are written (FieldsV1). Equal parts of them are one value for all objects that have them: a controller's objects
// are all alike, and so are the fields that it manages in them. What was written here is read back without being parsed.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { emptyFieldSet, type FieldSet, sortedChildren, type WrittenFields } from './field-set.ts'

/** Parts that are known at a time: far more than what the controllers of a cluster manage has. */
const most = 16_384

const leaf = makeLeaf()
/** Parts by their elements and what is below each, as one text. */
const parts = new Map<string, WrittenFields>()
let named = 0
/** What was written as a whole, to be read back. */
const sets = new WeakMap<JsonObject, FieldSet>()

function makeLeaf(): WrittenFields {
  const set: FieldSet = { member: true, children: new Map(), written: undefined }
  const written: WrittenFields = { fields: Object.freeze({}), id: 0, set }
  set.written = written
  return written
}

/** Writes FieldsV1, elements in the server's order. */
export function writeFields(set: FieldSet): JsonObject {
  forgetMany()
  const written = write(set.member ? { member: false, children: set.children, written: undefined } : set)
  if (written !== leaf) sets.set(written.fields, written.set)
  return written.fields
}

/** The first set that was like this one: what is reckoned of it is good for all its equals. */
export function sharedSet(set: FieldSet): FieldSet {
  if (set.children.size === 0) return set
  forgetMany()
  return write(set).set
}

/** An operation that remembers what came of shared sets; others are not expected to come again. */
export function remembering(operation: (a: FieldSet, b: FieldSet) => FieldSet): (a: FieldSet, b: FieldSet) => FieldSet {
  const known = new WeakMap<FieldSet, WeakMap<FieldSet, FieldSet>>()
  return (a, b) => {
    if (!isShared(a) || !isShared(b)) return operation(a, b)
    const before = known.get(a)?.get(b)
    if (before) return before
    const result = sharedSet(operation(a, b))
    const ofFirst = known.get(a) ?? new WeakMap<FieldSet, FieldSet>()
    known.set(a, ofFirst.set(b, result))
    return result
  }
}

function isShared(set: FieldSet): boolean {
  return set.written?.set === set
}

function forgetMany(): void {
  if (parts.size > most) parts.clear()
}

/** Kinds of elements: fields, keys, values and indices. */
const known = new Set(['f', 'k', 'v', 'i'])

/** Reads FieldsV1; undefined if it is none. Elements of kinds yet to be invented are left out (structured-merge-diff `Set.FromJSON`). */
export function readFields(fields: Json): FieldSet | undefined {
  const set = isObject(fields) ? read(fields) : undefined
  if (!set) return undefined
  if (!set.member) return set
  return set.children.size === 0 ? emptyFieldSet() : { member: false, children: set.children, written: undefined }
}

function write(set: FieldSet): WrittenFields {
  if (set.written) return set.written
  if (set.children.size === 0) return leaf
  let text = set.member ? '.' : ''
  for (const [element, child] of set.children) text += `${element.length} ${element}${write(child).id},`
  const known = parts.get(text)
  const written = known ?? introduce(set)
  if (!known) parts.set(text, written)
  set.written = written
  return written
}

function introduce(set: FieldSet): WrittenFields {
  const fields: Record<string, JsonObject> = set.member ? { '.': leaf.fields } : {}
  for (const [element, child] of sortedChildren(set)) fields[element] = write(child).fields
  named += 1
  return { fields: Object.freeze(fields), id: named, set }
}

function read(fields: JsonObject): FieldSet | undefined {
  const before = sets.get(fields)
  if (before) return before
  const set = emptyFieldSet()
  for (const key in fields) {
    if (key === '.') continue
    const below = fields[key]
    const child = key[1] === ':' && isObject(below) ? read(below) : undefined
    if (!child) return undefined
    if (known.has(key.slice(0, 1))) set.children.set(key, child)
  }
  set.member = set.children.size === 0 || fields['.'] !== undefined
  return set
}
