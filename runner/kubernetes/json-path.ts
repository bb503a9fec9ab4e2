// Evaluates kubectl's dialect of JSONPath (client-go `util/jsonpath`). Missing keys give nothing.
import { isObject, type Json, sortKeys } from '../base/json.ts'
import { JsonPathError, type PathNode, parseJsonPath } from './json-path-parser.ts'

/** What a template prints; throws JsonPathError. `asJson` prints all results as one indented JSON list. */
export function evaluateJsonPath(template: string, value: Json, options: { readonly asJson?: boolean } = {}): string {
  const results = run(parseJsonPath(template), value).results
  if (options.asJson === true) return `${JSON.stringify(sortKeys(results.flat()), undefined, 4)}\n`
  return results.map((group) => group.map(printResult).join(' ')).join('')
}

/** The values at a path such as `.spec.replicas`, with or without braces; throws JsonPathError. */
export function findJsonPath(path: string, value: Json): readonly Json[] {
  const relaxed = relaxJsonPath(path)
  return relaxed === '' ? [] : run(parseJsonPath(relaxed), value).results.flat()
}

/** The form that kubectl makes of a loosely written path: `kind`, `.kind`, `{kind}` are all `{.kind}`. Throws JsonPathError. */
export function relaxJsonPath(path: string): string {
  if (path === '') return ''
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path)
  if (match) return `{.${match[1] ?? match[2]}}`
  throw new JsonPathError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`)
}

interface Run {
  /** A group for each node; a range adds the groups of each round. */
  readonly results: readonly (readonly Json[])[]
  /** How many nodes were passed, up to and with the `end` that ended a range. */
  readonly passed: number
}

function run(nodes: readonly PathNode[], value: Json, inRange = false): Run {
  const results: (readonly Json[])[] = []
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    if (!node) break
    const word = keyword(node)
    if (word === 'end' && inRange) return { results, passed: index + 1 }
    if (word === 'end') throw new JsonPathError('not in range, nothing to end')
    const found = walk([value], node)
    if (word !== 'range') {
      results.push(found)
      continue
    }
    const body = nodes.slice(index + 1)
    const rounds = (found.length > 0 ? found : [null]).map((item) => run(body, item, true))
    if (found.length > 0) results.push(...rounds.flatMap((round) => round.results))
    index += rounds.at(-1)?.passed ?? 0
  }
  return { results, passed: nodes.length }
}

/** `{range …}` and `{end}` steer; they stand first in their braces. */
function keyword(node: PathNode): 'range' | 'end' | undefined {
  const first = node.kind === 'list' ? node.nodes[0] : undefined
  if (first?.kind !== 'identifier') return undefined
  return first.name === 'range' || first.name === 'end' ? first.name : undefined
}

function walk(values: readonly Json[], node: PathNode): readonly Json[] {
  switch (node.kind) {
    case 'list':
      return walkAll(values, node.nodes)
    case 'text':
      return [node.text]
    case 'number':
    case 'boolean':
      return [node.value]
    case 'field':
      return values.flatMap((value) => (isObject(value) && Object.hasOwn(value, node.name) ? [value[node.name] ?? null] : []))
    case 'slice':
      return slice(values, node)
    case 'wildcard':
      return values.flatMap(children)
    case 'recursive':
      return values.flatMap(descend)
    case 'union':
      return node.lists.flatMap((list) => walkAll(values, list))
    case 'filter':
      return values.flatMap((value) => filter(value, node))
    case 'identifier':
      if (node.name === 'range' || node.name === 'end') return values
      throw new JsonPathError(`unrecognized identifier ${node.name}`)
  }
}

function walkAll(values: readonly Json[], nodes: readonly PathNode[]): readonly Json[] {
  return nodes.reduce<readonly Json[]>(walk, values)
}

/** A text counts as a list of its bytes, as it does in Go. */
function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value
  if (isObject(value)) return Object.values(value).map((member) => member ?? null)
  return typeof value === 'string' ? [...new TextEncoder().encode(value)] : []
}

function descend(value: Json): readonly Json[] {
  const below = children(value)
  return below.length === 0 ? [] : [value, ...below.flatMap(descend)]
}

function slice(values: readonly Json[], node: PathNode & { readonly kind: 'slice' }): readonly Json[] {
  const result: Json[] = []
  for (const value of values) {
    if (value === null) continue
    if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`)
    const from = fromEnd(node.from ?? 0, value.length)
    const end = node.to ?? value.length
    const to = end < 0 || (end === 0 && node.single) ? end + value.length : end
    if (from === to) return result
    refuseOutside(from, to, value.length)
    if (node.step !== undefined && node.step <= 0) throw new JsonPathError('step must be > 0')
    const part: readonly Json[] = value.slice(from, to)
    result.push(...part.filter((_, index) => index % (node.step ?? 1) === 0))
  }
  return result
}

function fromEnd(index: number, length: number): number {
  return index < 0 ? index + length : index
}

function refuseOutside(from: number, to: number, length: number): void {
  if (from >= length || from < 0) throw new JsonPathError(`array index out of bounds: index ${from}, length ${length}`)
  if (to > length || to < 0) throw new JsonPathError(`array index out of bounds: index ${to - 1}, length ${length}`)
  if (from > to) throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`)
}

function filter(value: Json, node: PathNode & { readonly kind: 'filter' }): readonly Json[] {
  if (!Array.isArray(value)) throw new JsonPathError(`${printGo(value)} is not array or slice and cannot be filtered`)
  return value.filter((item: Json) => {
    const left = walkAll([item], node.left)
    if (node.operator === 'exists') return left.length > 0
    if (left.length === 0) return false
    const right = walkAll([item], node.right)
    if (left.length > 1 || right.length > 1) throw new JsonPathError('can only compare one element at a time')
    return right.length > 0 && compare(left[0] ?? null, node.operator, right[0] ?? null)
  })
}

const comparisons: Readonly<Record<string, (a: string | number | boolean, b: string | number | boolean) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function compare(a: Json, operator: string, b: Json): boolean {
  const comparison = comparisons[operator]
  if (!comparison) throw new JsonPathError(`unrecognized filter operator ${operator}`)
  if (typeof a === 'object' || typeof b === 'object') throw new JsonPathError('invalid type for comparison')
  if (goType(a) !== goType(b)) throw new JsonPathError('incompatible types for comparison')
  if (typeof a === 'boolean' && operator !== '==' && operator !== '!=') throw new JsonPathError('invalid type for comparison')
  return comparison(a, b)
}

function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function printGo(value: Json): string {
  return value === null ? '<nil>' : printResult(value)
}

/** Texts as they are, lists and objects as Go's JSON: keys sorted, `<`, `>` and `&` escaped. */
export function printResult(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(sortKeys(value)).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}
