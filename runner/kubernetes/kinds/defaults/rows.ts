// Static defaulting as data: rows of a path and the value it gets where nothing is set. Objects that lack nothing stay the same object.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'

/** Value of a default, or what computes it from the object that holds the field and the whole object. */
export type DefaultValue = Json | ((parent: JsonObject, root: JsonObject) => Json | undefined)

/**
 * One default: `spec.ports[].protocol`, `status.capacity{}`; `[]` stands for every item, `{}` for every member. The row works
 * only where the parent is there. A text counts as unset when empty; a number when 0 only in a row marked `zero`; a computed
 * value of a row marked `always` replaces what is there.
 */
export type DefaultRow = readonly [path: string, value: DefaultValue, mark?: 'zero' | 'always']

interface Step {
  readonly name: string
  readonly each: 'item' | 'member' | undefined
}

/** A default at the end of its path. */
interface Leaf extends Step {
  readonly value: DefaultValue
  readonly mark: 'zero' | 'always' | undefined
}

/** Rows that begin with the same step, one right after another: the way there is gone once for all of them. */
interface Branch extends Step {
  readonly rows: (Leaf | Branch)[]
}

/** Makes a defaulting function of rows; they work in order, each on the result of those before. */
export function defaultsOf(rows: readonly DefaultRow[]): (object: KubernetesObject) => KubernetesObject {
  const trees: (Leaf | Branch)[][] = []
  let open: (Leaf | Branch)[] | undefined
  for (const [path, value, mark] of rows) {
    // What looks at the whole object must see all that came before: it goes its way alone.
    const looksAround = typeof value === 'function' && value.length > 1
    const tree = (looksAround ? undefined : open) ?? []
    if (tree !== open) trees.push(tree)
    open = looksAround ? undefined : tree
    grow(tree, path.split('.').map(parseStep), { value, mark })
  }
  return (object) =>
    trees.reduce((root: JsonObject, tree) => applyAll(root, tree, root), object as KubernetesObject & JsonObject) as KubernetesObject & JsonObject
}

function grow(rows: (Leaf | Branch)[], [step, ...rest]: readonly Step[], leaf: Omit<Leaf, keyof Step>): void {
  if (step === undefined) return
  if (rest.length === 0) {
    rows.push({ ...step, ...leaf })
    return
  }
  const last = rows.at(-1)
  const shared = last && 'rows' in last && last.name === step.name && last.each === step.each ? last : undefined
  const branch = shared ?? { ...step, rows: [] }
  if (!shared) rows.push(branch)
  grow(branch.rows, rest, leaf)
}

/** The same rows below another path. */
export function rowsAt(prefix: string, rows: readonly DefaultRow[]): readonly DefaultRow[] {
  return rows.map(([path, value, mark]) => (mark === undefined ? [`${prefix}.${path}`, value] : [`${prefix}.${path}`, value, mark]))
}

/** Rows that make the objects on the way to a path, as a Go struct has them even when nobody wrote them. */
export function objectsTo(path: string): readonly DefaultRow[] {
  const names = path.split('.')
  return names.map((_name, index): DefaultRow => [names.slice(0, index + 1).join('.'), {}])
}

function parseStep(text: string): Step {
  if (text.endsWith('[]')) return { name: text.slice(0, -2), each: 'item' }
  if (text.endsWith('{}')) return { name: text.slice(0, -2), each: 'member' }
  return { name: text, each: undefined }
}

function applyAll(node: JsonObject, rows: readonly (Leaf | Branch)[], root: JsonObject): JsonObject {
  let result = node
  for (const row of rows) {
    const before = result[row.name]
    if (before === undefined && 'rows' in row) continue
    const after = row.each === undefined ? applyTo(before, row, result, root) : mapParts(before, (part, parent) => applyTo(part, row, parent, root))
    if (after !== before) result = { ...result, [row.name]: after }
  }
  return result
}

function applyTo(part: Json | undefined, row: Leaf | Branch, parent: JsonObject, root: JsonObject): Json | undefined {
  if ('rows' in row) return isObject(part) ? applyAll(part, row.rows, root) : part
  return defaulted(part, row, parent, root)
}

function mapParts(value: Json | undefined, change: (part: Json | undefined, parent: JsonObject) => Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const next = value.map((part) => change(part as Json, {}) ?? null)
    return next.every((part, index) => part === value[index]) ? value : next
  }
  if (!isObject(value)) return value
  let next: JsonObject = value
  for (const [key, part] of Object.entries(value)) {
    const changed = change(part, value)
    if (changed !== part) next = { ...next, [key]: changed }
  }
  return next
}

function defaulted(value: Json | undefined, row: Leaf, parent: JsonObject, root: JsonObject): Json | undefined {
  const unset = value === undefined || value === null || value === '' || (row.mark === 'zero' && value === 0)
  if (!unset && row.mark !== 'always') return value
  return (typeof row.value === 'function' ? row.value(parent, root) : row.value) ?? value
}
