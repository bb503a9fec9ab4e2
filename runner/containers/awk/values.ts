// Values of awk: numbers, texts, and texts from outside that count as numbers where they look like one.
import { extendedExpression } from '../commands/expressions.ts'
import { AwkFault } from './syntax.ts'

/** A text that came from input; `number` is what it reads as, if it looks like a number. */
export interface Outer {
  readonly text: string
  readonly number: number | undefined
}

/** `undefined` was never set: nothing, and zero. */
export type Value = number | string | Outer | undefined

/** A text from input. */
export function outer(text: string): Outer {
  return { text, number: /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)\s*$/.test(text) ? Number(text) : undefined }
}

/** A value as a number: texts count as far as they begin like one. */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  if (typeof value === 'object' && value.number !== undefined) return value.number
  const [digits] = /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/.exec(typeof value === 'string' ? value : value.text) ?? []
  return digits === undefined ? 0 : Number(digits)
}

/** A value as a text; whole numbers are written whole, others by the format. */
export function textOf(value: Value, format = '%.6g'): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (typeof value === 'object') return value.text
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? String(value) : formatted(format, [value])
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'object') return value.number === undefined ? value.text !== '' : value.number !== 0
  return typeof value === 'string' ? value !== '' : (value ?? 0) !== 0
}

/** Below, at or above zero: numbers by their size if both are, else texts. */
export function compared(left: Value, right: Value): number {
  const numeric = (value: Value): boolean => typeof value === 'number' || value === undefined || (typeof value === 'object' && value.number !== undefined)
  if (numeric(left) && numeric(right)) return numberOf(left) - numberOf(right)
  const [a, b] = [textOf(left), textOf(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** An extended regular expression. Throws AwkFault. */
export function patternOf(source: string, flags = ''): RegExp {
  try {
    return new RegExp(extendedExpression(source), flags)
  } catch {
    throw new AwkFault(`bad regex '${source}'`)
  }
}

/** printf's formats. */
export function formatted(format: string, values: readonly Value[]): string {
  let next = 0
  return format.replace(
    /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlLqjzt]*([a-zA-Z%])/g,
    (_, flags: string, width: string | undefined, places: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const star = (text: string | undefined): number | undefined => (text === '*' ? numberOf(values[next++]) : text === undefined ? undefined : Number(text))
      const [wide = 0, precision] = [star(width), star(places)]
      const value = values[next++]
      const text = one(kind, value, { flags, precision })
      const filled = flags.includes('0') && !flags.includes('-') && !'sc'.includes(kind)
      if (flags.includes('-')) return text.padEnd(wide)
      return filled
        ? text.replace(/^([-+ ]?)(.*)$/s, (__, sign: string, digits: string) => sign + digits.padStart(wide - sign.length, '0'))
        : text.padStart(wide)
    },
  )
}

interface How {
  readonly flags: string
  readonly precision: number | undefined
}

function one(kind: string, value: Value, { flags, precision }: How): string {
  if (kind === 's') return textOf(value).slice(0, precision)
  if (kind === 'c')
    return typeof value === 'number'
      ? String.fromCharCode(value)
      : typeof value === 'object' && value.number !== undefined
        ? String.fromCharCode(value.number)
        : textOf(value).slice(0, 1)
  const number = numberOf(value)
  const sign = number < 0 || Object.is(number, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const size = Math.abs(number)
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'nan' : `${sign}inf`
  if (kind === 'd' || kind === 'i')
    return (
      sign.replace(size < 1 ? '-' : '', '') +
      BigInt(Math.trunc(size))
        .toString()
        .padStart(precision ?? 0, '0')
    )
  if ('ouxX'.includes(kind)) return inBase(kind, Math.trunc(number), precision)
  if (kind === 'e' || kind === 'E') return sign + exponent(size, precision ?? 6, kind)
  if (kind === 'f' || kind === 'F') return sign + size.toFixed(precision ?? 6)
  return sign + general(size, precision ?? 6, { kind, alternate: flags.includes('#') })
}

function inBase(kind: string, number: number, precision: number | undefined): string {
  const text = BigInt.asUintN(64, BigInt(number)).toString({ o: 8, u: 10, x: 16, X: 16 }[kind] ?? 10)
  return (kind === 'X' ? text.toUpperCase() : text).padStart(precision ?? 0, '0')
}

function exponent(size: number, places: number, kind: string): string {
  const text = size.toExponential(places).replace(/e([-+])(\d)$/, 'e$10$2')
  return kind === 'E' ? text.toUpperCase() : text
}

function general(size: number, precision: number, { kind, alternate }: { readonly kind: string; readonly alternate: boolean }): string {
  const digits = Math.max(precision, 1)
  const power = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1])
  const small = power < -4 || power >= digits
  const text = small ? exponent(size, digits - 1, kind === 'G' ? 'E' : 'e') : size.toFixed(Math.max(digits - 1 - power, 0))
  return alternate || !text.includes('.') ? text : text.replace(/\.?0+(?=$|[eE])/, '')
}
