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

interface CompiledRow {
  readonly steps: readonly Step[]
  readonly value: DefaultValue
  readonly mark: 'zero' | 'always' | undefined
}

/** Makes a defaulting function of rows; they work in order, each on the result of those before. */
export function defaultsOf(rows: readonly DefaultRow[]): (object: KubernetesObject) => KubernetesObject {
  const compiled = rows.map(([path, value, mark]) => ({ steps: path.split('.').map(parseStep), value, mark }))
  return (object) => {
    const whole = object as KubernetesObject & JsonObject
    return compiled.reduce<JsonObject>((root, row) => apply(root, row, 0, root), whole) as typeof whole
  }
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

function apply(node: JsonObject, row: CompiledRow, depth: number, root: JsonObject): JsonObject {
  const step = row.steps[depth]
  if (step === undefined) return node
  const before = node[step.name]
  const last = depth === row.steps.length - 1
  const into = (part: Json | undefined, parent: JsonObject): Json | undefined =>
    last ? defaulted(part, row, parent, root) : isObject(part) ? apply(part, row, depth + 1, root) : part
  const after = step.each === undefined ? into(before, node) : mapParts(before, (part, parent) => into(part, parent))
  return after === before ? node : { ...node, [step.name]: after }
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

function defaulted(value: Json | undefined, row: CompiledRow, parent: JsonObject, root: JsonObject): Json | undefined {
  const unset = value === undefined || value === null || value === '' || (row.mark === 'zero' && value === 0)
  if (!unset && row.mark !== 'always') return value
  return (typeof row.value === 'function' ? row.value(parent, root) : row.value) ?? value
}
