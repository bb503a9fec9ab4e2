// What calling a function costs, and how large its result may be (cel-go `checker/cost.go`, apiserver `pkg/cel/library/cost.go`).
import type { Overload } from './check-types.ts'
import { type Estimate, either, exactly, letterCost, patternCost, product, scaled, sum } from './cost-size.ts'
import type { Expr } from './expand.ts'
import { type CelType, formatType } from './types.ts'

/** A part of a call with its size. */
export interface Operand {
  readonly part: Expr
  readonly type: CelType
  readonly size: Estimate
  /** The size of its items, if it is a list that is read from the object. */
  readonly items?: { readonly type: CelType; readonly size: Estimate } | undefined
}

/** A call as its cost is estimated. */
export interface Called {
  readonly name: string
  readonly overload: Overload
  readonly target: Operand | undefined
  readonly args: readonly Operand[]
}

/** The cost of the call alone, and the size of what it makes where that is known. */
export interface CallCost {
  readonly cost: Estimate
  readonly size?: Estimate
}

const nominal: CallCost = { cost: exactly(1) }
const nominalNames = new Set(
  `masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named sign asInteger isInteger
   asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery`.split(/\s+/),
)
const addressSize: Estimate = { min: 4, max: 16 }
const formatSize = 64
const namePatternSize = 128

/** The estimate for one way to mean a call. */
export function callCost(called: Called): CallCost {
  const library = libraryCosts[called.name]?.(called)
  if (library !== undefined) return library
  if (nominalNames.has(called.name)) return nominal
  return ownCosts[called.name]?.(called) ?? nominal
}

type Costing = (called: Called) => CallCost | undefined

const walked = (size: Estimate, result?: Estimate): CallCost => ({ cost: scaled(size, letterCost), ...(result && { size: result }) })
const textOf: Costing = ({ target }) => target && walked(target.size, target.size)
const argument: Costing = ({ args: [only] }) => only && walked(only.size)

/** Looking at every item once; those that are texts are walked through. */
const eachItem: Costing = ({ target }) => {
  if (target === undefined) return undefined
  if (target.items === undefined) return walked(target.size)
  const isText = ['string', 'bytes'].includes(formatType(target.items.type))
  return { cost: product(target.size, isText ? sum(exactly(1), scaled(target.items.size, letterCost)) : exactly(1)) }
}

const find: Costing = ({ target, args: [pattern] }) => {
  if (target === undefined || pattern === undefined) return undefined
  const text = scaled(sum(target.size, exactly(1)), letterCost)
  return { cost: product(text, scaled(pattern.size, patternCost)), size: { min: 0, max: target.size.max } }
}

const replace: Costing = ({ target, args: [from, to] }) => {
  if (target === undefined || from === undefined || to === undefined) return undefined
  const most = replaced(target.size.max, { from: from.size.min, to: to.size.max, changes: to.size.max > from.size.min })
  const least = replaced(target.size.min, { from: from.size.max, to: to.size.min, changes: from.size.max > to.size.min })
  return { cost: scaled(target.size, 2 * letterCost), size: { min: least, max: most } }
}

function replaced(size: number, { from, to, changes }: { readonly from: number; readonly to: number; readonly changes: boolean }): number {
  if (from === 0) return to === 0 ? size : (size + 1) * to + size
  if (!changes || size === 0) return size
  return to === 0 ? 0 : Math.ceil(size / from) * to
}

const split: Costing = ({ target, args: [, limit] }) => {
  if (target === undefined) return undefined
  const literal = limit?.part.kind === 'literal' && typeof limit.part.value === 'bigint' ? Number(limit.part.value) : undefined
  return {
    cost: scaled(target.size, 2 * letterCost),
    size: { min: 0, max: literal === undefined ? target.size.max : literal < 0 ? Number.POSITIVE_INFINITY : literal },
  }
}

const join: Costing = ({ target, args: [separator] }) => {
  if (target === undefined) return undefined
  const texts = target.items === undefined ? exactly(0) : product(target.size, target.items.size)
  const gaps: Estimate = { min: Math.max(0, target.size.min - 1), max: Math.max(0, target.size.max - 1) }
  const size = separator === undefined ? texts : sum(texts, product(separator.size, gaps))
  return walked(size, size)
}

/** Comparing two addresses; one that is a text is read first. */
const containsIp: Costing = ({ args: [other], overload }) => {
  if (other === undefined) return undefined
  const compared = scaled(sum(addressSize, addressSize), letterCost)
  return { cost: isText(overload) ? sum(compared, scaled(other.size, letterCost)) : compared }
}

const containsCidr: Costing = (called) => {
  const compared = containsIp(called)
  return compared && { cost: sum(compared.cost, scaled(addressSize, letterCost), exactly(1)) }
}

function isText({ args }: Overload): boolean {
  return formatType(args.at(-1) ?? { kind: 'simple', name: '' }) === 'string'
}

/** A list that is made of another. */
function made(factor: number, size: Estimate): CallCost {
  return { cost: sum(exactly(11), scaled(size, factor)), size }
}

function numberOf(operand: Operand | undefined, otherwise: number): number {
  return operand?.part.kind === 'literal' && typeof operand.part.value === 'bigint' ? Number(operand.part.value) : otherwise
}

const sorted: Costing = ({ target, args: [keys], overload, name }) => {
  const list = name === 'sort' ? target : keys
  if (list === undefined) return undefined
  const [type] = overload.args.slice(-1)
  const isText = type?.kind === 'list' && ['string', 'bytes'].includes(formatType(type.item))
  return made(isText ? 2 + letterCost : 2, product(list.size, list.size))
}

const compareSets =
  (factor: number): Costing =>
  ({ args: [left, right] }) =>
    left && right && { cost: sum(exactly(1), scaled(product(left.size, right.size), factor)) }

const equality: Costing = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || formatType(left.type) !== formatType(right.type)) return undefined
  const name = formatType(left.type)
  if (/^(net\.(IP|CIDR)|kubernetes\.(Quantity|Semver))$/.test(name)) return nominal
  if (name === 'kubernetes.NamedFormat') return walked({ min: 1, max: formatSize })
  return name === 'kubernetes.URL' ? walked({ min: 1, max: right.size.max }) : undefined
}

const libraryCosts: Readonly<Record<string, Costing>> = {
  ...Object.fromEntries(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, eachItem] as const)),
  ...Object.fromEntries(['lowerAscii', 'upperAscii', 'substring', 'trim'].map((name) => [name, textOf] as const)),
  ...Object.fromEntries(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name) => [name, argument] as const)),
  url: ({ args: [only] }) => only && walked(only.size, only.size),
  replace,
  split,
  join,
  find,
  findAll: find,
  ip: ({ target, args: [only] }) => (target !== undefined ? nominal : only && walked(only.size)),
  'ip.isCanonical': ({ args: [only] }) => only && { cost: scaled(only.size, 2 * letterCost) },
  containsIP: containsIp,
  containsCIDR: containsCidr,
  validate: ({ args: [only] }) => only && { cost: scaled(scaled(only.size, letterCost), namePatternSize * patternCost) },
  '_==_': equality,
  'sets.contains': compareSets(1),
  'sets.intersects': compareSets(1),
  'sets.equivalent': compareSets(2),
  slice: ({ target, args: [from, to] }) => target && made(1, exactly(numberOf(to, target.size.max) - numberOf(from, 0))),
  flatten: ({ target, args: [depth] }) => target && made(depth === undefined ? 1 : numberOf(depth, Number.POSITIVE_INFINITY), target.size),
  'lists.range': ({ args: [count] }) => made(1, exactly(numberOf(count, Number.POSITIVE_INFINITY))),
  reverse: ({ target }) => target && made(1, target.size),
  distinct: ({ target }) => target && made(2, product(target.size, target.size)),
  sort: sorted,
  '@sortByAssociatedKeys': sorted,
}

const compared: Costing = ({ args: [left, right], overload, name }) => {
  const isWalked = name === '_==_' || name === '_!=_' || ['string', 'bytes'].includes(formatType(overload.args[0] ?? { kind: 'simple', name: '' }))
  if (!isWalked || left === undefined || right === undefined) return undefined
  const max = Math.min(left.size.max, right.size.max)
  return walked({ min: max > 0 ? 1 : 0, max })
}

const added: Costing = ({ args: [left, right], overload }) => {
  if (left === undefined || right === undefined) return undefined
  const size = sum(left.size, right.size)
  const [type] = overload.args
  if (type?.kind === 'list') return { cost: exactly(1), size }
  return type !== undefined && ['string', 'bytes'].includes(formatType(type)) ? walked(size, size) : undefined
}

const found: Costing = ({ args: [, list], overload }) => (overload.args[1]?.kind === 'list' && list ? { cost: scaled(list.size, 1) } : undefined)

const matched: Costing = ({ target, args: [pattern] }) =>
  target && pattern && { cost: product(scaled(sum(target.size, exactly(1)), letterCost), scaled(pattern.size, patternCost)) }

const contained: Costing = ({ target, args: [part] }) => target && part && { cost: product(scaled(target.size, letterCost), scaled(part.size, letterCost)) }

const ownCosts: Readonly<Record<string, Costing>> = {
  ...Object.fromEntries(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_'].map((name) => [name, compared] as const)),
  '_+_': added,
  '@in': found,
  matches: matched,
  contains: contained,
  startsWith: argument,
  endsWith: argument,
  format: ({ target }) => target && walked(target.size),
  'strings.quote': ({ args: [only] }) => only && walked(only.size, { min: only.size.min + 2, max: only.size.max * 2 + 2 }),
  bytes: ({ args: [only], overload }) => (only && isText(overload) ? walked(only.size, { min: only.size.min, max: only.size.max * 4 }) : undefined),
  string: ({ args: [only], overload }) =>
    only && formatType(overload.args[0] ?? only.type) === 'bytes' ? walked(only.size, { min: Math.floor(only.size.min / 4), max: only.size.max }) : undefined,
  '_?:_': ({ args }) => ({ cost: exactly(0), size: either(args[1]?.size ?? exactly(0), args[2]?.size ?? exactly(0)) }),
}
