// CronJobs.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { formatLabelSelector } from '../../selectors.ts'
import { age, containerImages, containerNames, since } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, invalid, nonNegative, notSupported, required } from '../validation/findings.ts'
import { isDns1123Subdomain, nameRule } from '../validation/names.ts'
import { fields, objects, present, text } from '../validation/read.ts'
import { cronJobWarnings } from '../warnings/workloads.ts'
import { validateJobSpec } from './job-spec.ts'
import { scheduleProblem } from './schedule.ts'

const policies = ['Allow', 'Forbid', 'Replace']
const longestName = 52

/** batch/v1 CronJob. */
export const cronJob = defineKind({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  warnings: cronJobWarnings,
  defaults: defaultsOf([
    ...objectsTo('spec.jobTemplate.spec.template.spec'),
    ...rowsAt('spec.jobTemplate.spec.template.spec', podSpecRows),
    ['spec.concurrencyPolicy', 'Allow'],
    ['spec.suspend', false],
    ['spec.successfulJobsHistoryLimit', 3],
    ['spec.failedJobsHistoryLimit', 1],
  ]),
  prepareForCreate: withoutStatus,
  validateName: nameRule(isDns1123Subdomain),
  validate: (object) => [...validateSpec(fields(object.spec)), ...validateLength(object)],
  validateUpdate: (object) => [...validateSpec(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const template = fields(fields(fields(fields(spec.jobTemplate).spec).template).spec)
    const last: Json | undefined = status.lastScheduleTime
    return [
      object.metadata.name ?? '',
      text(spec.schedule),
      text(spec.timeZone) || '<none>',
      suspendText(spec.suspend),
      objects(status.active).length,
      present(last) ? since(last, now) : '<none>',
      age(object, now),
      containerNames(template),
      containerImages(template),
      formatLabelSelector(fields(fields(fields(spec.jobTemplate).spec).selector)) || '<none>',
    ]
  },
})

function suspendText(suspend: Json | undefined): string {
  if (!present(suspend)) return '<unset>'
  return suspend === true ? 'True' : 'False'
}

function* validateSpec(spec: JsonObject): Findings {
  const schedule = text(spec.schedule)
  if (schedule === '') yield required('spec.schedule')
  else {
    const problem = scheduleProblem(schedule)
    if (problem !== undefined) yield invalid('spec.schedule', schedule, problem)
    if (/TZ/.test(schedule)) yield invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  }
  yield* nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds)
  const policy = text(spec.concurrencyPolicy)
  if (present(spec.timeZone)) yield* validateTimeZone(text(spec.timeZone))
  if (policy === '') yield required('spec.concurrencyPolicy')
  else if (!policies.includes(policy)) yield notSupported('spec.concurrencyPolicy', policy, policies)
  const job = fields(fields(spec.jobTemplate).spec)
  yield* validateJobSpec(job, 'spec.jobTemplate.spec')
  if (present(job.selector)) yield invalid('spec.jobTemplate.spec.selector', job.selector, '`selector` will be auto-generated')
  if (job.manualSelector === true) yield notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false'])
  yield* nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit)
  yield* nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit)
}

function* validateTimeZone(zone: string): Findings {
  if (zone === '') return yield invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')
  if (zone.toLowerCase() === 'local')
    return yield invalid('spec.timeZone', zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    yield invalid('spec.timeZone', zone, `unknown time zone ${zone}`)
  }
}

/** The Jobs of a CronJob add eleven letters to its name. */
function* validateLength(object: KubernetesObject): Findings {
  const { name = '' } = object.metadata
  if (name.length > longestName) yield invalid('metadata.name', name, `must be no more than ${longestName} characters`)
}
