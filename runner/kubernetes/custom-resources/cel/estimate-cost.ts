// What running an expression may cost at most (cel-go `checker/cost.go`): definitions whose rules may cost too much are refused.
import { type Called, callCost, type Operand } from './call-cost.ts'
import type { CheckedTypes } from './check-types.ts'
import { type Estimate, either, exactly, product, sum, unknown } from './cost-size.ts'
import type { Comprehension, Expr } from './expand.ts'
import type { SizedType } from './schema-types.ts'
import { type CelType, formatType } from './types.ts'

/** Sizes of what a list or map holds. */
interface EntrySize {
  readonly list: boolean
  readonly key: Estimate
  readonly value: Estimate
}

interface Variable {
  readonly path: readonly string[]
  readonly size: Estimate | undefined
  readonly entries: EntrySize | undefined
}

interface Costing {
  readonly checked: CheckedTypes
  readonly root: SizedType
  readonly paths: Map<Expr, readonly string[]>
  readonly sizes: Map<Expr, Estimate>
  readonly entries: Map<Expr, EntrySize>
  readonly variables: Map<string, Variable>
}

const listCost = exactly(10)
const mapCost = exactly(30)
const scalars = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

/** The most that an expression about a value of a type may cost. */
export function mostCost(expression: Expr, checked: CheckedTypes, root: SizedType): number {
  return costOf(expression, { checked, root, paths: new Map(), sizes: new Map(), entries: new Map(), variables: new Map() }).max
}

function costOf(part: Expr, costing: Costing): Estimate {
  switch (part.kind) {
    case 'literal':
      return exactly(0)
    case 'ident':
      costing.paths.set(part, costing.variables.get(part.name)?.path ?? [part.name])
      return exactly(1)
    case 'select':
      return selectCost(part, costing)
    case 'call':
      return callsCost(part, costing)
    case 'list':
      return listsCost(part, costing)
    case 'map':
      return mapsCost(part, costing)
    case 'loop':
      return part.while.kind === 'literal' && part.while.value === false ? boundCost(part, costing) : loopCost(part, costing)
  }
}

function selectCost(part: Expr & { readonly kind: 'select' }, costing: Costing): Estimate {
  const operand = costOf(part.operand, costing)
  if (part.test) return operand
  if (part.optional) return sum(operand, exactly(1))
  costing.paths.set(part, [...pathOf(part.operand, costing), part.field])
  const { kind } = costing.checked.typeOf(part.operand)
  return kind === 'map' || kind === 'object' ? sum(operand, exactly(1)) : operand
}

function callsCost(part: Expr & { readonly kind: 'call' }, costing: Costing): Estimate {
  const costs = part.args.map((arg) => costOf(arg, costing))
  const overloads = costing.checked.overloadsOf(part)
  if (part.name === 'dyn') return dynCost(part, costs, costing)
  if (part.name === '_&&_' || part.name === '_||_') return sum(...costs)
  const [asked = exactly(0), yes = exactly(0), no = exactly(0)] = costs
  const member = part.target !== undefined && overloads[0]?.args.length === part.args.length + 1 ? part.target : undefined
  const before = member === undefined ? exactly(0) : costOf(member, costing)
  const operands = { target: member && operandOf(member, costing), args: part.args.map((arg) => operandOf(arg, costing)) }
  const made = overloads.map((overload) => callCost({ ...operands, name: nameOf(part, member), overload } satisfies Called))
  const sizes = made.flatMap(({ size }) => size ?? [])
  settleSize(part, sizes, costing)
  if (part.name === '_?:_' || part.name === '_?_:_') {
    costing.sizes.set(part, either(sizeOf(part.args[1] ?? part, costing), sizeOf(part.args[2] ?? part, costing)))
    return sum(asked, either(yes, no))
  }
  const own = made.map(({ cost }) => cost).reduce<Estimate>((all, cost) => either(all, cost), made[0]?.cost ?? exactly(1))
  return sum(before, own, ...costs)
}

function nameOf(part: Expr & { readonly kind: 'call' }, member: Expr | undefined): string {
  if (member !== undefined || part.target === undefined) return part.name
  return part.target.kind === 'ident' ? `${part.target.name}.${part.name}` : part.name
}

function settleSize(part: Expr & { readonly kind: 'call' }, sizes: readonly Estimate[], costing: Costing): void {
  const [container] = part.args
  if (part.name === '_[_]' && container !== undefined) {
    const isList = costing.checked.typeOf(container).kind === 'list'
    costing.paths.set(part, [...pathOf(container, costing), isList ? '@items' : '@values'])
    const inner = entriesOf(container, costing)
    if (inner !== undefined) costing.sizes.set(part, inner.value)
    return
  }
  if (part.name === '_+_') {
    const both = part.args.map((arg) => entriesOf(arg, costing))
    if (both[0] && both[1]) costing.entries.set(part, unite(both[0], both[1]))
  }
  if (sizes.length > 0) costing.sizes.set(part, sizes.reduce(either))
}

function unite(left: EntrySize, right: EntrySize): EntrySize {
  return { list: left.list, key: either(left.key, right.key), value: either(left.value, right.value) }
}

function dynCost(part: Expr & { readonly kind: 'call' }, costs: readonly Estimate[], costing: Costing): Estimate {
  const [arg] = part.args
  const [size, inner] = arg === undefined ? [] : [computedSize(arg, costing), entriesOf(arg, costing)]
  if (size !== undefined) costing.sizes.set(part, size)
  if (inner !== undefined) costing.entries.set(part, inner)
  return sum(exactly(1), ...costs)
}

function listsCost(part: Expr & { readonly kind: 'list' }, costing: Costing): Estimate {
  const costs = part.items.map((item) => costOf(item, costing))
  const sizes = part.items.map((item) => sizeOf(item, costing))
  costing.entries.set(part, { list: true, key: exactly(1), value: sizes.length === 0 ? exactly(0) : sizes.reduce(either) })
  return sum(listCost, ...costs)
}

function mapsCost(part: Expr & { readonly kind: 'map' }, costing: Costing): Estimate {
  const costs = part.entries.flat().map((each) => costOf(each, costing))
  const [keys, values] = [0, 1].map((index) => part.entries.map((entry) => sizeOf(entry[index] ?? part, costing)))
  const united = (sizes: readonly Estimate[] = []): Estimate => (sizes.length === 0 ? exactly(0) : sizes.reduce(either))
  costing.entries.set(part, { list: false, key: united(keys), value: united(values) })
  return sum(mapCost, ...costs)
}

function loopCost(part: Comprehension, costing: Costing): Estimate {
  const before = sum(costOf(part.range, costing), costOf(part.start, costing))
  const outer = within(costing, part.gathers, {
    path: pathOf(part.start, costing),
    size: computedSize(part.start, costing),
    entries: entriesOf(part.start, costing),
  })
  const inner = withLoopVariables(part, outer)
  const round = sum(costOf(part.while, inner), costOf(part.step, inner))
  const after = costOf(part.result, outer)
  const rounds = sizeOf(part.range, costing)
  if (part.start.kind === 'literal') costing.sizes.set(part, exactly(1))
  else {
    costing.sizes.set(part, rounds)
    const made = entriesOf(part.step, inner)
    if (made !== undefined) costing.entries.set(part, made)
  }
  return sum(before, after, product(rounds, round))
}

function boundCost(part: Comprehension, costing: Costing): Estimate {
  const before = sum(costOf(part.range, costing), costOf(part.start, costing))
  const inner = within(costing, part.gathers, {
    path: pathOf(part.start, costing),
    size: computedSize(part.start, costing),
    entries: entriesOf(part.start, costing),
  })
  const cost = sum(before, costOf(part.result, inner))
  const [size, entries] = [computedSize(part.result, inner), entriesOf(part.result, inner)]
  if (size !== undefined) costing.sizes.set(part, size)
  if (entries !== undefined) costing.entries.set(part, entries)
  return cost
}

function within(costing: Costing, name: string, variable: Variable): Costing {
  return { ...costing, variables: new Map(costing.variables).set(name, variable) }
}

function withLoopVariables(part: Comprehension, costing: Costing): Costing {
  const path = pathOf(part.range, costing)
  const inner = entriesOf(part.range, costing)
  const isList = inner?.list ?? costing.checked.typeOf(part.range).kind === 'list'
  const key: Variable = { path: [...path, isList ? '@indices' : '@keys'], size: inner?.key, entries: undefined }
  const value: Variable = { path: [...path, isList ? '@items' : '@values'], size: inner?.value, entries: undefined }
  const [first = '', second] = part.variables
  if (second !== undefined) return within(within(costing, first, key), second, value)
  return within(costing, first, isList ? value : key)
}

function operandOf(part: Expr, costing: Costing): Operand {
  const type = costing.checked.typeOf(part)
  const path = pathOf(part, costing)
  const item = type.kind === 'list' && path.length > 0 ? sizedAt([...path, '@items'], costing.root) : undefined
  return { part, type, size: sizeOf(part, costing), items: item && type.kind === 'list' ? { type: type.item, size: { min: 0, max: item.most } } : undefined }
}

function pathOf(part: Expr, costing: Costing): readonly string[] {
  const path = (part.kind === 'ident' ? costing.variables.get(part.name)?.path : undefined) ?? costing.paths.get(part) ?? []
  return path[0] === '@result' ? [] : path
}

function sizeOf(part: Expr, costing: Costing): Estimate {
  return computedSize(part, costing) ?? unknown
}

function computedSize(part: Expr, costing: Costing): Estimate | undefined {
  const known = costing.sizes.get(part) ?? writtenSize(part)
  if (known !== undefined) return known
  const path = pathOf(part, costing)
  const sized = path.length > 0 ? sizedAt(path, costing.root) : undefined
  if (sized !== undefined) return { min: 0, max: sized.most }
  if (isScalar(costing.checked.typeOf(part))) return exactly(1)
  return part.kind === 'ident' ? costing.variables.get(part.name)?.size : undefined
}

function isScalar(type: CelType): boolean {
  return type.kind === 'optional' ? isScalar(type.of) : scalars.has(formatType(type))
}

function writtenSize(part: Expr): Estimate | undefined {
  if (part.kind === 'list') return exactly(part.items.length)
  if (part.kind === 'map') return exactly(part.entries.length)
  if (part.kind !== 'literal') return undefined
  if (typeof part.value === 'string') return exactly([...part.value].length)
  return exactly(part.value instanceof Uint8Array ? part.value.length : 1)
}

function entriesOf(part: Expr, costing: Costing): EntrySize | undefined {
  return costing.entries.get(part) ?? (part.kind === 'ident' ? costing.variables.get(part.name)?.entries : undefined)
}

/** What stands at a path, whatever variable it begins with. */
function sizedAt([, ...steps]: readonly string[], root: SizedType): SizedType | undefined {
  let here: SizedType | undefined = root
  for (const step of steps) {
    if (step === '@items' || step === '@values') here = here?.item
    else if (step === '@keys') here = here?.key
    else here = here?.fields?.get(step) ?? here?.others
  }
  return here
}
