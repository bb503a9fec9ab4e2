// Runs a Job's pods until enough have succeeded, or too many have failed.
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { formatTime, type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { findAdopters, isOrphans } from '../adopters.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { claim, ownerKeys } from '../owners.ts'
import { isReady, isTerminating, type Pod, podFromTemplate } from '../pods.ts'
import { jobs, pods } from '../resources.ts'
import { changedConditions, pauseOf } from './conditions.ts'
import { type End, endNow } from './end.ts'
import { formatIndexes, indexAnnotation, indexOf, withIndex } from './indexes.ts'
import { endOf, isIndexed, type Job } from './shape.ts'
import { countedOf, isFailed, retryAt, type Setbacks, setbacksAfter, setbacksOf, type Tally, tallyOf, tracking } from './tally.ts'

/** What `managedBy` says of a Job that is this controller's. */
const own = 'kubernetes.io/job-controller'
const failureCount = 'batch.kubernetes.io/job-index-failure-count'

export const jobController = defineController({
  name: 'job-controller',
  watches: [{ resource: jobs }, { resource: pods, keys: ownerKeys('Job') }],
  reconcile,
})

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  if (isOrphans(key)) return findAdopters(jobs, key, context)
  const { client, clock } = context
  const job = (await client.get(jobs, parseKey(key))) as Job | undefined
  if (!job) return releaseOrphans(key, context)
  if ((job.spec.managedBy ?? own) !== own) return undefined
  const { items } = await client.list(pods, { namespace: job.metadata.namespace ?? '' })
  const mine = (await claim(client, job, { resource: pods, objects: items })) as readonly Pod[]
  const over = job.metadata.deletionTimestamp !== undefined || endOf(job) !== undefined
  if (over) await release(mine, context)
  if (over) context.memory.set(key, undefined)
  if (job.metadata.deletionTimestamp !== undefined) return undefined
  if (endOf(job)) return removeLater(job, context)
  const tally = tallyOf(job, mine)
  const setbacks = remember(key, job, setbacksAfter(recall(key, job, context), mine, tally), context)
  const end = endNow(job, tally, clock.now())
  const leaving = job.spec.podReplacementPolicy === 'Failed' ? mine.filter(isTerminating).length : 0
  const wanted = end || job.spec.suspend ? 0 : Math.max(roomOf(job, tally) - leaving, 0)
  await removePods(job, tally.active.slice(wanted), context, { counted: end !== undefined })
  const { made, next } = await createPods(job, { setbacks, tally, wanted }, context)
  await track(job, { mine, tally, active: Math.min(tally.active.length, wanted) + made, end }, context)
  const { activeDeadlineSeconds, suspend } = job.spec
  const started = Date.parse(job.status?.startTime ?? formatTime(clock.now()))
  const times = [...(next === undefined ? [] : [next]), ...(activeDeadlineSeconds === undefined || suspend ? [] : [started + activeDeadlineSeconds * 1000 + 1])]
  return times.length === 0 || end ? undefined : { requeueAfter: Math.max(Math.min(...times) - clock.now(), 1) }
}

function recall(key: string, { metadata }: Job, { memory }: ControllerContext): Setbacks {
  const known = memory.get(key)
  return isObject(known) && known.uid === metadata.uid ? { count: Number(known.count), last: Number(known.last) } : { count: 0, last: 0 }
}

function remember(key: string, { metadata }: Job, setbacks: Setbacks, { memory }: ControllerContext): Setbacks {
  memory.set(key, setbacks.count === 0 ? undefined : { uid: metadata.uid ?? '', ...setbacks })
  return setbacks
}

/** Pods of a Job that is gone must not be held by its finalizer. */
async function releaseOrphans(key: string, context: ControllerContext): Promise<undefined> {
  const { namespace = '', name } = parseKey(key)
  const { items } = await context.client.list(pods, { namespace })
  const mine = (items as readonly Pod[]).filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.kind === 'Job' && owner.name === name))
  await release(mine, context)
  context.memory.set(key, undefined)
  return undefined
}

/** Takes the finalizer off pods that need not be counted any more. */
async function release(counted: readonly Pod[], { client }: ControllerContext): Promise<void> {
  for (const pod of counted) {
    const { finalizers = [] } = pod.metadata
    if (!finalizers.includes(tracking)) continue
    const patch = { metadata: { finalizers: finalizers.filter((name) => name !== tracking) } }
    await client.patch(pods, keyOf(pod), patch, { type: 'merge' }).catch((error: unknown) => {
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
    })
  }
}

/** How many pods ought to run now. */
function roomOf(job: Job, { active, succeeded, given }: Tally): number {
  const { parallelism = 1, completions } = job.spec
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism
  return Math.min(parallelism, completions - succeeded - given.size)
}

/** Deletes pods; what a Job takes back itself does not count as failed. */
async function removePods(job: Job, surplus: readonly Pod[], context: ControllerContext, { counted }: { readonly counted: boolean }): Promise<void> {
  const { client, event } = context
  if (!counted) await release(surplus, context)
  for (const pod of surplus) {
    await client.delete(pods, keyOf(pod))
    await event(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
  }
}

/** Pods that are made in one look; they wake the Job again (`job_controller.go`, MaxPodCreateDeletePerSync). */
const burst = 500

/** Makes the pods that are missing, and says when the next may come where failures hold it back. */
async function createPods(
  job: Job,
  { setbacks, tally, wanted }: { readonly setbacks: Setbacks; readonly tally: Tally; readonly wanted: number },
  context: ControllerContext,
): Promise<{ readonly made: number; readonly next: number | undefined }> {
  const missing = Math.min(wanted - tally.active.length, burst)
  if (missing <= 0) return { made: 0, next: undefined }
  const now = context.clock.now()
  const each = job.spec.backoffLimitPerIndex !== undefined
  const shared = each ? 0 : retryAt(setbacks)
  const slots = isIndexed(job) ? freeIndexes(job, tally) : Array.from({ length: missing }, () => undefined)
  const ripe: { readonly index: number | undefined }[] = []
  const later: number[] = []
  for (const index of slots) {
    const at = each && index !== undefined ? retryAt(setbacksOf(tally.failures.get(index) ?? [])) : shared
    if (at > now) later.push(at)
    else ripe.push({ index })
    if (ripe.length === missing) break
  }
  for (const { index } of ripe) await createPod(job, { index, failures: each ? (tally.failures.get(index ?? 0)?.length ?? 0) : undefined }, context)
  return { made: ripe.length, next: ripe.length < missing && later.length > 0 ? Math.min(...later) : undefined }
}

function* freeIndexes(job: Job, { active, completed, given }: Tally): Generator<number> {
  const used = new Set([...active.map(indexOf), ...completed, ...given])
  for (let index = 0; index < (job.spec.completions ?? 0); index += 1) if (!used.has(index)) yield index
}

async function createPod(
  job: Job,
  { index, failures }: { readonly index: number | undefined; readonly failures: number | undefined },
  { client, event }: ControllerContext,
): Promise<void> {
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
        ...((annotations || index !== undefined) && {
          annotations: { ...annotations, ...marks, ...(failures !== undefined && { [failureCount]: String(failures) }) },
        }),
        finalizers: [...finalizers, tracking],
      },
      spec: { ...(pod.spec as JsonObject), ...(index !== undefined && { hostname: `${job.metadata.name}-${index}`, ...withIndex(pod) }) },
    })
    await event(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.metadata.name}` })
  } catch (error) {
    if (error instanceof StatusError) await event(job, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    throw error
  }
}

interface Standing {
  readonly mine: readonly Pod[]
  readonly tally: Tally
  readonly active: number
  readonly end: End | undefined
}

/** Writes which pods are about to be counted, lets them go, and writes the counts: none is lost or counted twice (`trackJobStatusAndRemoveFinalizers`). */
async function track(job: Job, standing: Standing, context: ControllerContext): Promise<void> {
  const { fresh } = standing.tally
  const uids = (ended: readonly Pod[]): readonly string[] => ended.map(({ metadata }) => metadata.uid ?? '')
  const { pending, ...before } = countedOf(job)
  const named = { succeeded: [...pending.succeeded, ...uids(fresh.succeeded)], failed: [...pending.failed, ...uids(fresh.failed)] }
  const uncounted = Object.fromEntries(Object.entries(named).filter(([, list]) => list.length > 0))
  const begun = Object.keys(uncounted).length === 0 ? job : await writeStatus(job, { ...standing, end: undefined }, { ...before, uncounted }, context)
  await release(
    standing.mine.filter((pod) => pod.status?.phase === 'Succeeded' || isFailed(job, pod)),
    context,
  )
  const { tally, end } = standing
  // Whoever still runs when a Job fails is counted among the failed.
  const failed = tally.failed + (end?.type === 'Failed' ? tally.active.length : 0)
  await writeStatus(begun, standing, { succeeded: tally.succeeded, failed, uncounted: {} }, context)
}

interface Counts {
  readonly succeeded: number
  readonly failed: number
  readonly uncounted: JsonObject
}

async function writeStatus(job: Job, { mine, tally, active, end }: Standing, { uncounted, ...ended }: Counts, context: ControllerContext): Promise<Job> {
  const { client, clock, event } = context
  const now = formatTime(clock.now())
  const counts = { active, ...ended, ...(isIndexed(job) && { succeeded: tally.completed.size }) }
  const pause = pauseOf(job, end)
  const conditions = changedConditions(job, { pause, end, now })
  const { startTime } = job.status ?? {}
  const begun = pause?.status === 'False' ? now : (startTime ?? (job.spec.suspend ? undefined : now))
  const status = {
    ...(conditions.length > 0 && { conditions }),
    ...(begun !== undefined && { startTime: begun }),
    ...(end?.type === 'Complete' && { completionTime: now }),
    ...Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0)),
    ...(tally.completed.size > 0 && { completedIndexes: formatIndexes(tally.completed) }),
    ...(job.spec.backoffLimitPerIndex !== undefined && { failedIndexes: formatIndexes(tally.given) }),
    terminating: mine.filter(isTerminating).length,
    uncountedTerminatedPods: uncounted,
    ready: end ? 0 : mine.filter(isReady).length,
  }
  if (equal(job.status ?? {}, status)) return job
  const written = (await client.update(jobs, { ...job, status } as KubernetesObject, { subresource: 'status' })) as Job
  if (pause) await event(job, { type: 'Normal', reason: pause.status === 'True' ? 'Suspended' : 'Resumed', message: pause.message })
  if (end?.type === 'Complete') await event(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
  else if (end) await event(job, { type: 'Warning', reason: end.reason, message: end.message })
  return written
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
