// Running expressions with their macros written out, as cel-go does (`interpreter/interpretable.go`). What functions and operators
// do is the library's business, but where cel-go does otherwise.
import { Optional } from '@marcbachmann/cel-js'
import type { Comprehension, Expr } from './expand.ts'
import { added, alignedTo } from './keyed-lists.ts'
import { ownFunction } from './own-functions.ts'

/** Runs a small expression of the names `a`, `b`, `c` and so on. */
export type Library = (text: string, values: Readonly<Record<string, unknown>>) => unknown

interface Scope {
  readonly values: Readonly<Record<string, unknown>>
  readonly outer?: Scope
}

/** An error that a loop has gathered. */
class Gathered {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

const names = ['a', 'b', 'c', 'd', 'e']
/** Names that stand before functions, and are nothing by themselves. */
const spaces = new Set(['sets', 'lists', 'strings', 'optional', 'format', 'ip', 'jsonpatch', 'cel'])
const noOverload = 'no such overload'

/** What an expression comes to; throws what is wrong with a run. */
export function runExpression(expression: Expr, values: Readonly<Record<string, unknown>>, library: Library): unknown {
  return new Run(library).value(expression, { values })
}

class Run {
  readonly #library: Library
  constructor(library: Library) {
    this.#library = library
  }

  value(part: Expr, scope: Scope): unknown {
    switch (part.kind) {
      case 'literal':
        return part.value
      case 'ident':
        return this.#named(part.name, scope)
      case 'select':
        return this.#select(part, scope)
      case 'call':
        return this.#call(part, scope)
      case 'list':
        return part.items.flatMap((item) => this.#item(item, part.optionals.has(item), scope))
      case 'map':
        return this.#map(part, scope)
      case 'loop':
        return this.#loop(part, scope)
    }
  }

  #map({ entries, optionals }: Expr & { readonly kind: 'map' }, scope: Scope): unknown {
    return mapOf(
      entries.flatMap(([key, each]) => {
        const name = this.value(key, scope)
        return this.#item(each, optionals.has(each), scope).map((value) => [name, value] as const)
      }),
    )
  }

  #named(name: string, scope: Scope): unknown {
    for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
      if (!Object.hasOwn(here.values, name)) continue
      const value = here.values[name]
      if (value instanceof Gathered) throw value.error
      return value
    }
    return this.#library(name, {})
  }

  #item(item: Expr, isOptional: boolean, scope: Scope): readonly unknown[] {
    const value = this.value(item, scope)
    if (!isOptional) return [value]
    if (!(value instanceof Optional)) throw new Error(`cannot initialize optional list element from non-optional value`)
    return value.hasValue() ? [value.value()] : []
  }

  #select({ operand, field, test, optional }: Expr & { readonly kind: 'select' }, scope: Scope): unknown {
    const holder = this.value(operand, scope)
    if (!test) return this.#library(`a.${optional || holder instanceof Optional ? '?' : ''}${field}`, { a: holder })
    if (!(holder instanceof Optional)) return this.#library(`has(a.${field})`, { a: holder })
    return holder.hasValue() && this.#library(`has(a.${field})`, { a: holder.value() })
  }

  #call(part: Expr & { readonly kind: 'call' }, scope: Scope): unknown {
    const [first, second, third] = part.args
    if (part.name === '_&&_' && first && second) return this.#either(first, second, false, scope)
    if (part.name === '_||_' && first && second) return this.#either(first, second, true, scope)
    if (part.name === '_?_:_' && first && second && third) return this.value(truth(this.value(first, scope)) ? second : third, scope)
    const space = part.target?.kind === 'ident' && spaces.has(part.target.name) && !isNamed(part.target.name, scope) ? part.target.name : undefined
    const target = space === undefined ? part.target : undefined
    const given = [...(target ? [target] : []), ...part.args].map((each) => this.value(each, scope))
    return this.#apply({ ...part, target, name: space === undefined ? part.name : `${space}.${part.name}` }, given)
  }

  /** One of two that decides does so, whatever comes of the other. */
  #either(left: Expr, right: Expr, decisive: boolean, scope: Scope): boolean {
    const [first, second] = [this.#attempt(left, scope), () => this.#attempt(right, scope)]
    if (first === decisive) return decisive
    const other = second()
    if (other === decisive) return decisive
    for (const each of [first, other]) if (each instanceof Gathered) throw each.error
    truth(first)
    truth(other)
    return !decisive
  }

  #attempt(part: Expr, scope: Scope): unknown {
    try {
      return this.value(part, scope)
    } catch (error) {
      return new Gathered(error)
    }
  }

  #apply({ name, target }: Expr & { readonly kind: 'call' }, given: readonly unknown[]): unknown {
    const [first, second] = given
    if (name === '_==_') return this.#same(first, second)
    if (name === '_!=_') return !this.#same(first, second)
    if (name === '@mapInsert' || name === 'cel.@mapInsert') return inserted(given)
    if (name === '@sortByAssociatedKeys') return this.#sorted(listOf(first), listOf(second))
    if (name === 'sort' && target !== undefined) return this.#sorted(listOf(first), listOf(first))
    if (name === 'sum' && Array.isArray(first) && first.length > 0) return first.reduce((sum: unknown, item) => this.#library('a + b', { a: sum, b: item }))
    const joined = name === '_+_' && Array.isArray(first) && Array.isArray(second) ? added(first, second) : undefined
    if (joined !== undefined) return joined
    if (name === 'sets.contains') return this.#holdsAll(first, second)
    if (name === 'sets.equivalent') return this.#holdsAll(first, second) && this.#holdsAll(second, first)
    if (name === 'sets.intersects') return listOf(second).some((item) => this.#indexIn(listOf(first), item) >= 0n)
    if (Array.isArray(first) && target !== undefined && name === 'indexOf') return this.#indexIn(first, second)
    if (Array.isArray(first) && target !== undefined && name === 'lastIndexOf') return this.#lastIndexIn(first, second)
    const own = ownFunction(name, target !== undefined, given)
    if (own !== undefined) return own(...(given as never[]))
    return this.#library(written(name, target !== undefined, given.length), Object.fromEntries(given.map((value, index) => [names[index] ?? '', value])))
  }

  #same(left: unknown, right: unknown): boolean {
    if (left instanceof Optional || right instanceof Optional) return this.#sameOptionals(left, right)
    if (Array.isArray(left) && Array.isArray(right)) {
      const others = alignedTo(left, right) ?? (right as readonly unknown[])
      return left.length === right.length && left.every((item, index) => this.#same(item, others[index]))
    }
    if (!isMap(left) || !isMap(right)) return left !== undefined && right !== undefined && this.#library('a == b', { a: left, b: right }) === true
    const [entries, others] = [pairsOf(left), new Map(pairsOf(right))]
    return entries.length === others.size && entries.every(([key, value]) => others.has(key) && this.#same(value, others.get(key)))
  }

  #sameOptionals(left: unknown, right: unknown): boolean {
    if (!(left instanceof Optional) || !(right instanceof Optional)) return false
    if (!left.hasValue() || !right.hasValue()) return left.hasValue() === right.hasValue()
    return this.#same(left.value(), right.value())
  }

  #indexIn(list: readonly unknown[], sought: unknown): bigint {
    return BigInt(list.findIndex((item) => this.#same(item, sought)))
  }

  #lastIndexIn(list: readonly unknown[], sought: unknown): bigint {
    return BigInt(list.findLastIndex((item) => this.#same(item, sought)))
  }

  #holdsAll(list: unknown, parts: unknown): boolean {
    return listOf(parts).every((part) => this.#indexIn(listOf(list), part) >= 0n)
  }

  #sorted(list: readonly unknown[], keys: readonly unknown[]): readonly unknown[] {
    const pairs = list.map((item, index) => ({ item, key: keys[index] }))
    const kinds = new Set(keys.map((key) => this.#library('type(a)', { a: key })))
    if (kinds.size > 1) throw new Error('list elements must have the same type')
    const isLess = (a: unknown, b: unknown): boolean =>
      (ownFunction('_<_', false, [a, b])?.(a as never, b as never) ?? this.#library('a < b', { a, b })) === true
    return pairs.sort((left, right) => (isLess(left.key, right.key) ? -1 : isLess(right.key, left.key) ? 1 : 0)).map(({ item }) => item)
  }

  #loop(part: Comprehension, scope: Scope): unknown {
    let gathered: unknown = this.value(part.start, scope)
    for (const variables of rounds(this.value(part.range, scope), part.variables)) {
      const around: Scope = { values: { [part.gathers]: gathered }, outer: scope }
      if (this.#attempt(part.while, around) === false) break
      gathered = this.#attempt(part.step, { values: variables, outer: around })
    }
    return this.value(part.result, { values: { [part.gathers]: gathered }, outer: scope })
  }
}

function isNamed(name: string, scope: Scope | undefined): boolean {
  return scope !== undefined && (Object.hasOwn(scope.values, name) || isNamed(name, scope.outer))
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(noOverload)
  return value
}

/** A map; one whose keys are all texts is what objects of requests are. */
function mapOf(entries: readonly (readonly [unknown, unknown])[]): unknown {
  return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries as readonly (readonly [string, unknown])[]) : new Map(entries)
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(noOverload)
  return value
}

/** The variables of each round of a loop. */
function rounds(range: unknown, [first = '', second]: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  const pairs = pairsOf(range)
  if (second !== undefined) return pairs.map(([key, value]) => ({ [first]: key, [second]: value }))
  return pairs.map(([key, value]) => ({ [first]: Array.isArray(range) ? value : key }))
}

function pairsOf(range: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(range)) return range.map((value, index) => [BigInt(index), value] as const)
  if (range instanceof Map) return [...range]
  if (isMap(range)) return Object.entries(range)
  throw new Error(`got '${goType(range)}', expected iterable type`)
}

function isMap(value: unknown): value is object {
  return value instanceof Map || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
}

function goType(value: unknown): string {
  const known: Readonly<Record<string, string>> = { string: 'String', bigint: 'Int', number: 'Double', boolean: 'Bool' }
  return value === null ? 'types.Null' : `types.${known[typeof value] ?? 'Unknown'}`
}

/** A map with an entry more, or with those of another. */
function inserted([map, ...more]: readonly unknown[]): unknown {
  const [key, value] = more
  const entries = more.length === 1 ? pairsOf(key) : [[key, value] as const]
  const made = new Map(pairsOf(map))
  for (const [name, each] of entries) {
    if (made.has(name)) throw new Error(`insert failed: key ${String(name)} already exists`)
    made.set(name, each)
  }
  return mapOf([...made])
}

/** A call of names: `a + b`, `a.size()`, `size(a)`. */
function written(name: string, isMember: boolean, count: number): string {
  const given = names.slice(0, count)
  if (name === '_[_]') return 'a[b]'
  if (name === '_[?_]') return 'a[?b]'
  if (name === '@in') return 'a in b'
  const [, prefix] = /^([!-])_$/.exec(name) ?? []
  if (prefix !== undefined) return `${prefix}a`
  const [, sign] = /^_(.+)_$/.exec(name) ?? []
  if (sign !== undefined) return `a ${sign} b`
  return isMember ? `a.${name}(${given.slice(1).join(', ')})` : `${name}(${given.join(', ')})`
}
