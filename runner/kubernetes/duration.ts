// Durations as kubectl and Table cells print them (apimachinery `pkg/util/duration`).

const second = 1000
const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** About two units of precision: `2m59s`, `7h59m`, `2d1h`. Up to two seconds in the future count as now. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * minute) return `${seconds}s`
  if (seconds < 10 * minute) return two(seconds, minute, 'm', 1, 's')
  if (seconds < 3 * hour) return one(seconds, minute, 'm')
  if (seconds < 8 * hour) return two(seconds, hour, 'h', minute, 'm')
  if (seconds < 2 * day) return one(seconds, hour, 'h')
  if (seconds < 8 * day) return two(seconds, day, 'd', hour, 'h')
  if (seconds < 2 * year) return one(seconds, day, 'd')
  if (seconds < 8 * year) return two(seconds, year, 'y', day, 'd')
  return one(seconds, year, 'y')
}

/** One unit only: `2m`, `7h`, `2d`. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < minute) return `${seconds}s`
  if (seconds < hour) return one(seconds, minute, 'm')
  if (seconds < day) return one(seconds, hour, 'h')
  return seconds < year ? one(seconds, day, 'd') : one(seconds, year, 'y')
}

function one(seconds: number, unit: number, letter: string): string {
  return `${Math.floor(seconds / unit)}${letter}`
}

function two(seconds: number, unit: number, letter: string, small: number, smallLetter: string): string {
  const rest = Math.floor((seconds % unit) / small)
  return rest === 0 ? one(seconds, unit, letter) : `${one(seconds, unit, letter)}${rest}${smallLetter}`
}
