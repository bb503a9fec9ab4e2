// `"%s has %d".format(["a", 1])` (cel-go `ext/formatting.go`, as its second version has it: numbers are printed as English does).
import { type CelType, formatType } from './types.ts'

/** One clause of a pattern: what it prints, and with how many digits. */
interface Clause {
  readonly verb: string
  readonly precision: number
  readonly at: number
}

const clausePattern = /%(%|(?:\.(\d+))?([\s\S]?))/g
const usualPrecision = 6
const takes: Readonly<Record<string, { readonly types: readonly string[]; readonly says: string }>> = {
  d: { types: ['int', 'uint'], says: 'decimal clause can only be used on integers' },
  f: { types: ['double'], says: 'fixed-point clause can only be used on doubles' },
  e: { types: ['double'], says: 'scientific clause can only be used on doubles' },
  b: { types: ['int', 'uint', 'bool'], says: 'only integers and bools can be formatted as binary' },
  o: { types: ['int', 'uint'], says: 'octal clause can only be used on integers' },
  x: { types: ['int', 'uint', 'string', 'bytes'], says: 'only integers, byte buffers, and strings can be formatted as hex' },
  X: { types: ['int', 'uint', 'string', 'bytes'], says: 'only integers, byte buffers, and strings can be formatted as hex' },
}

/** The clauses of a pattern for so many values. Throws for one that is none, or that has no value. */
export function clausesOf(pattern: string, count: number): readonly Clause[] {
  const clauses: Clause[] = []
  for (const { 1: whole, 2: precision, 3: verb = '', index } of pattern.matchAll(clausePattern)) {
    if (whole === '%') continue
    if (verb === '') throw new Error('unexpected end of string')
    if (clauses.length >= count) throw new Error(`index ${clauses.length} out of range`)
    if (verb !== 's' && takes[verb] === undefined) throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
    clauses.push({ verb, precision: Number(precision ?? usualPrecision), at: index })
  }
  return clauses
}

/** What is wrong with a value of a type for a clause. */
function clauseProblem({ verb }: Clause, type: string): string | undefined {
  const wanted = takes[verb]
  if (wanted === undefined || type === 'dyn' || wanted.types.includes(type)) return undefined
  return `error during formatting: ${wanted.says}, was given ${type}`
}

/** What is wrong with a type for a clause, as far as it is known before a run. */
export function typeProblem(clause: Clause, type: CelType): string | undefined {
  return type.kind === 'param' ? undefined : clauseProblem(clause, formatType(type).replace(/\(.*/, ''))
}

/** The text that a pattern makes of values. */
export function formatText(pattern: string, values: readonly unknown[]): string {
  const clauses = clausesOf(pattern, values.length)
  let next = 0
  return pattern.replace(clausePattern, (_, whole: string) => {
    const clause = whole === '%' ? undefined : clauses[next]
    return clause === undefined ? '%' : formatOne(clause, values[next++])
  })
}

function formatOne(clause: Clause, value: unknown): string {
  const { verb, precision } = clause
  const problem = clauseProblem(clause, typeName(value))
  if (problem !== undefined) throw new Error(problem)
  switch (verb) {
    case 'd':
      return String(value)
    case 'f':
      return Number(value).toLocaleString('en-US', { minimumFractionDigits: precision, maximumFractionDigits: precision })
    case 'e':
      return exponent(Number(value), precision)
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : whole(value).toString(2)
    case 'o':
      return whole(value).toString(8)
    case 'x':
      return hex(value)
    case 'X':
      return hex(value).toUpperCase()
    default:
      return printed(value)
  }
}

function typeName(value: unknown): string {
  const names: Readonly<Record<string, string>> = { bigint: 'int', number: 'double', string: 'string', boolean: 'bool' }
  const name = names[typeof value]
  if (name !== undefined) return name
  if (value === null) return 'null_type'
  if (value instanceof Date) return 'google.protobuf.Timestamp'
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Map || Object.getPrototypeOf(value) === Object.prototype) return 'map'
  return typeof Reflect.get(value as object, 'nanos') === 'number' ? 'google.protobuf.Duration' : 'uint'
}

function whole(value: unknown): bigint {
  return BigInt((value as { valueOf(): bigint }).valueOf())
}

/** `2.5×10⁰⁶`. */
function exponent(value: number, precision: number): string {
  const [digits = '', power = '0'] = value.toExponential(precision).split('e')
  const raised = Math.abs(Number(power)).toString().padStart(2, '0')
  const signs = [...raised].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))).join('')
  return `${digits}×10${Number(power) < 0 ? '⁻' : ''}${signs}`
}

function hex(value: unknown): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (bytes instanceof Uint8Array) return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return whole(value).toString(16)
}

/** A number as Go's shortest `g` writes one. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  if (Number(power) >= -4 && Number(power) < 6) return String(value)
  return `${digits}e${Number(power) < 0 ? '-' : '+'}${Math.abs(Number(power)).toString().padStart(2, '0')}`
}

/** A value as `%s` prints it. */
function printed(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return shortNumber(value)
  return value instanceof Date ? timeText(value) : isDuration(value) ? durationText(value) : literalText(value)
}

/** A value within a list or a map, as CEL would read it. */
function literalText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(usualPrecision) : shortNumber(value)
  if (value === null) return 'null'
  if (value instanceof Date) return `timestamp("${timeText(value)}")`
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (Array.isArray(value)) return `[${value.map(literalText).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  if (isDuration(value)) return `duration("${durationText(value)}")`
  const entries = value instanceof Map ? [...value] : Object.getPrototypeOf(value) === Object.prototype ? Object.entries(value) : undefined
  if (entries === undefined) return nameOfType(value) ?? String(value)
  const texts = entries.map(([name, part]) => [literalText(name), literalText(part)] as const).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${texts.map(([name, part]) => `${name}: ${part}`).join(', ')}}`
}

function timeText(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, 'Z')
}

function isDuration(value: unknown): value is { valueOf(): number } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'nanos') === 'number'
}

function durationText(duration: { valueOf(): number }): string {
  return `${duration.valueOf() / 1000}s`
}

/** How a type is called that is a value itself. */
function nameOfType(value: object): string | undefined {
  const name: unknown = Reflect.get(value, 'name')
  return typeof name === 'string' ? name : undefined
}
