// Values of jq: their order, their sums, their names.

/** What went wrong with a value. */
export class ValueFault extends Error {
  /** What `error` was given. */
  readonly value: unknown

  constructor(message: string, value: unknown = message) {
    super(message)
    this.value = value
  }
}

/** The longest text that is made of another one. */
const longest = 1 << 24

function repeated(text: string, count: number): string {
  if (text.length * count > longest) throw new ValueFault('Repeat string result too long')
  return text.repeat(count)
}

/** The kind of a value, as jq names it. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** A value as an object, if it is one. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}

const ranks: Readonly<Record<string, number>> = { null: 0, boolean: 1, number: 3, string: 4, array: 5, object: 6 }

function rank(value: unknown): number {
  return value === true ? 2 : (ranks[typeOf(value)] ?? 0)
}

/** The order of any two values. */
export function compare(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
      const order = compare(a[at], b[at])
      if (order !== 0) return order
    }
    return a.length - b.length
  }
  const [one, other] = [fieldsOf(a), fieldsOf(b)]
  if (!one || !other) return 0
  const keys = compare(Object.keys(one).sort(), Object.keys(other).sort())
  if (keys !== 0) return keys
  for (const key of Object.keys(one).sort()) {
    const order = compare(one[key], other[key])
    if (order !== 0) return order
  }
  return 0
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 11 ? `${text.slice(0, 10)}...` : text
}

function unfit(a: unknown, b: unknown, what: string): never {
  throw new ValueFault(`${typeOf(a)} (${shown(a)}) and ${typeOf(b)} (${shown(b)}) cannot be ${what}`)
}

function merged(a: unknown, b: unknown): unknown {
  const [one, other] = [fieldsOf(a), fieldsOf(b)]
  if (!one || !other) return b
  return { ...one, ...Object.fromEntries(Object.entries(other).map(([key, value]) => [key, key in one ? merged(one[key], value) : value])) }
}

/** Operators on two values. */
export const operations: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  '+': (a, b) => {
    if (a === null) return b
    if (b === null) return a
    if ((typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')) return (a as number) + (b as number)
    if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
    if (fieldsOf(a) && fieldsOf(b)) return { ...fieldsOf(a), ...fieldsOf(b) }
    return unfit(a, b, 'added')
  },
  '-': (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b
    if (Array.isArray(a) && Array.isArray(b)) return a.filter((each) => !b.some((other) => compare(each, other) === 0))
    return unfit(a, b, 'subtracted')
  },
  '*': (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a * b
    if (typeof a === 'string' && typeof b === 'number') return b > 0 ? repeated(a, Math.ceil(b)) : null
    if (fieldsOf(a) && fieldsOf(b)) return merged(a, b)
    return unfit(a, b, 'multiplied')
  },
  '/': (a, b) => {
    if (typeof a === 'string' && typeof b === 'string') return a.split(b)
    if (typeof a !== 'number' || typeof b !== 'number') return unfit(a, b, 'divided')
    return b === 0 ? unfit(a, b, 'divided because the divisor is zero') : a / b
  },
  '%': (a, b) => {
    if (typeof a !== 'number' || typeof b !== 'number') return unfit(a, b, 'divided')
    return Math.trunc(b) === 0 ? unfit(a, b, 'divided because the divisor is zero') : Math.trunc(a) % Math.trunc(b)
  },
  '==': (a, b) => compare(a, b) === 0,
  '!=': (a, b) => compare(a, b) !== 0,
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>': (a, b) => compare(a, b) > 0,
  '>=': (a, b) => compare(a, b) >= 0,
}

/** The value at a key; null where there is none. */
export function indexed(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) return null
  if (Array.isArray(value) && typeof key === 'number') return value[key < 0 ? value.length + Math.floor(key) : Math.floor(key)] ?? null
  const fields = fieldsOf(value)
  if (fields && typeof key === 'string') return Object.hasOwn(fields, key) ? fields[key] : null
  if (typeof key === 'string') throw new ValueFault(`Cannot index ${typeOf(value)} with "${key}"`)
  throw new ValueFault(`Cannot index ${typeOf(value)} with ${typeOf(key)}`)
}

/** A value with another one at a path. */
export function placed(value: unknown, [key, ...rest]: readonly unknown[], change: (before: unknown) => unknown): unknown {
  if (key === undefined) return change(value)
  const inner = placed(indexed(value, key), rest, change)
  if (typeof key === 'number') {
    const list = Array.isArray(value) ? [...value] : []
    while (list.length < key) list.push(null)
    list[key < 0 ? list.length + key : key] = inner
    return list
  }
  return { ...fieldsOf(value), [String(key)]: inner }
}

/** A value without what is at a path. */
export function without(value: unknown, [key, ...rest]: readonly unknown[]): unknown {
  if (key === undefined || value === null) return null
  if (rest.length > 0) return placed(value, [key], (inner) => without(inner, rest))
  if (Array.isArray(value)) return value.filter((_, index) => index !== (Number(key) < 0 ? value.length + Number(key) : Number(key)))
  return Object.fromEntries(Object.entries(fieldsOf(value) ?? {}).filter(([name]) => name !== key))
}
