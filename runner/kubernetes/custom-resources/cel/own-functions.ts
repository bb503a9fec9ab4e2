// Functions and operators that the library has, but not as cel-go has them; these are asked first.
import { ownConversions } from './own-conversions.ts'
import { ownTexts } from './own-texts.ts'

interface Own {
  readonly types: readonly string[]
  readonly run: (...values: never[]) => unknown
}

const functions = indexed({ ...ownTexts, ...ownConversions })

/** The function that takes these values, with their types known only now. */
export function ownFunction(name: string, isMember: boolean, given: readonly unknown[]): ((...values: never[]) => unknown) | undefined {
  const known = functions.get(`${isMember ? '.' : ''}${name}`)
  return known?.find(({ types }) => types.length === given.length && types.every((type, index) => isOf(given[index], type)))?.run
}

function indexed(all: Readonly<Record<string, Own['run']>>): ReadonlyMap<string, readonly Own[]> {
  const index = new Map<string, Own[]>()
  for (const [signature, run] of Object.entries(all)) {
    const [, holder, name = '', args = ''] = /^(?:(\w+)\.)?([^(]+)\((.*)\)$/.exec(signature) ?? []
    const key = `${holder === undefined ? '' : '.'}${name}`
    const types = [...(holder === undefined ? [] : [holder]), ...args.split(', ').filter((arg) => arg !== '')]
    index.set(key, [...(index.get(key) ?? []), { types, run }])
  }
  return index
}

const primitives: Readonly<Record<string, string>> = { string: 'string', int: 'bigint', double: 'number', bool: 'boolean' }

function isOf(value: unknown, type: string): boolean {
  const primitive = primitives[type]
  if (primitive !== undefined) return typeof value === primitive
  if (type === 'list') return Array.isArray(value)
  if (type === 'uint') return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'value') === 'bigint'
  if (type === 'duration') return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'nanos') === 'number'
  if (type === 'bytes') return value instanceof Uint8Array
  if (type === 'timestamp') return value instanceof Date
  if (type === 'plain') return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return type === 'dyn'
}
