// Expressions as cel-go sees them: the library's tree with its macros written out (cel-go `parser/macros.go`, `ext`), and where
// each part stands in the text.
import type { ExpressionNode } from './fields.ts'
import { isNode } from './fields.ts'
import { type CelType, simple } from './types.ts'

/** A part of an expression; `at` is where errors mark it. */
export type Expr =
  | { readonly kind: 'literal'; readonly at: number; readonly value: unknown; readonly type: CelType }
  | { readonly kind: 'ident'; readonly at: number; readonly name: string }
  | { readonly kind: 'select'; readonly at: number; readonly operand: Expr; readonly field: string; readonly test: boolean; readonly optional: boolean }
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly target: Expr | undefined; readonly args: readonly Expr[] }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Expr[]; readonly optionals: Optionals }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly (readonly [Expr, Expr])[]; readonly optionals: Optionals }
  | Comprehension

/** The items of a literal, or the values of its entries, that may be missing: `[?x]`. */
type Optionals = ReadonlySet<Expr>

/** A loop over a range, which gathers something. */
export interface Comprehension {
  readonly kind: 'loop'
  readonly at: number
  readonly range: Expr
  readonly variables: readonly string[]
  readonly gathers: string
  readonly start: Expr
  readonly while: Expr
  readonly step: Expr
  readonly result: Expr
}

/** An error, and where it is marked. */
export interface TypeProblem {
  readonly at: number
  readonly says: string
}

/** A macro that is called wrongly. */
export class MacroError extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const accumulator = '@result'
const signs: Readonly<Record<string, string>> = { in: '@in', '!_': '!_', '-_': '-_', '?:': '_?_:_' }

/** The expression of a tree; with `bindings`, `cel.bind` is a macro of it. Throws MacroError. */
export function expand(node: ExpressionNode, text: string, bindings = false): Expr {
  return expandNode(node, { text, bindings })
}

interface Source {
  readonly text: string
  readonly bindings: boolean
}

function expandNode(node: unknown, source: Source): Expr {
  if (!isNode(node)) return literal(null, 0)
  const { op, args, pos } = node
  if (op === 'value') return literal(args, pos)
  if (op === 'id') return { kind: 'ident', at: pos, name: String(args) }
  if (op === '-_' && isNode(args) && args.op === 'value') return literal(negative(args.args), pos)
  if (op === '!_' || op === '-_') return call(op, [expandNode(args, source)], pos)
  const list = Array.isArray(args) ? (args as readonly unknown[]) : []
  switch (op) {
    case '.':
    case '.?':
      return { kind: 'select', at: pos - op.length, operand: expandNode(list[0], source), field: String(list[1]), test: false, optional: op === '.?' }
    case 'list':
      return expandList(list, pos, source)
    case 'map':
      return expandMap(list as [unknown, unknown][], pos, source)
    case 'call':
      return expandCall(node, list, source)
    case 'rcall':
      return expandMember(list, source)
    default:
      return operator(op, list, source)
  }
}

const none: Optionals = new Set()

function isOptional(node: unknown): node is ExpressionNode {
  return isNode(node) && node.op === 'optional'
}

function expandList(list: readonly unknown[], at: number, source: Source): Expr {
  const items = list.map((item) => expandNode(isOptional(item) ? item.args : item, source))
  return { kind: 'list', at, items, optionals: new Set(items.filter((_, index) => isOptional(list[index]))) }
}

function expandMap(list: readonly (readonly [unknown, unknown])[], at: number, source: Source): Expr {
  const entries = list.map(([key, value]) => [expandNode(isOptional(key) ? key.args : key, source), expandNode(value, source)] as const)
  return { kind: 'map', at, entries, optionals: new Set(entries.flatMap(([, value], index) => (isOptional(list[index]?.[0]) ? [value] : []))) }
}

function literal(value: unknown, at: number): Expr {
  return { kind: 'literal', at, value, type: literalType(value) }
}

function literalType(value: unknown): CelType {
  if (value === null) return simple('null')
  if (value instanceof Uint8Array) return simple('bytes')
  const names: Readonly<Record<string, string>> = { bigint: 'int', number: 'double', string: 'string', boolean: 'bool', object: 'uint' }
  return simple(names[typeof value] ?? 'dyn')
}

function negative(value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'number' ? -value : value
}

function call(name: string, args: readonly Expr[], at: number, target?: Expr): Expr {
  return { kind: 'call', at, name, target, args }
}

function operator(op: string, list: readonly unknown[], source: Source): Expr {
  const name = op === '[]' ? '_[_]' : op === '[?]' ? '_[?_]' : (signs[op] ?? `_${op}_`)
  const sign = op === '?:' ? '?' : op.charAt(0) === '[' ? '[' : op
  const [left] = list
  const at = source.text.indexOf(sign, isNode(left) ? left.end : 0)
  return call(
    name,
    list.map((each) => expandNode(each, source)),
    at,
  )
}

function expandCall(node: ExpressionNode, [name, args]: readonly unknown[], source: Source): Expr {
  const list = Array.isArray(args) ? (args as readonly unknown[]) : []
  const at = source.text.indexOf('(', node.pos)
  const [only] = list
  if ((name === 'has' || name === 'HAS') && list.length === 1) {
    const tested = expandNode(only, source)
    if (tested.kind !== 'select' || tested.optional) throw new MacroError('invalid argument to has() macro', tested.at)
    return { ...tested, at, test: true }
  }
  return call(
    name === 'HAS' ? 'has' : String(name),
    list.map((each) => expandNode(each, source)),
    at,
  )
}

function expandMember([name, target, args]: readonly unknown[], source: Source): Expr {
  const list = Array.isArray(args) ? (args as readonly unknown[]) : []
  const at = source.text.indexOf('(', isNode(target) ? target.end : 0)
  const macro = isBinding(name, target, source) && list.length === 3 ? bound : macros[`${String(name)}/${list.length}`]
  const on = expandNode(target, source)
  const parts = list.map((each) => expandNode(each, source))
  return macro === undefined ? call(String(name), parts, at, on) : macro({ on, parts, at })
}

function isBinding(name: unknown, target: unknown, { bindings }: Source): boolean {
  return bindings && name === 'bind' && isNode(target) && target.op === 'id' && target.args === 'cel'
}

interface MacroCall {
  readonly on: Expr
  readonly parts: readonly Expr[]
  readonly at: number
}

function variable(part: Expr | undefined): string {
  if (part?.kind !== 'ident') throw new MacroError('argument must be a simple name', part?.at ?? 0)
  return part.name
}

const gathered = (at: number): Expr => ({ kind: 'ident', at, name: accumulator })
const truth = (value: boolean, at: number): Expr => literal(value, at)

interface Loop {
  readonly variables: readonly string[]
  readonly start: Expr
  readonly goesOn?: Expr
  readonly step: Expr
  readonly result?: Expr
}

function loop({ on, at }: MacroCall, { variables, start, goesOn, step, result }: Loop): Expr {
  return { kind: 'loop', at, range: on, variables, gathers: accumulator, start, while: goesOn ?? truth(true, at), step, result: result ?? gathered(at) }
}

/** `all` and its like with their variables, one or two. */
function every(given: MacroCall, count: number): Expr {
  const { parts, at } = given
  const variables = parts.slice(0, count).map(variable)
  const goesOn = call('@not_strictly_false', [gathered(at)], at)
  return loop(given, { variables, start: truth(true, at), goesOn, step: call('_&&_', [gathered(at), parts[count] ?? gathered(at)], at) })
}

function some(given: MacroCall, count: number): Expr {
  const { parts, at } = given
  const variables = parts.slice(0, count).map(variable)
  const goesOn = call('@not_strictly_false', [call('!_', [gathered(at)], at)], at)
  return loop(given, { variables, start: truth(false, at), goesOn, step: call('_||_', [gathered(at), parts[count] ?? gathered(at)], at) })
}

function exactlyOne(given: MacroCall, count: number): Expr {
  const { parts, at } = given
  const more = call('_+_', [gathered(at), literal(1n, at)], at)
  const step = call('_?_:_', [parts[count] ?? gathered(at), more, gathered(at)], at)
  const result = call('_==_', [gathered(at), literal(1n, at)], at)
  return loop(given, { variables: parts.slice(0, count).map(variable), start: literal(0n, at), step, result })
}

interface Gathering {
  readonly count: number
  readonly filter?: Expr | undefined
  readonly value: Expr | undefined
  /** True if values are maps of entries. */
  readonly entries?: boolean
}

function intoList(given: MacroCall, { count, filter, value }: Gathering): Expr {
  const { parts, at } = given
  const more = call('_+_', [gathered(at), { kind: 'list', at, items: value === undefined ? [] : [value], optionals: none }], at)
  const step = filter === undefined ? more : call('_?_:_', [filter, more, gathered(at)], at)
  return loop(given, { variables: parts.slice(0, count).map(variable), start: { kind: 'list', at, items: [], optionals: none }, step })
}

/** Entries of the range's keys, or those that the value makes. */
function intoMap(given: MacroCall, { filter, value, entries }: Gathering): Expr {
  const { parts, at } = given
  const added = [...(entries ? [] : parts.slice(0, 1)), value ?? gathered(at)]
  const more = call('cel.@mapInsert', [gathered(at), ...added], at)
  const step = filter === undefined ? more : call('_?_:_', [filter, more, gathered(at)], at)
  return loop(given, { variables: parts.slice(0, 2).map(variable), start: { kind: 'map', at, entries: [], optionals: none }, step })
}

/** A value under a name for one expression. */
function bind(name: string, value: Expr, body: Expr): Expr {
  const { at } = body
  const ident: Expr = { kind: 'ident', at, name }
  return {
    kind: 'loop',
    at,
    range: { kind: 'list', at, items: [], optionals: none },
    variables: ['#unused'],
    gathers: name,
    start: value,
    while: truth(false, at),
    step: ident,
    result: body,
  }
}

/** `cel.bind(name, value, body)` (cel-go `ext/bindings.go`). */
function bound({ parts: [name, value, body], at }: MacroCall): Expr {
  return bind(variable(name), value ?? gathered(at), body ?? gathered(at))
}

function optionalMap({ on, parts, at }: MacroCall, flat: boolean): Expr {
  const [name, body = gathered(at)] = parts
  const named = bind(variable(name), call('value', [], at, on), body)
  const some = flat ? named : call('optional.of', [named], at)
  return call('_?_:_', [call('hasValue', [], at, on), some, call('optional.none', [], at)], at)
}

function sortedBy({ on, parts, at }: MacroCall): Expr {
  const input: Expr = { kind: 'ident', at, name: '@__sortBy_input__' }
  const keys = intoList({ on: input, parts, at }, { count: 1, value: parts[1] })
  return bind(input.name, on, call('@sortByAssociatedKeys', [keys], at, input))
}

const macros: Readonly<Record<string, (given: MacroCall) => Expr>> = {
  'all/2': (given) => every(given, 1),
  'all/3': (given) => every(given, 2),
  'exists/2': (given) => some(given, 1),
  'exists/3': (given) => some(given, 2),
  'exists_one/2': (given) => exactlyOne(given, 1),
  'exists_one/3': (given) => exactlyOne(given, 2),
  'existsOne/3': (given) => exactlyOne(given, 2),
  'filter/2': (given) => intoList(given, { count: 1, filter: given.parts[1], value: given.parts[0] }),
  'map/2': (given) => intoList(given, { count: 1, value: given.parts[1] }),
  'map/3': (given) => intoList(given, { count: 1, filter: given.parts[1], value: given.parts[2] }),
  'transformList/3': (given) => intoList(given, { count: 2, value: given.parts[2] }),
  'transformList/4': (given) => intoList(given, { count: 2, filter: given.parts[2], value: given.parts[3] }),
  'transformMap/3': (given) => intoMap(given, { count: 2, value: given.parts[2] }),
  'transformMap/4': (given) => intoMap(given, { count: 2, filter: given.parts[2], value: given.parts[3] }),
  'transformMapEntry/3': (given) => intoMap(given, { count: 2, value: given.parts[2], entries: true }),
  'transformMapEntry/4': (given) => intoMap(given, { count: 2, filter: given.parts[2], value: given.parts[3], entries: true }),
  'optMap/2': (given) => optionalMap(given, false),
  'optFlatMap/2': (given) => optionalMap(given, true),
  'sortBy/2': sortedBy,
}
