// Times as people write them and as formats print them, in UTC; and `date`.
import { resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { may } from './kernel.ts'
import { readOptions } from './options.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

const fields: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  H: (date) => two(date.getUTCHours()),
  k: (date) => String(date.getUTCHours()).padStart(2),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  l: (date) => String(date.getUTCHours() % 12 || 12).padStart(2),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  N: (date) => String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  a: (date) => (days[date.getUTCDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getUTCDay()] ?? '',
  b: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  h: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getUTCMonth()] ?? '',
  j: (date) => String(dayOfYear(date) + 1).padStart(3, '0'),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getUTCHours() < 12 ? 'am' : 'pm'),
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  U: (date) => two(Math.floor((dayOfYear(date) + 7 - date.getUTCDay()) / 7)),
  W: (date) => two(Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() + 6) % 7)) / 7)),
  V: (date) => two(isoWeek(date)),
  G: (date) => String(thursdayOf(date).getUTCFullYear()),
  Z: () => 'UTC',
  z: () => '+0000',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
}

const whole: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  c: '%a %b %e %H:%M:%S %Y',
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / day)
}

const day = 86_400_000

function thursdayOf(date: Date): Date {
  return new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * day)
}

function isoWeek(date: Date): number {
  const thursday = thursdayOf(date)
  return Math.floor(dayOfYear(thursday) / 7) + 1
}

/** A time in the words of a format. `-` before a letter leaves out leading zeros, `_` puts blanks for them. */
export function formatDate(at: number, format: string, without = ''): string {
  const date = new Date(at)
  return format.replace(/%([-_0^])?(:*z|[\s\S])/g, (all, sign: string | undefined, letter: string) => {
    if (without.includes(letter)) return ''
    if (letter === ':z') return '+00:00'
    const other = whole[letter]
    const text = other === undefined ? fields[letter]?.(date) : formatDate(at, other, without)
    if (text === undefined) return all
    if (sign === '-') return text.replace(/^[0 ]+(?=.)/, '')
    if (sign === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length))
    return sign === '^' ? text.toUpperCase() : sign === '0' ? text.replace(/^ +/, (blanks) => '0'.repeat(blanks.length)) : text
  })
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

const steps: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day,
  week: 7 * day,
  fortnight: 14 * day,
}

/** A time that somebody wrote; undefined for what is none. Only GNU's programs know `yesterday` and the like. */
export function parseDate(text: string, now: number, flavor: 'busybox' | 'debian'): number | undefined {
  const seconds = /^@(-?\d+)/.exec(text)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1000
  const today = now - (now % day)
  const clock = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(text)
  if (clock) return today + Number(clock[1]) * 3_600_000 + Number(clock[2]) * 60_000 + Number(clock[3] ?? 0) * 1000
  const [, year, month, date, hour = '0', minute = '0', second = '0', zone = ''] =
    /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|UTC|GMT|[-+]\d\d:?\d\d)?$/.exec(text) ?? []
  if (year !== undefined) return Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second)) - offsetOf(zone)
  const digits = flavor === 'busybox' || /\./.test(text) ? fromDigits(text, now) : undefined
  return digits ?? (flavor === 'debian' ? relative(text, now) : undefined)
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([-+])(\d\d):?(\d\d)$/.exec(zone) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3_600_000 + Number(minutes) * 60_000)
}

/** `[[[[[YY]YY]MM]DD]hh]mm[.ss]`, as `touch -t` and `date` take it. */
export function fromDigits(text: string, now: number): number | undefined {
  const [, digits = '', second = '0'] = /^(\d{2,12})(?:\.(\d\d))?$/.exec(text) ?? []
  if (digits === '' || digits.length % 2 === 1) return undefined
  const at = new Date(now)
  const pairs = digits.match(/\d\d/g)?.map(Number) ?? []
  const [minute = 0, hour = at.getUTCHours(), date = at.getUTCDate(), month = at.getUTCMonth() + 1, low, high] = pairs.toReversed()
  const year = low === undefined ? at.getUTCFullYear() : high === undefined ? (low < 69 ? 2000 : 1900) + low : high * 100 + low
  return Date.UTC(year, month - 1, date, hour, minute, Number(second))
}

/** `yesterday`, `3 days ago`, `2024-01-15 +1 hour`. */
function relative(text: string, now: number): number | undefined {
  let left = text.trim().toLowerCase()
  let at = now
  const [head = ''] = /^\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?z?/.exec(left) ?? []
  if (head !== '') {
    at = parseDate(head.toUpperCase().replace('T', ' '), now, 'busybox') ?? now
    left = left.slice(head.length).trim()
  }
  const words: Readonly<Record<string, number>> = { now: 0, today: 0, yesterday: -day, tomorrow: day }
  while (left !== '') {
    const word = /^(now|today|yesterday|tomorrow)\b/.exec(left)
    const step = /^([-+]?\s*\d+|next|last|a|an)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/.exec(left)
    if (word) at += words[word[1] ?? ''] ?? 0
    else if (step) at = stepped(at, step)
    else return undefined
    left = left.slice((word ?? step)?.[0].length).trim()
  }
  return at
}

function stepped(at: number, [, amount = '1', unit = '', ago]: RegExpExecArray): number {
  const count = (/^(next|an?)$/.test(amount) ? 1 : amount === 'last' ? -1 : Number(amount.replace(/\s/g, ''))) * (ago === undefined ? 1 : -1)
  const step = steps[unit]
  if (step !== undefined) return at + count * step
  const date = new Date(at)
  if (unit === 'year') date.setUTCFullYear(date.getUTCFullYear() + count)
  else date.setUTCMonth(date.getUTCMonth() + count)
  return date.getTime()
}

function cannotSetDate({ machine }: Process): string {
  return `date: ${machine.flavor === 'busybox' ? "can't" : 'cannot'} set date: Operation not permitted`
}

const iso: Readonly<Record<string, string>> = {
  '': '%Y-%m-%d',
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
}

/** `date`. */
export const date: Program = (words, process) => {
  const isoWord = words.map((word) => /^(?:-I|--iso-8601=?|--rfc-3339=)(\w*)$/.exec(word)?.[1]).find((kind) => kind !== undefined)
  const others = words.filter((word) => !/^(-I\w*|--iso-8601(=\w+)?|--rfc-3339=\w+)$/.test(word))
  const options = readOptions(others, ['d', 'date', 's', 'set', 'r', 'reference', 'D'])
  if (options.has('s', 'set') && !may(process, 'SYS_TIME')) return fail(process, cannotSetDate(process))
  const { flavor } = process.machine
  const at = timeOf(options, process)
  if (typeof at === 'string') return fail(process, at)
  const wanted = options.rest.find((word) => !word.startsWith('+'))
  if (wanted !== undefined) return fail(process, /^\d{8}(\d\d){0,2}(\.\d\d)?$/.test(wanted) ? cannotSetDate(process) : `date: invalid date '${wanted}'`)
  const format = options.rest.find((word) => word.startsWith('+'))?.slice(1)
  const usual = options.has('R', 'rfc-2822', 'rfc-email') ? '%a, %d %b %Y %H:%M:%S %z' : '%a %b %e %H:%M:%S %Z %Y'
  process.out(`${formatDate(at, format ?? (isoWord === undefined ? usual : (iso[isoWord] ?? usual)), flavor === 'busybox' ? 'N' : '')}\n`)
  return 0
}

function timeOf(options: ReturnType<typeof readOptions>, { machine, files, cwd, now }: Process): number | string {
  const reference = options.value('r', 'reference')
  if (reference !== undefined) {
    const entry = files.stat(resolve(cwd, reference))
    return entry?.at ?? `date: ${machine.flavor === 'busybox' ? `can't stat '${reference}'` : reference}: No such file or directory`
  }
  const given = options.value('d', 'date')
  if (given === undefined) return now()
  const form = options.value('D')
  const at = form === undefined ? parseDate(given, now(), machine.flavor) : byForm(given, form)
  return at ?? `date: invalid date '${given}'`
}

/** A time by a form of letters, as busybox takes it with `-D`. */
function byForm(text: string, form: string): number | undefined {
  const letters: string[] = []
  const source = form
    .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    .replace(/%T/g, '%H:%M:%S')
    .replace(/%F/g, '%Y-%m-%d')
    .replace(/%([YmdHMSs])/g, (_, letter: string) => {
      letters.push(letter)
      return letter === 'Y' ? '(\\d{4})' : letter === 's' ? '(\\d+)' : '(\\d\\d?)'
    })
  const found = new RegExp(`^${source}`).exec(text)
  if (!found) return undefined
  const part = (letter: string, otherwise: number): number => (letters.includes(letter) ? Number(found[letters.indexOf(letter) + 1]) : otherwise)
  if (letters.includes('s')) return part('s', 0) * 1000
  return Date.UTC(part('Y', 1970), part('m', 1) - 1, part('d', 1), part('H', 0), part('M', 0), part('S', 0))
}
