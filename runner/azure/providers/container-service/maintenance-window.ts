// When a cluster may be maintained: windows as maintenance configurations have them (learn.microsoft.com/azure/aks/planned-maintenance).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'

const hour = 3_600_000
const day = 24 * hour
/** How far ahead an opening is looked for. */
const horizon = 800
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const weeks = ['First', 'Second', 'Third', 'Fourth']

/**
 * When a window is open next, world time in ms: `now` itself while it is open. Undefined where it never opens, or the properties hold no window.
 * `properties` are a maintenance configuration's.
 */
export function nextOpening(properties: JsonObject, now: number): number | undefined {
  const { maintenanceWindow } = properties
  if (!isObject(maintenanceWindow)) return undefined
  const { schedule, durationHours, utcOffset, startTime, startDate } = maintenanceWindow
  const duration = Number(durationHours ?? 4) * hour
  const offset = offsetOf(utcOffset)
  const from = typeof startDate === 'string' ? Date.parse(`${startDate}T00:00:00Z`) : 0
  const [hours = 0, minutes = 0] = String(startTime ?? '00:00')
    .split(':')
    .map(Number)
  const today = Math.floor((now + offset - duration) / day) * day
  for (let ahead = 0; ahead < horizon; ahead += 1) {
    const date = today + ahead * day
    if (date < from || !falls(isObject(schedule) ? schedule : {}, date, from)) continue
    const opens = date + hours * hour + minutes * 60_000 - offset
    if (opens + duration > now) return Math.max(opens, now)
  }
  return undefined
}

/** `+05:30` in ms. */
function offsetOf(text: Json | undefined): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(String(text ?? '')) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * hour + Number(minutes) * 60_000)
}

/** Whether a schedule names a day; intervals are counted from the day that it began. */
function falls({ daily, weekly, absoluteMonthly, relativeMonthly }: JsonObject, date: number, from: number): boolean {
  const time = new Date(date)
  const weekday = days[time.getUTCDay()]
  if (isObject(daily)) return Math.round((date - from) / day) % every(daily.intervalDays) === 0
  if (isObject(weekly)) return weekday === weekly.dayOfWeek && Math.floor((mondayOf(date) - mondayOf(from)) / (7 * day)) % every(weekly.intervalWeeks) === 0
  const months = (time.getUTCFullYear() - new Date(from).getUTCFullYear()) * 12 + time.getUTCMonth() - new Date(from).getUTCMonth()
  if (isObject(absoluteMonthly)) return time.getUTCDate() === absoluteMonthly.dayOfMonth && months % every(absoluteMonthly.intervalMonths) === 0
  if (!isObject(relativeMonthly) || weekday !== relativeMonthly.dayOfWeek || months % every(relativeMonthly.intervalMonths) !== 0) return false
  if (relativeMonthly.weekIndex === 'Last') return new Date(date + 7 * day).getUTCMonth() !== time.getUTCMonth()
  return weeks[Math.floor((time.getUTCDate() - 1) / 7)] === relativeMonthly.weekIndex
}

function every(interval: Json | undefined): number {
  return Math.max(1, Number(interval ?? 1))
}

function mondayOf(date: number): number {
  return date - ((new Date(date).getUTCDay() + 6) % 7) * day
}
