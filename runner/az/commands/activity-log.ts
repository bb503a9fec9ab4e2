// az monitor activity-log: what has been done in the subscription.
import { isObject, type Json } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type Handler, list, text } from '../command.ts'

const version = 'api-version=2015-04-01'

/** Commands of `az monitor activity-log`. */
export const activityHandlers: Readonly<Record<string, Handler>> = {
  'monitor activity-log list': listEvents,
  'monitor activity-log list-categories': async (call) => call.arm.list(`/providers/Microsoft.Insights/eventcategories?${version}`),
}

async function listEvents(call: Call): Promise<readonly Json[]> {
  const { values } = call
  const select = list(values, 'select')
  const query = [`$filter=${encode(filterOf(call))}`, ...(select === undefined ? [] : [`$select=${encode(select.join(' , '))}`])]
  const events = await call.arm.list(`${call.arm.scope()}/providers/Microsoft.Insights/eventtypes/management/values?${version}&${query.join('&')}`)
  return events.slice(0, Number(text(values, 'max_events') ?? 50)).filter(isObject)
}

/** Time, then one of correlation, group, resource and provider, then caller and state. */
function filterOf(call: Call): string {
  const { values } = call
  const conditions = (pairs: readonly (readonly [string, string])[]): string[] =>
    pairs.flatMap(([dest, name]) => (text(values, dest) === undefined ? [] : [`${name} eq '${text(values, dest)}'`]))
  const [first] = conditions([
    ['correlation_id', 'correlationId'],
    ['resource_group', 'resourceGroupName'],
    ['resource_id', 'resourceId'],
    ['resource_provider', 'resourceProvider'],
  ])
  const others = conditions([
    ['caller', 'caller'],
    ['status', 'status'],
  ])
  return [span(call), ...(first === undefined ? [] : [first]), ...others].join(' and ')
}

/** `--offset` back from the end, which is now unless it is said, or on from the start. */
function span({ values, context }: Call): string {
  const offset = periodOf(text(values, 'offset') ?? '6h')
  const given = (dest: string): number | undefined => {
    const words = list(values, dest)?.join(' ') ?? text(values, dest)
    return words === undefined ? undefined : Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(words) ? words.replace(' ', 'T') : `${words.replace(' ', 'T')}Z`)
  }
  const start = given('start_time')
  const end = given('end_time') ?? (start === undefined ? context.now() : start + offset)
  return `eventTimestamp ge ${pythonTime(start ?? end - offset)} and eventTimestamp le ${pythonTime(end)}`
}

const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 }

/** `1d6h` as ms. */
function periodOf(period: string): number {
  const parts = [...period.matchAll(/(\d+)([dhms])/gi)]
  if (parts.length === 0) throw new AzError(`argument --offset: invalid period_type value: '${period}'`, { exitCode: 2 })
  return parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (units[unit.toLowerCase()] ?? 0), 0)
}

function pythonTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000`
}

function encode(value: string): string {
  return encodeURIComponent(value).replaceAll("'", '%27').replaceAll('(', '%28').replaceAll(')', '%29')
}
