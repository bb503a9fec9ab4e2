// Times of a cron schedule: five fields, or a name like `@daily`, or `@every 5m`; in UTC or in a time zone.

const names: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const minute = 60_000
const day = 24 * 60 * minute

interface Schedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly dates: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** With both a date and a weekday given, either will do. */
  readonly either: boolean
}

/** The first time of a schedule after `after` (ms) by a zone's clocks; undefined if there is none within five years, or for text that is no schedule. */
export function nextTime(text: string, after: number, timeZone?: string): number | undefined {
  const [, , named, rest = text] = text.match(/^(CRON_)?TZ=(\S+)\s+(.*)$/) ?? []
  const zone = named ?? timeZone
  if (zone === undefined || zone === 'UTC' || rest.startsWith('@every')) return nextUtcTime(rest, after)
  for (let local = nextUtcTime(rest, after + offsetAt(zone, after)); local !== undefined; local = nextUtcTime(rest, local)) {
    const time = local - offsetAt(zone, local - offsetAt(zone, after))
    const exists = time + offsetAt(zone, time) === local
    if (exists && time > after) return time
  }
  return undefined
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** How far the clocks of a zone are ahead of UTC, in ms; an unknown zone is UTC. */
function offsetAt(zone: string, time: number): number {
  try {
    const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    clocks.set(zone, clock)
    const name = clock.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0'] = name.match(/GMT([+-])(\d+):(\d+)/) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minute
  } catch {
    return 0
  }
}

function nextUtcTime(text: string, after: number): number | undefined {
  const every = text.match(/^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/)
  if (every) {
    const [, hours = 0, minutes = 0, seconds = 0] = every.map(Number)
    const step = (((hours || 0) * 60 + (minutes || 0)) * 60 + (seconds || 0)) * 1000
    return step > 0 ? Math.floor(after / 1000) * 1000 + step : undefined
  }
  const schedule = parse(names[text] ?? text)
  if (!schedule) return undefined
  let time = (Math.floor(after / minute) + 1) * minute
  for (const end = after + 5 * 366 * day; time < end; ) {
    const date = new Date(time)
    if (!onDay(schedule, date)) time = (Math.floor(time / day) + 1) * day
    else if (!schedule.hours.has(date.getUTCHours())) time = (Math.floor(time / (60 * minute)) + 1) * 60 * minute
    else if (!schedule.minutes.has(date.getUTCMinutes())) time += minute
    else return time
  }
  return undefined
}

function onDay({ months: inMonths, dates, weekdays, either }: Schedule, date: Date): boolean {
  if (!inMonths.has(date.getUTCMonth() + 1)) return false
  const byDate = dates.has(date.getUTCDate())
  const byWeekday = weekdays.has(date.getUTCDay())
  return either ? byDate || byWeekday : byDate && byWeekday
}

function parse(text: string): Schedule | undefined {
  const [minutes, hours, dates, inMonths, weekdays, ...more] = text.trim().split(/\s+/)
  if (!minutes || !hours || !dates || !inMonths || !weekdays || more.length > 0) return undefined
  return {
    minutes: field(minutes, 0, 59),
    hours: field(hours, 0, 23),
    dates: field(dates, 1, 31),
    months: field(inMonths, 1, 12, months),
    weekdays: new Set([...field(weekdays, 0, 7, days)].map((weekday) => weekday % 7)),
    either: !/^[*?]/.test(dates) && !/^[*?]/.test(weekdays),
  }
}

function field(text: string, least: number, most: number, words: readonly string[] = []): ReadonlySet<number> {
  const values = new Set<number>()
  const number = (part: string): number => (words.includes(part.toLowerCase()) ? words.indexOf(part.toLowerCase()) + (words === months ? 1 : 0) : Number(part))
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/')
    const [first = '', last] = range.split('-')
    const whole = first === '*' || first === '?'
    const from = whole ? least : number(first)
    const to = whole ? most : last !== undefined ? number(last) : step !== undefined ? most : from
    for (let value = from; value <= to; value += Number(step ?? 1) || 1) values.add(value)
  }
  return values
}
