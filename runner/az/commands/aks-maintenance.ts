// az aks maintenanceconfiguration: when a cluster may be maintained.
import { isObject, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, required, text } from '../command.ts'
import { absolutePath } from '../paths.ts'
import { aksOutput, clusterPath } from './aks-resource.ts'

/** Commands of `az aks maintenanceconfiguration`. */
export const group: CommandGroup = {
  handlers: {
    'aks maintenanceconfiguration list': async (call) =>
      (await call.arm.list(clusterPath(call, ['maintenanceConfigurations']))).map((entry) => aksOutput('MaintenanceConfiguration', entry)),
    'aks maintenanceconfiguration show': async (call) => {
      tell(call)
      return aksOutput('MaintenanceConfiguration', await call.arm.get(onePath(call)))
    },
    'aks maintenanceconfiguration add': (call) => write(call),
    'aks maintenanceconfiguration update': (call) => write(call),
    'aks maintenanceconfiguration delete': async (call) => {
      tell(call)
      await call.arm.send('DELETE', { path: onePath(call), accept: '*/*' })
    },
  },
}

/** As the real az does: a warning that warns of nothing. */
function tell({ log, values }: Call): void {
  const [group, cluster, config] = ['resource_group_name', 'cluster_name', 'config_name'].map((dest) => required(values, dest))
  log.warning(`resource_group_name: ${group}, cluster_name: ${cluster}, config_name: ${config} `)
}

async function write(call: Call): Promise<JsonObject> {
  const properties = await propertiesOf(call)
  return aksOutput('MaintenanceConfiguration', (await call.arm.send('PUT', { path: onePath(call), body: { properties } })).body)
}

/** A file as it is, a schedule, or the old form: a day and an hour (Azure CLI, `maintenanceconfiguration.py`). */
async function propertiesOf(call: Call): Promise<JsonObject> {
  const { values, context } = call
  const file = text(values, 'config_file')
  if (file !== undefined) return fromFile((await context.files.read(absolutePath(context, file))) ?? '', file)
  if (text(values, 'schedule_type') !== undefined) return { maintenanceWindow: windowOf(values) }
  const day = text(values, 'weekday')
  if (day === undefined)
    throw new AzError(
      'Please specify --weekday and --start-hour, or --schedule-type Weekly with --day-of-week, --start-time, and --duration for default maintenance configuration, or use --config-file instead.',
    )
  return {
    timeInWeek: [{ day, ...(values.start_hour === undefined || values.start_hour === null ? {} : { hourSlots: [Number(values.start_hour)] }) }],
    notAllowedTime: [],
  }
}

function fromFile(content: string, file: string): JsonObject {
  try {
    const value: unknown = JSON.parse(content)
    if (isObject(value)) return isObject(value.properties) ? value.properties : value
  } catch {
    // Said below, as for a file that holds no object.
  }
  throw new AzError(`Error reading maintenance configuration from ${file}. Please see https://aka.ms/AKSPlannedMaintenance for correct format.`)
}

function windowOf(values: Call['values']): JsonObject {
  const duration = values.duration_hours
  if (duration === undefined || duration === null) throw new AzError('Please specify --duration for maintenance window.')
  const startTime = text(values, 'start_time')
  if (startTime === undefined) throw new AzError('Please specify --start-time for maintenance window.')
  const startDate = text(values, 'start_date')
  return {
    schedule: scheduleOf(values),
    durationHours: Number(duration),
    utcOffset: text(values, 'utc_offset') ?? '+00:00',
    startTime,
    ...(startDate === undefined ? {} : { startDate }),
  }
}

function scheduleOf(values: Call['values']): JsonObject {
  const number = (name: string): number => Number(values[name])
  const schedules: Readonly<Record<string, () => JsonObject>> = {
    Daily: () => ({ daily: { intervalDays: number('interval_days') } }),
    Weekly: () => ({ weekly: { intervalWeeks: number('interval_weeks'), dayOfWeek: text(values, 'day_of_week') ?? '' } }),
    AbsoluteMonthly: () => ({ absoluteMonthly: { intervalMonths: number('interval_months'), dayOfMonth: number('day_of_month') } }),
    RelativeMonthly: () => ({
      relativeMonthly: { intervalMonths: number('interval_months'), weekIndex: text(values, 'week_index') ?? '', dayOfWeek: text(values, 'day_of_week') ?? '' },
    }),
  }
  return schedules[text(values, 'schedule_type') ?? '']?.() ?? {}
}

function onePath(call: Call): string {
  return clusterPath(call, ['maintenanceConfigurations', required(call.values, 'config_name')])
}
