// Amounts of resources: `100m`, `1.5Gi`, `1e3` (apimachinery `pkg/api/resource`), exact to a billionth.

/** How a quantity prints: with decimal suffixes, binary ones, or an exponent. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An amount in billionths. `text` is how the server prints it: as written where that is canonical already. */
export interface Quantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
  readonly text: string
  /** True if the number does not fit the 64 bits of Go's usual form; decides how readings in other units overflow. */
  readonly big: boolean
}

/** Text that is no quantity, in the server's words. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError'
}

/** Quantities that were parsed last: the objects of a cluster are full of the same few. */
const parsed = new Map<string, Quantity>()
const remembered = 512

/** Parses a quantity; throws QuantityError. */
export function parseQuantity(text: string): Quantity {
  const known = parsed.get(text)
  if (known) return known
  const quantity = readQuantity(text)
  if (parsed.size >= remembered) parsed.clear()
  parsed.set(text, quantity)
  return quantity
}

function readQuantity(text: string): Quantity {
  if (text === '0') return { nanos: 0n, format: 'DecimalSI', text, big: false }
  const parts = split(text)
  const suffix = readSuffix(parts.suffix)
  return suffix.format === 'BinarySI' ? binaryQuantity(parts, suffix.exponent, text) : decimalQuantity(parts, suffix.exponent, suffix.format, text)
}

/** The canonical text of an amount. */
export function formatQuantity(nanos: bigint, format: QuantityFormat): string {
  if (nanos === 0n) return '0'
  const binary = format === 'BinarySI' && magnitude(nanos) >= 1024n * giga && nanos % giga === 0n
  return binary ? formatBinary(nanos / giga) : formatDecimal(nanos, format === 'DecimalExponent')
}

/** -1, 0 or 1. Texts are parsed; a text that is no quantity throws QuantityError. */
export function compareQuantities(left: Quantity | string, right: Quantity | string): -1 | 0 | 1 {
  const [a, b] = [read(left), read(right)]
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
}

/** The sum, in the format of the first, or of the second if the first is zero. */
export function addQuantities(left: Quantity | string, right: Quantity | string): Quantity {
  const [a, b] = [read(left), read(right)]
  return quantityOf(a.nanos + b.nanos, a.nanos === 0n ? b.format : a.format)
}

/** The difference, in the format of the first, or of the second if the first is zero. */
export function subtractQuantities(left: Quantity | string, right: Quantity | string): Quantity {
  const [a, b] = [read(left), read(right)]
  return quantityOf(a.nanos - b.nanos, a.nanos === 0n ? b.format : a.format)
}

/** The amount in whole units, rounded away from zero; as an int64 it may overflow as Go's does. */
export function quantityValue(quantity: Quantity): bigint {
  return asInt64(roundUp(quantity.nanos, giga), quantity.big)
}

/** The amount in thousandths, rounded away from zero. */
export function quantityMilliValue(quantity: Quantity): bigint {
  return asInt64(roundUp(quantity.nanos, 1_000_000n), quantity.big)
}

/** A quantity of so many billionths. */
export function quantityOf(nanos: bigint, format: QuantityFormat): Quantity {
  return { nanos, format, text: formatQuantity(nanos, format), big: magnitude(nanos) > maxInt64 * giga }
}

function read(quantity: Quantity | string): Quantity {
  return typeof quantity === 'string' ? parseQuantity(quantity) : quantity
}

interface Parts {
  readonly negative: boolean
  /** Digits before the point, without leading zeros; `0` if there are none. */
  readonly whole: string
  readonly fraction: string
  readonly suffix: string
}

const giga = 1_000_000_000n
const maxInt64 = 2n ** 63n - 1n
const pattern = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/
const decimalSuffixes: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binarySuffixes: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

function split(text: string): Parts {
  const match = pattern.exec(text)
  if (text === '' || !match) {
    throw new QuantityError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  return { negative: sign === '-', whole: whole === '' ? '0' : whole, fraction, suffix }
}

function readSuffix(suffix: string): { format: QuantityFormat; exponent: number } {
  const decimal = decimalSuffixes[suffix]
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal }
  const binary = binarySuffixes[suffix]
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary }
  if (/^[eE][-+]?[0-9]+$/.test(suffix)) return { format: 'DecimalExponent', exponent: Number(suffix.slice(1)) }
  throw new QuantityError("unable to parse quantity's suffix")
}

function decimalQuantity(parts: Parts, exponent: number, format: QuantityFormat, text: string): Quantity {
  const digits = parts.whole + parts.fraction
  const scale = exponent - parts.fraction.length
  const nanos = signed(shift(BigInt(digits), scale + 9), parts)
  const fits = digits.length <= 18 && scale >= -9
  const asWritten = fits && scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
  return { nanos, format, text: asWritten ? text : formatQuantity(nanos, format), big: !fits }
}

function binaryQuantity(parts: Parts, exponent: number, text: string): Quantity {
  const fits = parts.fraction === '' && 14 - parts.whole.length - Math.trunc((exponent * 3) / 10) >= 0
  const exact = shift(BigInt(parts.whole + parts.fraction) * 2n ** BigInt(exponent), 9 - parts.fraction.length)
  const capped = !fits && exact > maxInt64 * giga ? maxInt64 * giga : exact
  const nanos = signed(capped, parts)
  const format = !fits && capped > 0n && capped < giga ? 'DecimalSI' : 'BinarySI'
  const asWritten = fits && BigInt(parts.whole) % 8n !== 0n
  return { nanos, format, text: asWritten ? text : formatQuantity(nanos, format), big: !fits }
}

/** Times ten to the power; what gets lost is rounded up, so that nobody who asked for a little gets nothing. */
function shift(digits: bigint, power: number): bigint {
  return power >= 0 ? digits * 10n ** BigInt(power) : roundUp(digits, 10n ** BigInt(-power))
}

function signed(value: bigint, parts: Parts): bigint {
  return parts.negative ? -value : value
}

function roundUp(value: bigint, unit: bigint): bigint {
  const whole = value / unit
  if (whole * unit === value) return whole
  return value < 0n ? whole - 1n : whole + 1n
}

/** Go's two forms overflow differently: the small one answers 0, the big one keeps the low 64 bits. */
function asInt64(value: bigint, big: boolean): bigint {
  if (magnitude(value) <= maxInt64) return value
  return big ? BigInt.asIntN(64, value) : 0n
}

function formatBinary(value: bigint): string {
  let exponent = 0
  let rest = value
  for (; rest % 1024n === 0n && exponent < 60; exponent += 10) rest /= 1024n
  const suffix = Object.entries(binarySuffixes).find(([, power]) => power === exponent)?.[0] ?? ''
  return `${rest}${suffix}`
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let exponent = -9
  let rest = nanos
  for (; rest % 1000n === 0n; exponent += 3) rest /= 1000n
  const suffix = asExponent ? undefined : Object.entries(decimalSuffixes).find(([, power]) => power === exponent)?.[0]
  return `${rest}${suffix ?? (exponent === 0 ? '' : `e${exponent}`)}`
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
