// Cron schedules: whether one can be read, in the words of robfig/cron.
const bounds = [
  { name: 'minute', low: 0, high: 59, words: [] as readonly string[] },
  { name: 'hour', low: 0, high: 23, words: [] as readonly string[] },
  { name: 'day of month', low: 1, high: 31, words: [] as readonly string[] },
  { name: 'month', low: 1, high: 12, words: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', low: 0, high: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What is wrong with a schedule, or undefined. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string'
  const spec = schedule.replace(/^(TZ|CRON_TZ)=\S+\s*/, '')
  if (spec.startsWith('@')) return descriptorProblem(spec)
  const parts = spec.split(/\s+/).filter((part) => part !== '')
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`
  for (const [index, part] of parts.entries()) {
    const problem = fieldProblem(part, index)
    if (problem !== undefined) return problem
  }
  return undefined
}

function descriptorProblem(spec: string): string | undefined {
  if (descriptors.includes(spec)) return undefined
  if (!spec.startsWith('@every ')) return `unrecognized descriptor: ${spec}`
  const duration = spec.slice('@every '.length)
  return /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(duration)
    ? undefined
    : `failed to parse duration ${spec}: time: invalid duration ${JSON.stringify(duration)}`
}

function fieldProblem(field: string, index: number): string | undefined {
  for (const part of field.split(',')) {
    const problem = rangeProblem(part, index)
    if (problem !== undefined) return problem
  }
  return undefined
}

function rangeProblem(expression: string, index: number): string | undefined {
  const [range = '', step, ...more] = expression.split('/')
  const [first = '', last, ...rest] = range.split('-')
  const { low, high } = bounds[index] ?? { low: 0, high: 0 }
  if (more.length > 0) return `too many slashes: ${expression}`
  if (rest.length > 0) return `too many hyphens: ${expression}`
  const star = first === '*' || first === '?'
  const start = star ? low : numberOf(first, index)
  const end = star ? high : last === undefined ? (step === undefined ? start : high) : numberOf(last, index)
  for (const value of [start, end]) if (typeof value === 'string') return value
  if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`
  if (Number(start) < low) return `beginning of range (${start}) below minimum (${low}): ${expression}`
  if (Number(end) > high) return `end of range (${end}) above maximum (${high}): ${expression}`
  if (Number(start) > Number(end)) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  return step !== undefined && Number(step) === 0 ? `step of range should be a positive number: ${expression}` : undefined
}

function numberOf(text: string, index: number): number | string {
  const word = bounds[index]?.words.indexOf(text.toLowerCase()) ?? -1
  if (text !== '' && word >= 0) return word
  if (/^\d+$/.test(text)) return Number(text)
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
}
