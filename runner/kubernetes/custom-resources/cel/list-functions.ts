// Lists in rules (cel-go `ext/lists.go` of its third version).
import { type Environment, Optional } from '@marcbachmann/cel-js'

type Handler = (...values: never[]) => unknown
type List = readonly unknown[]

class ListsNamespace {}

const functions: Readonly<Record<string, Handler>> = {
  'list<dyn>.first(): dyn': (items: List) => optional(items[0]),
  'list<dyn>.last(): dyn': (items: List) => optional(items.at(-1)),
  'list<dyn>.reverse(): list': (items: List) => items.toReversed(),
  'list<dyn>.slice(int, int): list': slice,
  'list<dyn>.flatten(): list': (items: List) => items.flat(),
  'list<dyn>.flatten(int): list': flattened,
  'list<dyn>.distinct(): list': (items: List) => items.filter((item, index) => items.findIndex((other) => isSame(item, other)) === index),
  'list<dyn>.sort(): list': (items: List) => items.toSorted(compare),
  'list<dyn>.unwrapOpt(): list': unwrapped,
  'OptionalNamespace.unwrap(list): list': (_optional: unknown, items: List) => unwrapped(items),
  'OptionalNamespace.ofNonZeroValue(dyn): dyn': (_optional: unknown, value: unknown) => optional(isZero(value) ? undefined : value),
  'ListsNamespace.range(int): list': (_lists: ListsNamespace, count: bigint) => Array.from({ length: Number(count) }, (_, index) => BigInt(index)),
}

/** Gives an environment the functions. */
export function registerLists(environment: Environment): void {
  environment.registerType('ListsNamespace', ListsNamespace as never)
  environment.registerConstant('lists', 'ListsNamespace', new ListsNamespace() as never)
  for (const [signature, handler] of Object.entries(functions)) environment.registerFunction(signature, handler as never)
}

/** A value that may be missing, as rules hold it. */
export function optional(value: unknown): unknown {
  return value === undefined ? Optional.none() : Optional.of(value as never)
}

function flattened(items: List, depth: bigint): List {
  if (depth < 0n) throw new Error('level must be non-negative')
  return items.flat(Number(depth))
}

function unwrapped(items: List): List {
  return items.flatMap((item) => (item instanceof Optional && item.hasValue() ? [item.value()] : []))
}

/** True for what a value is that nobody has set; lists and maps of objects are never that. */
function isZero(value: unknown): boolean {
  if (value instanceof Map) return value.size === 0
  return value === null || value === false || value === 0 || value === 0n || value === ''
}

function slice(items: List, from: bigint, to: bigint): List {
  const [start, end] = [Number(from), Number(to)]
  if (start < 0 || end < 0) throw new Error(`cannot slice(${start}, ${end}), negative indexes not supported`)
  if (start > end) throw new Error(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`)
  if (items.length < end) throw new Error(`cannot slice(${start}, ${end}), list is length ${items.length}`)
  return items.slice(start, end)
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || compare(left, right) === 0
}

function compare(left: unknown, right: unknown): number {
  const [a, b] = [left, right].map((value) => (value instanceof Date ? value.getTime() : value)) as [number, number]
  if (typeof a === 'object') return JSON.stringify(left, plain) === JSON.stringify(right, plain) ? 0 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
