// Sets of fields as they are written (FieldsV1). Equal parts of them are one value for all objects that have them: a controller's objects
// are all alike, and so are the fields that it manages in them. What was written here is read back without being parsed.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { emptyFieldSet, type FieldSet, sortedChildren } from './field-set.ts'

/** Parts that are known at a time: far more than what the controllers of a cluster manage has. */
const most = 16_384

/** A part in its written form; equal parts have the same one. */
interface Written {
  readonly fields: JsonObject
  /** Its name within the texts of what holds it. */
  readonly id: number
}

const leaf: Written = { fields: Object.freeze({}), id: 0 }
/** Parts by their elements and what is below each, as one text. */
const parts = new Map<string, Written>()
let named = 0
const forms = new WeakMap<FieldSet, Written>()
const sets = new WeakMap<JsonObject, FieldSet>([[leaf.fields, Object.freeze({ member: true, children: new Map() })]])

/** Writes FieldsV1, elements in the server's order. */
export function writeFields(set: FieldSet): JsonObject {
  forgetMany()
  return write(set.member ? { member: false, children: set.children } : set).fields
}

/** The first set that was like this one: what is reckoned of it is good for all its equals. */
export function sharedSet(set: FieldSet): FieldSet {
  if (set.children.size === 0) return set
  forgetMany()
  return sets.get(write(set).fields) ?? set
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
  const written = forms.get(set)
  return written !== undefined && sets.get(written.fields) === set
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
  return set.children.size === 0 ? emptyFieldSet() : { member: false, children: set.children }
}

function write(set: FieldSet): Written {
  if (set.children.size === 0) return leaf
  const before = forms.get(set)
  if (before) return before
  let text = set.member ? '.' : ''
  for (const [element, child] of set.children) text += `${element.length} ${element}${write(child).id},`
  const known = parts.get(text)
  const written = known ?? introduce(set)
  if (!known) parts.set(text, written)
  forms.set(set, written)
  return written
}

function introduce(set: FieldSet): Written {
  const fields: Record<string, JsonObject> = set.member ? { '.': leaf.fields } : {}
  for (const [element, child] of sortedChildren(set)) fields[element] = write(child).fields
  sets.set(fields, set)
  named += 1
  return { fields: Object.freeze(fields), id: named }
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
