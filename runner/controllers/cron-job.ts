// Makes a CronJob's Jobs at their times.
import { equal, type JsonObject } from '../base/json.ts'
import { formatTime, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { nextTime } from './cron-schedule.ts'
import { endOf, type Job } from './job/shape.ts'
import { controllerReference, ownerKeys } from './owners.ts'
import { cronJobs, jobs } from './resources.ts'

interface CronJob extends KubernetesObject {
  readonly spec: {
    readonly schedule: string
    readonly timeZone?: string
    readonly suspend?: boolean
    readonly concurrencyPolicy?: string
    readonly startingDeadlineSeconds?: number
    readonly successfulJobsHistoryLimit?: number
    readonly failedJobsHistoryLimit?: number
    readonly jobTemplate: {
      readonly metadata?: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> }
      readonly spec: JsonObject
    }
  }
  readonly status?: { readonly active?: readonly JsonObject[]; readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string }
}

export const cronJobController = defineController({
  name: 'cronjob-controller',
  watches: [{ resource: cronJobs }, { resource: jobs, keys: ownerKeys('CronJob', { orphans: false }) }],
  reconcile,
})

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, clock } = context
  const found = (await client.get(cronJobs, parseKey(key))) as CronJob | undefined
  if (!found || found.metadata.deletionTimestamp !== undefined) return undefined
  const owned = await jobsOf(found, context)
  for (const job of owned)
    if (!endOf(job) && !found.status?.active?.some(({ uid }) => uid === job.metadata.uid)) {
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`
      await context.event(found, { type: 'Warning', reason: 'UnexpectedJob', message })
    }
  const cron = await writeStatus(found, owned, context)
  await trim(cron, owned, context)
  if (cron.spec.suspend) return undefined
  const since = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? formatTime(clock.now()))
  const schedule = dueSince(cron, since, clock.now())
  if (!schedule) {
    const message = `invalid schedule: ${cron.spec.schedule} : time difference between two schedules is less than 1 second`
    await context.event(cron, { type: 'Warning', reason: 'InvalidSchedule', message })
    return undefined
  }
  const { due, missed } = schedule
  if (missed > most) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    await context.event(cron, { type: 'Warning', reason: 'TooManyMissedTimes', message })
  }
  if (due !== undefined) await start(cron, { due, owned }, context)
  const next = nextTime(cron.spec.schedule, Math.max(clock.now(), due ?? 0), cron.spec.timeZone)
  return next === undefined ? undefined : { requeueAfter: next - clock.now() }
}

async function jobsOf({ metadata }: CronJob, { client }: ControllerContext): Promise<readonly Job[]> {
  const { items } = await client.list(jobs, { namespace: metadata.namespace ?? '' })
  return (items as readonly Job[]).filter((job) => job.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata.uid))
}

/** How many times may be missed before that is said. */
const most = 100

/**
 * The last time that has come and is not too long ago, and how many came since; earlier ones that were missed are passed over.
 * Undefined for a schedule whose time never comes, as the 31st of February (cronjob `utils.go`, `mostRecentScheduleTime`).
 */
function dueSince({ spec }: CronJob, since: number, now: number): { readonly due: number | undefined; readonly missed: number } | undefined {
  const { startingDeadlineSeconds: deadline } = spec
  let [due, missed]: [number | undefined, number] = [undefined, 0]
  const from = deadline === undefined ? since : Math.max(since, now - deadline * 1000)
  if (nextTime(spec.schedule, from, spec.timeZone) === undefined) return undefined
  for (let time = nextTime(spec.schedule, from, spec.timeZone); time !== undefined && time <= now; time = nextTime(spec.schedule, time, spec.timeZone)) {
    due = time
    missed += 1
  }
  return { due, missed }
}

async function start(cron: CronJob, { due, owned }: { due: number; owned: readonly Job[] }, context: ControllerContext): Promise<void> {
  const { client, event } = context
  const running = owned.filter((job) => !endOf(job))
  if (running.length > 0 && cron.spec.concurrencyPolicy === 'Forbid') {
    await event(cron, {
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    })
    return
  }
  for (const job of cron.spec.concurrencyPolicy === 'Replace' ? running : []) await client.delete(jobs, keyOf(job), { propagationPolicy: 'Background' })
  const job = await client.create(jobs, jobFor(cron, due)).catch((error: unknown) => {
    if (error instanceof StatusError && error.reason === 'AlreadyExists') return undefined
    throw error
  })
  if (job) await event(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${job.metadata.name}` })
  const fresh = ((await client.get(cronJobs, keyOf(cron))) ?? cron) as CronJob
  const active = [...(fresh.status?.active ?? []), ...(job ? [reference(job)] : [])]
  await client.update(cronJobs, { ...fresh, status: { ...fresh.status, active, lastScheduleTime: formatTime(due) } } as unknown as KubernetesObject, {
    subresource: 'status',
  })
}

function jobFor(cron: CronJob, due: number): KubernetesObject {
  const { labels, annotations } = cron.spec.jobTemplate.metadata ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cron.metadata.name}-${Math.floor(due / 60_000)}`,
      namespace: cron.metadata.namespace ?? '',
      ...(labels && { labels }),
      annotations: { ...annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTime(due) },
      ownerReferences: [controllerReference(cron)],
    },
    spec: cron.spec.jobTemplate.spec,
  }
}

function reference({ metadata }: KubernetesObject): JsonObject {
  return {
    kind: 'Job',
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    apiVersion: 'batch/v1',
    resourceVersion: metadata.resourceVersion,
  }
}

/** Takes jobs that are over out of the list of active ones. */
async function writeStatus(cron: CronJob, owned: readonly Job[], { client, event }: ControllerContext): Promise<CronJob> {
  const active = cron.status?.active ?? []
  const still = active.filter(({ uid }) => owned.some((job) => job.metadata.uid === uid && !endOf(job)))
  const succeeded = owned
    .flatMap((job) => (endOf(job)?.type === 'Complete' ? [String(job.status?.completionTime)] : []))
    .sort()
    .at(-1)
  const { active: _, ...rest } = cron.status ?? {}
  const status = { ...rest, ...(still.length > 0 && { active: still }), ...(succeeded !== undefined && { lastSuccessfulTime: succeeded }) }
  if (equal(cron.status ?? {}, status)) return cron
  for (const { uid, name } of active.filter((each) => !still.includes(each))) {
    const job = owned.find(({ metadata }) => metadata.uid === uid)
    if (job) await event(cron, { type: 'Normal', reason: 'SawCompletedJob', message: `Saw completed job: ${name}, condition: ${endOf(job)?.type}` })
    else await event(cron, { type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${name}` })
  }
  return (await client.update(cronJobs, { ...cron, status } as unknown as KubernetesObject, { subresource: 'status' })) as CronJob
}

/** Keeps as many finished jobs as the CronJob asks for. */
async function trim(cron: CronJob, owned: readonly Job[], { client, event }: ControllerContext): Promise<void> {
  const limits = { Complete: cron.spec.successfulJobsHistoryLimit ?? 3, Failed: cron.spec.failedJobsHistoryLimit ?? 1 }
  for (const [type, limit] of Object.entries(limits)) {
    const over = owned.filter((job) => endOf(job)?.type === type).sort((a, b) => ((a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1))
    for (const job of over.slice(0, Math.max(0, over.length - limit))) {
      await client.delete(jobs, keyOf(job), { propagationPolicy: 'Background' })
      await event(cron, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${job.metadata.name}` })
    }
  }
}
