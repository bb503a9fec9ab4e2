// Times and durations as Go's `time` package reads and prints them, errors included.
import { DecodeError } from './reading.ts'

const layout = '2006-01-02T15:04:05Z07:00'
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/

/** Times that were read last, and how they are printed: the objects of one moment are full of the same few. */
const printed = { seconds: new Map<string, string>(), micros: new Map<string, string>() }
const remembered = 64

/** Reads RFC 3339 and prints it as meta/v1 Time (whole seconds) or MicroTime does, in UTC. Throws DecodeError. */
export function parseGoTime(text: string, precision: 'seconds' | 'micros'): string {
  const known = printed[precision].get(text)
  if (known !== undefined) return known
  const time = readGoTime(text, precision)
  if (printed[precision].size >= remembered) printed[precision].clear()
  printed[precision].set(text, time)
  return time
}

function readGoTime(text: string, precision: 'seconds' | 'micros'): string {
  const match = rfc3339.exec(text)
  const ms = match ? Date.parse(text.replace(',', '.').replace(/(\.\d{3})\d+/, '$1')) : Number.NaN
  if (!match || Number.isNaN(ms)) throw new DecodeError(explain(text))
  const date = new Date(ms).toISOString()
  if (precision === 'seconds') return `${date.slice(0, 19)}Z`
  return `${date.slice(0, 19)}.${(match[7] ?? '').padEnd(6, '0').slice(0, 6)}Z`
}

const pieces = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d{2}/, range: [1, 12], name: 'month' },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d{2}/, range: [1, 31], name: 'day' },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d{2}/, range: [0, 23], name: 'hour' },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d{2}/, range: [0, 59], name: 'minute' },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d{2}(?:[.,]\d+)?/, range: [0, 59], name: 'second' },
  { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d{2}:\d{2})/ },
] as const

/** Go names the first piece of the layout that the rest of the text does not fit. */
function explain(text: string): string {
  const quoted = JSON.stringify(text)
  let rest = text
  for (const piece of pieces) {
    const found = piece.pattern.exec(rest)?.[0]
    if (found === undefined) return `parsing time ${quoted} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${piece.layout}"`
    if ('range' in piece && !within(Number.parseInt(found, 10), piece.range)) return `parsing time ${quoted}: ${piece.name} out of range`
    rest = rest.slice(found.length)
  }
  return rest === '' ? `parsing time ${quoted}: day out of range` : `parsing time ${quoted}: extra text: ${JSON.stringify(rest)}`
}

function within(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** Reads a Go duration (`1h30m`) and prints it in Go's own form (`1h30m0s`). Throws DecodeError. */
export function parseGoDuration(text: string): string {
  const negative = text.startsWith('-')
  const body = /^[-+]/.test(text) ? text.slice(1) : text
  if (body === '0') return '0s'
  const quoted = JSON.stringify(text)
  if (body === '') throw new DecodeError(`time: invalid duration ${quoted}`)
  let total = 0n
  for (let rest = body; rest !== ''; ) {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest)
    const [digits = '', whole = '', fraction = ''] = number ?? []
    if (whole === '' && fraction === '') throw new DecodeError(`time: invalid duration ${quoted}`)
    const unit = /^[^.\d]*/.exec(rest.slice(digits.length))?.[0] ?? ''
    if (unit === '') throw new DecodeError(`time: missing unit in duration ${quoted}`)
    const size = units[unit]
    if (size === undefined) throw new DecodeError(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`)
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
    rest = rest.slice(digits.length + unit.length)
  }
  return formatGoDuration(negative ? -total : total)
}

/** Nanoseconds in Go's form: `1m30s`, `1.5ms`, `0s`. */
export function formatGoDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size === 0n) return '0s'
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n, 3)}µs`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n, 6)}ms`
  const hours = size / 3_600_000_000_000n
  const minutes = (size / 60_000_000_000n) % 60n
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n, 9)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`
}

function decimal(value: bigint, unit: bigint, places: number): string {
  const fraction = (value % unit).toString().padStart(places, '0').replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}
