// Sets of field paths, as managedFields holds them (FieldsV1): a tree of path elements, some of them members of the set.
import type { JsonObject } from '../../base/json.ts'
import { compareElements, type PathElement } from './path-element.ts'

/** A set of paths below one place; `member` says whether the place itself belongs to it. */
export interface FieldSet {
  member: boolean
  readonly children: Map<PathElement, FieldSet>
  /** Its written form, once it was written. Whoever changes a set does so before. */
  written: WrittenFields | undefined
}

/** FieldsV1 of a set; sets that hold the same paths have the same one. */
export interface WrittenFields {
  readonly fields: JsonObject
  /** Its name within the texts of what holds it. */
  readonly id: number
  /** The first set that was written so. */
  readonly set: FieldSet
}

/** The path of a field: elements from the root down. */
export type FieldPath = readonly PathElement[]

/** A set with nothing in it. */
export function emptyFieldSet(): FieldSet {
  return { member: false, children: new Map(), written: undefined }
}

/** True if no path is in the set. */
export function isEmptyFieldSet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0
}

/** Adds a path to a set that is still being made. */
export function insertPath(set: FieldSet, path: FieldPath): void {
  let here = set
  for (const element of path) {
    let next = here.children.get(element)
    if (!next) {
      next = emptyFieldSet()
      here.children.set(element, next)
    }
    here = next
  }
  here.member = true
}

/** Whether a path is in the set. */
export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let here: FieldSet | undefined = set
  for (const element of path) here = here?.children.get(element)
  return here?.member === true
}

/** Every path of the set, a level's members before what is deeper. */
export function listPaths(set: FieldSet): readonly FieldPath[] {
  const paths: FieldPath[] = []
  collectPaths(set, [], paths)
  return paths
}

/** Paths in either set; one that holds the other is the answer itself, in each part of it. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptyFieldSet(b)) return a
  if (isEmptyFieldSet(a)) return b
  let [asA, asB] = [b.member ? a.member : true, a.member ? b.member : true]
  let children: Map<PathElement, FieldSet> | undefined
  for (const [element, child] of b.children) {
    const other = a.children.get(element)
    const both = other ? union(other, child) : child
    if (both !== child) asB = false
    if (both === other) continue
    asA = false
    children ??= new Map(a.children)
    children.set(element, both)
  }
  if (asA) return a
  if (asB && a.children.size <= b.children.size && holdsAll(b, a)) return b
  return { member: a.member || b.member, children: children ?? a.children, written: undefined }
}

/** True if a set has every place right below another one. */
function holdsAll(set: FieldSet, part: FieldSet): boolean {
  for (const element of part.children.keys()) if (!set.children.has(element)) return false
  return true
}

/** Paths in `a` that are not in `b`; what is below a path of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptyFieldSet(b)) return a
  return combine(a, b, difference, a.member && !b.member)
}

/** Paths in `a` that are neither in `b` nor below a path of it. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptyFieldSet(b)) return a
  if (b.member) return emptyFieldSet()
  return combine(a, b, recursiveDifference, a.member)
}

/** Paths in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const both = other && intersection(child, other)
    if (both && !isEmptyFieldSet(both)) children.set(element, both)
  }
  return { member: a.member && b.member, children, written: undefined }
}

function combine(a: FieldSet, b: FieldSet, operation: (a: FieldSet, b: FieldSet) => FieldSet, member: boolean): FieldSet {
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const left = other ? operation(child, other) : child
    if (!isEmptyFieldSet(left)) children.set(element, left)
  }
  return { member, children, written: undefined }
}

function collectPaths(set: FieldSet, prefix: FieldPath, paths: FieldPath[]): void {
  const children = sortedChildren(set)
  for (const [element, child] of children) if (child.member) paths.push([...prefix, element])
  for (const [element, child] of children) collectPaths(child, [...prefix, element], paths)
}

/** The places right below a set's own, in the server's order. */
export function sortedChildren(set: FieldSet): readonly (readonly [PathElement, FieldSet])[] {
  const children = [...set.children]
  return children.length > 1 ? children.sort(([a], [b]) => compareElements(a, b)) : children
}
