// The type of an expression, and what is wrong with it (cel-go `checker/checker.go`).
import type { Comprehension, Expr, TypeProblem } from './expand.ts'
import { memberFunctions, plainFunctions } from './function-table.ts'
import { formatProblems, literalProblem, mixtureProblem } from './literal-problems.ts'
import {
  assign,
  type CelType,
  dyn,
  formatType,
  isOpen,
  isSame,
  type Mapping,
  mostGeneral,
  parseType,
  simple,
  splitTypes,
  substitute,
  wrongType,
} from './types.ts'

/** One way to call a function. */
export interface Overload {
  readonly args: readonly CelType[]
  readonly result: CelType
}

/** What checking an expression found. */
export interface CheckedTypes {
  readonly type: CelType
  readonly problems: readonly TypeProblem[]
  typeOf(part: Expr): CelType
  /** The ways in which a call may be meant. */
  overloadsOf(part: Expr): readonly Overload[]
  /** True if one of the variables of the expression is named. */
  names(variable: string): boolean
}

type Scope = ReadonlyMap<string, CelType>

interface Checking {
  readonly problems: TypeProblem[]
  readonly types: Map<Expr, CelType>
  readonly overloads: Map<Expr, Overload[]>
  readonly named: Set<string>
  readonly fixed: Scope
  mapping: Mapping
  params: number
}

const bool = simple('bool')
const keywords = new Set('true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '))
const typeNames: Scope = new Map([
  ...'bool bytes double int string uint null_type'.split(' ').map((name) => [name, { kind: 'type', of: simple(name) } as CelType] as const),
  ['google.protobuf.Timestamp', { kind: 'type', of: simple('timestamp') }],
  ['google.protobuf.Duration', { kind: 'type', of: simple('duration') }],
  ['list', { kind: 'type', of: { kind: 'list', item: dyn } }],
  ['map', { kind: 'type', of: { kind: 'map', key: dyn, value: dyn } }],
  ['type', { kind: 'type', of: { kind: 'type', of: undefined } }],
])

/** Checks an expression that may name some variables. */
export function checkTypes(expression: Expr, variables: Scope): CheckedTypes {
  const checking: Checking = { problems: [], types: new Map(), overloads: new Map(), named: new Set(), fixed: variables, mapping: new Map(), params: 0 }
  check(expression, variables, checking)
  const typeOf = (part: Expr): CelType => substitute(checking.mapping, checking.types.get(part) ?? dyn, true)
  const problems = [...checking.problems, ...(checking.problems.length === 0 ? literalProblems(expression, typeOf) : [])]
  problems.sort((left, right) => left.at - right.at)
  return { type: typeOf(expression), problems, typeOf, overloadsOf: (part) => checking.overloads.get(part) ?? [], names: (name) => checking.named.has(name) }
}

function* eachPart(part: Expr): Generator<Expr, void> {
  yield part
  if (part.kind === 'select') yield* eachPart(part.operand)
  if (part.kind === 'list') for (const item of part.items) yield* eachPart(item)
  if (part.kind === 'map') for (const entry of part.entries.flat()) yield* eachPart(entry)
  if (part.kind === 'loop') for (const inner of [part.range, part.start, part.while, part.step, part.result]) yield* eachPart(inner)
  if (part.kind === 'call') for (const inner of [...(part.target ? [part.target] : []), ...part.args]) yield* eachPart(inner)
}

/** Texts that are given where patterns and times are wanted are read at once. */
function literalProblems(expression: Expr, typeOf: (part: Expr) => CelType): readonly TypeProblem[] {
  const parts = [...eachPart(expression)]
  const formatted = parts.flatMap((part) => (part.kind === 'call' && part.name === 'format' && part.target !== undefined ? part.args : []))
  const free = new Set(formatted.flatMap((part) => [...eachPart(part)]))
  return parts.flatMap((part) => {
    if (part.kind === 'call') return literalProblem(part, typeOf) ?? formatProblems(part, typeOf)
    if (part.kind !== 'map' && (part.kind !== 'list' || free.has(part))) return []
    const parts = part.kind === 'list' ? [part.items] : [0, 1].map((index) => part.entries.flatMap((entry) => entry[index] ?? []))
    const ofItem = (item: Expr): CelType => (part.optionals.has(item) ? within(typeOf(item)) : typeOf(item))
    return parts.flatMap((each) => mixtureProblem(each, ofItem) ?? [])
  })
}

function within(type: CelType): CelType {
  return type.kind === 'optional' ? type.of : type
}

function check(part: Expr, scope: Scope, checking: Checking): CelType {
  const type = typeFor(part, scope, checking)
  checking.types.set(part, type)
  return type
}

function typeFor(part: Expr, scope: Scope, checking: Checking): CelType {
  switch (part.kind) {
    case 'literal':
      return part.type
    case 'ident':
      return checkName(part.name, part.at, scope, checking)
    case 'select':
      return checkSelect(part, scope, checking)
    case 'call':
      return checkCall(part, scope, checking)
    case 'list':
      return { kind: 'list', item: joined(part.items, part.optionals, scope, checking) }
    case 'map':
      return checkMap(part, scope, checking)
    case 'loop':
      return checkLoop(part, scope, checking)
  }
}

function tell(checking: Checking, at: number, says: string): CelType {
  checking.problems.push({ at, says })
  return wrongType
}

function checkName(name: string, at: number, scope: Scope, checking: Checking): CelType {
  const type = scope.get(name)
  if (type !== undefined && type === checking.fixed.get(name)) checking.named.add(name)
  return type ?? typeNames.get(name) ?? tell(checking, at, `undeclared reference to '${name}' (in container '')`)
}

/** `a.b.c`, if the part is nothing but names. */
export function qualifiedName(part: Expr): string | undefined {
  if (part.kind === 'ident') return part.name
  if (part.kind !== 'select' || part.test || part.optional) return undefined
  const before = qualifiedName(part.operand)
  return before === undefined ? undefined : `${before}.${part.field}`
}

function checkSelect(part: Expr & { readonly kind: 'select' }, scope: Scope, checking: Checking): CelType {
  const known = typeNames.get(qualifiedName(part) ?? '')
  if (known !== undefined) return known
  const whole = substitute(checking.mapping, check(part.operand, scope, checking), false)
  const target = whole.kind === 'optional' ? whole.of : whole
  const found = fieldType(part, target, checking)
  if (part.test) return bool
  return whole.kind === 'optional' || part.optional ? { kind: 'optional', of: found } : substitute(checking.mapping, found, false)
}

function fieldType({ field, at }: Expr & { readonly kind: 'select' }, target: CelType, checking: Checking): CelType {
  if (target.kind === 'map') return target.value
  if (target.kind === 'object') {
    const type = target.fields.get(field) ?? (keywords.has(field) ? target.fields.get(`__${field}__`) : undefined)
    return type ?? tell(checking, at, `undefined field '${field}'`)
  }
  if (target.kind === 'param') settle(checking, [dyn], [target])
  else if (!isOpen(target)) tell(checking, at, `type '${formatType(target)}' does not support field selection`)
  return dyn
}

function settle(checking: Checking, wanted: readonly CelType[], given: readonly CelType[]): boolean {
  const next = assign(checking.mapping, wanted, given)
  if (next !== undefined) checking.mapping = next
  return next !== undefined
}

function checkCall(part: Expr & { readonly kind: 'call' }, scope: Scope, checking: Checking): CelType {
  const args = part.args.map((arg) => check(arg, scope, checking))
  const prefix = part.target && qualifiedName(part.target)
  const whole = prefix === undefined ? part.name : `${prefix}.${part.name}`
  const plain = part.target === undefined || prefix !== undefined ? plainFunctions[whole] : undefined
  if (plain !== undefined) return resolve(part, plain, { name: whole, args, member: false }, checking)
  const target = part.target && check(part.target, scope, checking)
  const member = memberFunctions[part.name]
  const known = member ?? plainFunctions[part.name]
  if (known === undefined) return tell(checking, part.at, `undeclared reference to '${part.name}' (in container '')`)
  if (target === undefined) return resolve(part, [], { name: part.name, args, member: false }, checking)
  return resolve(part, member ?? [], { name: part.name, args: [target, ...args], member: true }, checking)
}

interface Called {
  readonly name: string
  readonly args: readonly CelType[]
  readonly member: boolean
}

function resolve(part: Expr & { readonly kind: 'call' }, signatures: readonly string[], { name, args, member }: Called, checking: Checking): CelType {
  if (name === '_&&_' || name === '_||_') return checkTruths(part, args, checking)
  let result: CelType | undefined
  for (const signature of signatures) {
    const overload = readSignature(signature, checking)
    if (!settle(checking, args, overload.args)) continue
    const type = substitute(checking.mapping, overload.result, false)
    checking.overloads.set(part, [...(checking.overloads.get(part) ?? []), overload])
    if (result === undefined) result = type
    else if (!isOpen(result) && !isSame(result, type)) result = dyn
  }
  if (result !== undefined) return result
  const shown = args.map((type) => formatType(substitute(checking.mapping, type, true)))
  const signature = member ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
  return tell(checking, part.at, `found no matching overload for '${name}' applied to '${signature}'`)
}

function checkTruths(part: Expr & { readonly kind: 'call' }, args: readonly CelType[], checking: Checking): CelType {
  checking.overloads.set(part, [{ args: [bool, bool], result: bool }])
  const wrong = args.flatMap((type, index) => (settle(checking, [type], [bool]) ? [] : [{ type, at: part.args[index]?.at ?? part.at }]))
  for (const { type, at } of wrong) tell(checking, at, `expected type 'bool' but found '${formatType(type)}'`)
  return wrong.length > 0 ? wrongType : bool
}

/** A signature with params of its own. */
function readSignature(signature: string, checking: Checking): Overload {
  const [args = '', result = ''] = signature.split(' -> ')
  const names = new Map<string, string>()
  const rename = (name: string): string => {
    const known = names.get(name) ?? `_var${checking.params++}`
    names.set(name, known)
    return known
  }
  return { args: splitTypes(args).map((type) => parseType(type, rename)), result: parseType(result.trim(), rename) }
}

function freshParam(checking: Checking): CelType {
  return { kind: 'param', name: `_var${checking.params++}` }
}

/** The type that parts of a literal have in common; without parts any will do. */
function joined(parts: readonly Expr[], optionals: ReadonlySet<Expr>, scope: Scope, checking: Checking): CelType {
  let common: CelType | undefined
  for (const part of parts) {
    const type = optionals.has(part) ? checkOptional(part, scope, checking) : check(part, scope, checking)
    if (common === undefined) common = type
    else common = settle(checking, [common], [type]) ? mostGeneral(common, type) : dyn
  }
  return common ?? freshParam(checking)
}

/** The type of an item that may be missing, where it is there. */
function checkOptional(part: Expr, scope: Scope, checking: Checking): CelType {
  const type = substitute(checking.mapping, check(part, scope, checking), false)
  if (type.kind === 'optional') return type.of
  if (isOpen(type)) return dyn
  return tell(checking, part.at, `expected type 'optional_type(${formatType(type)})' but found '${formatType(type)}'`)
}

function checkMap({ entries, optionals }: Expr & { readonly kind: 'map' }, scope: Scope, checking: Checking): CelType {
  const [keys, values] = [entries.map(([each]) => each), entries.map(([, each]) => each)]
  const key = joined(keys, optionals, scope, checking)
  return { kind: 'map', key, value: joined(values, optionals, scope, checking) }
}

function checkLoop(part: Comprehension, scope: Scope, checking: Checking): CelType {
  const range = substitute(checking.mapping, check(part.range, scope, checking), false)
  const gathered = check(part.start, scope, checking)
  const outer = new Map(scope).set(part.gathers, gathered)
  const types = variableTypes(range, part, checking)
  const inner = new Map([...outer, ...part.variables.map((name, index) => [name, types[index] ?? dyn] as const)])
  expect(check(part.while, inner, checking), bool, part.while, checking)
  expect(check(part.step, inner, checking), gathered, part.step, checking)
  return substitute(checking.mapping, check(part.result, outer, checking), false)
}

function expect(found: CelType, wanted: CelType, part: Expr, checking: Checking): void {
  if (settle(checking, [wanted], [found])) return
  tell(
    checking,
    part.at,
    `expected type '${formatType(substitute(checking.mapping, wanted, true))}' but found '${formatType(substitute(checking.mapping, found, true))}'`,
  )
}

function variableTypes(range: CelType, part: Comprehension, checking: Checking): readonly CelType[] {
  const two = part.variables.length > 1
  if (range.kind === 'list') return two ? [simple('int'), range.item] : [range.item]
  if (range.kind === 'map') return [range.key, range.value]
  if (range.kind === 'param') settle(checking, [dyn], [range])
  if (range.kind === 'param' || isOpen(range)) return [dyn, dyn]
  tell(checking, part.range.at, `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
  return [wrongType, wrongType]
}
