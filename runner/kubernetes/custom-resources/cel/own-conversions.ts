// Conversions as cel-go makes them (`common/types`), and lists and maps that are asked for what they hold.
import { evaluate } from '@marcbachmann/cel-js'
import { shortNumber } from './format-text.ts'

const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
}
const [fewest, most] = [-(2n ** 63n), 2n ** 63n - 1n]
const real = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

type Handler = (...values: never[]) => unknown

/** Conversions, indices and comparisons by what they take: `int(string)`. */
export const ownConversions: Readonly<Record<string, Handler>> = {
  'int(string)': (text: string) => {
    const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
    if (value === undefined || value < fewest || value > most) throw unfit('string', 'int')
    return value
  },
  'int(timestamp)': (when: Date) => BigInt(Math.floor(when.getTime() / 1000)),
  'int(double)': (value: number) => {
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new Error('integer overflow')
    return BigInt(Math.trunc(value))
  },
  'int(duration)': ({ seconds, nanos }: { readonly seconds: bigint; readonly nanos: number }) => seconds * 10n ** 9n + BigInt(nanos),
  'int(uint)': (value: { valueOf(): bigint }) => {
    if (value.valueOf() > most) throw new Error('integer overflow')
    return value.valueOf()
  },
  'uint(string)': (text: string) => {
    const value = /^\d+$/.test(text) ? BigInt(text) : undefined
    if (value === undefined || value > 2n * most + 1n) throw unfit('string', 'uint')
    return evaluate('uint(value)', { value })
  },
  '-_(int)': (value: bigint) => {
    if (value === fewest) throw new Error('integer overflow')
    return -value
  },
  'timestamp(timestamp)': (when: Date) => when,
  'duration(duration)': (length: unknown) => length,
  'duration(int)': () => {
    throw unfit('int', 'google.protobuf.Duration')
  },
  'double(string)': (text: string) => {
    const special: Readonly<Record<string, number>> = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }
    const value = real.test(text) ? Number(text) : special[text.toLowerCase().replace('inity', '').replace('+', '')]
    if (value === undefined) throw unfit('string', 'double')
    return value
  },
  'bool(string)': (text: string) => {
    if (!Object.hasOwn(truths, text)) throw unfit('string', 'bool')
    return truths[text]
  },
  'timestamp(string)': (text: string) => {
    const when = time.test(text) ? new Date(text) : undefined
    if (when === undefined || Number.isNaN(when.getTime())) throw unfit('string', 'google.protobuf.Timestamp')
    return when
  },
  '_[_](list, int)': (items: readonly unknown[], index: bigint) => itemAt(items, index),
  '_[_](list, double)': (items: readonly unknown[], index: number) => {
    if (!Number.isInteger(index)) throw new Error(`unsupported index value ${index} in list`)
    return itemAt(items, BigInt(index))
  },
  '_[_](list, string)': () => {
    throw new Error(`unsupported index type 'string' in list`)
  },
  '_[_](plain, string)': (map: Readonly<Record<string, unknown>>, key: string) => {
    const value = Object.hasOwn(map, key) ? map[key] : undefined
    if (value === undefined) throw new Error(`no such key: ${key}`)
    return value
  },
  '_[_](plain, int)': (map: object, key: bigint) => {
    throw new Error(Object.keys(map).length === 0 ? `no such key: ${key}` : 'no such overload')
  },
  'string(double)': shortNumber,
  '_<_(double, double)': (left: number, right: number) => ordered(left, right) && left < right,
  '_<=_(double, double)': (left: number, right: number) => ordered(left, right) && left <= right,
  '_>_(double, double)': (left: number, right: number) => ordered(left, right) && left > right,
  '_>=_(double, double)': (left: number, right: number) => ordered(left, right) && left >= right,
  '_<_(bytes, bytes)': (left: Uint8Array, right: Uint8Array) => compareBytes(left, right) < 0,
  '_<=_(bytes, bytes)': (left: Uint8Array, right: Uint8Array) => compareBytes(left, right) <= 0,
  '_>_(bytes, bytes)': (left: Uint8Array, right: Uint8Array) => compareBytes(left, right) > 0,
  '_>=_(bytes, bytes)': (left: Uint8Array, right: Uint8Array) => compareBytes(left, right) >= 0,
}

function unfit(from: string, to: string): Error {
  return new Error(`type conversion error from '${from}' to '${to}'`)
}

function itemAt(items: readonly unknown[], index: bigint): unknown {
  if (index < 0n || index >= items.length) throw new Error(`index out of bounds: ${index}`)
  return items[Number(index)]
}

function ordered(left: number, right: number): boolean {
  if (Number.isNaN(left) || Number.isNaN(right)) throw new Error('NaN values cannot be ordered')
  return true
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
