// Runs a Job's pods until enough have succeeded, or too many have failed.
import { equal, type JsonObject } from '../base/json.ts'
import { formatTime, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { claim, ownerKeys } from './owners.ts'
import { isActive, isReady, isTerminating, type Pod, podFromTemplate } from './pods.ts'
import { jobs, pods } from './resources.ts'

/** The parts of a Job that controllers read. */
export interface Job extends KubernetesObject {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly ttlSecondsAfterFinished?: number
    readonly completionMode?: string
    readonly suspend?: boolean
    readonly selector?: JsonObject
    readonly template: JsonObject
  }
  readonly status?: JobStatus
}

interface JobStatus {
  readonly conditions?: readonly JobCondition[]
  readonly startTime?: string
  readonly completionTime?: string
  readonly [field: string]: unknown
}

interface JobCondition {
  readonly type: string
  readonly status: string
  readonly lastProbeTime: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

const tracking = 'batch.kubernetes.io/job-tracking'
const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

export const jobController = defineController({
  name: 'job-controller',
  watches: [{ resource: jobs }, { resource: pods, keys: (pod) => ownerKeys('Job')(pod).filter((key) => !key.endsWith('/*')) }],
  reconcile,
})

/** The condition that ended a Job, if it ended. */
export function endOf(job: Job): JobCondition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
}

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, clock } = context
  const job = (await client.get(jobs, parseKey(key))) as Job | undefined
  if (!job) return releaseOrphans(key, context)
  const { items } = await client.list(pods, { namespace: job.metadata.namespace ?? '' })
  const mine = (await claim(client, job, { resource: pods, objects: items })) as readonly Pod[]
  await release(mine, context, { all: job.metadata.deletionTimestamp !== undefined || endOf(job) !== undefined })
  if (job.metadata.deletionTimestamp !== undefined) return undefined
  if (endOf(job)) return removeLater(job, context)
  const succeeded = mine.filter(({ status }) => status?.phase === 'Succeeded')
  const failed = mine.filter(({ status }) => status?.phase === 'Failed')
  const active = mine.filter(isActive)
  const end = endNow(job, { succeeded: succeeded.length, failed: failed.length, active: active.length, now: clock.now() })
  if (end) for (const pod of active) await client.delete(pods, keyOf(pod))
  const made = end || job.spec.suspend ? 0 : await createPods(job, { active, succeeded }, context)
  await writeStatus(job, { mine, active: end ? 0 : active.length + made, end }, context)
  const { activeDeadlineSeconds } = job.spec
  const started = Date.parse(job.status?.startTime ?? formatTime(clock.now()))
  return activeDeadlineSeconds === undefined || end ? undefined : { requeueAfter: Math.max(started + activeDeadlineSeconds * 1000 - clock.now(), 0) + 1 }
}

/** Pods of a Job that is gone must not be held by its finalizer. */
async function releaseOrphans(key: string, context: ControllerContext): Promise<undefined> {
  const { namespace = '', name } = parseKey(key)
  const { items } = await context.client.list(pods, { namespace })
  const mine = (items as readonly Pod[]).filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.kind === 'Job' && owner.name === name))
  await release(mine, context, { all: true })
  return undefined
}

/** Takes the finalizer off pods that are counted: those that ended, or all. */
async function release(mine: readonly Pod[], { client }: ControllerContext, { all }: { all: boolean }): Promise<void> {
  for (const pod of mine) {
    const { finalizers = [] } = pod.metadata
    const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (!finalizers.includes(tracking) || !(all || ended || pod.metadata.deletionTimestamp !== undefined)) continue
    const patch = { metadata: { finalizers: finalizers.filter((name) => name !== tracking) } }
    await client.patch(pods, keyOf(pod), patch, { type: 'merge' }).catch((error: unknown) => {
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
    })
  }
}

type End = readonly [target: string, targetReason: string, type: 'Complete' | 'Failed', reason: string, message: string]

function endNow(job: Job, { succeeded, failed, active, now }: { succeeded: number; failed: number; active: number; now: number }): End | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds } = job.spec
  if (completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions) {
    const reason = 'CompletionsReached'
    return ['SuccessCriteriaMet', reason, 'Complete', reason, 'Reached expected number of succeeded pods']
  }
  if (failed > backoffLimit) return ['FailureTarget', 'BackoffLimitExceeded', 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit']
  const started = job.status?.startTime
  const late = activeDeadlineSeconds !== undefined && started !== undefined && now >= Date.parse(started) + activeDeadlineSeconds * 1000
  return late ? ['FailureTarget', 'DeadlineExceeded', 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'] : undefined
}

async function createPods(job: Job, { active, succeeded }: { active: readonly Pod[]; succeeded: readonly Pod[] }, context: ControllerContext): Promise<number> {
  const { parallelism = 1, completions } = job.spec
  const room = completions === undefined ? (succeeded.length > 0 ? active.length : parallelism) : Math.min(parallelism, completions - succeeded.length)
  const indexes = job.spec.completionMode === 'Indexed' ? freeIndexes(completions ?? 0, [...active, ...succeeded]) : []
  let made = 0
  for (; active.length + made < room; made += 1) await createPod(job, indexes[made], context)
  return made
}

function freeIndexes(completions: number, taken: readonly Pod[]): readonly number[] {
  const used = new Set(taken.map(({ metadata }) => Number(metadata.annotations?.[indexAnnotation])))
  return Array.from({ length: completions }, (_, index) => index).filter((index) => !used.has(index))
}

async function createPod(job: Job, index: number | undefined, { client, event }: ControllerContext): Promise<void> {
  const pod = podFromTemplate(job, job.spec.template)
  const { annotations, labels, finalizers = [], ...metadata } = pod.metadata
  const marks = index === undefined ? {} : { [indexAnnotation]: String(index) }
  try {
    const made = await client.create(pods, {
      ...pod,
      metadata: {
        ...metadata,
        ...(index !== undefined && { generateName: `${job.metadata.name}-${index}-` }),
        labels: { ...labels, ...marks },
        ...((annotations || index !== undefined) && { annotations: { ...annotations, ...marks } }),
        finalizers: [...finalizers, tracking],
      },
      spec: { ...(pod.spec as JsonObject), ...(index !== undefined && { hostname: `${job.metadata.name}-${index}` }) },
    })
    await event(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.metadata.name}` })
  } catch (error) {
    if (error instanceof StatusError) await event(job, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    throw error
  }
}

async function writeStatus(
  job: Job,
  { mine, active, end }: { mine: readonly Pod[]; active: number; end: End | undefined },
  { client, clock, event }: ControllerContext,
): Promise<void> {
  const now = formatTime(clock.now())
  const count = (phase: string): number => mine.filter(({ status }) => status?.phase === phase).length
  const counts = { active, succeeded: count('Succeeded'), failed: count('Failed') }
  const conditions = [...(job.status?.conditions ?? [])]
  if (end) {
    const [target, targetReason, type, reason, message] = end
    for (const [name, why] of [
      [target, targetReason],
      [type, reason],
    ] as const)
      conditions.push({ type: name, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason: why, message })
  }
  const { startTime } = job.status ?? {}
  const status = {
    ...(conditions.length > 0 && { conditions }),
    ...(!job.spec.suspend && { startTime: startTime ?? now }),
    ...(end?.[2] === 'Complete' && { completionTime: now }),
    ...Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0)),
    terminating: mine.filter(isTerminating).length,
    uncountedTerminatedPods: {},
    ready: end ? 0 : mine.filter(isReady).length,
  }
  if (equal(job.status ?? {}, status)) return
  await client.update(jobs, { ...job, status } as KubernetesObject, { subresource: 'status' })
  if (end?.[2] === 'Complete') await event(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
  else if (end) await event(job, { type: 'Warning', reason: end[3], message: end[4] })
}

/** A Job with a time to live goes when it is over. */
async function removeLater(job: Job, { client, clock }: ControllerContext): Promise<ReconcileResult | undefined> {
  const { ttlSecondsAfterFinished } = job.spec
  const ended = endOf(job)?.lastTransitionTime
  if (ttlSecondsAfterFinished === undefined || ended === undefined) return undefined
  const wait = Date.parse(ended) + ttlSecondsAfterFinished * 1000 - clock.now()
  if (wait > 0) return { requeueAfter: wait }
  await client.delete(jobs, keyOf(job), { propagationPolicy: 'Foreground' })
  return undefined
}
