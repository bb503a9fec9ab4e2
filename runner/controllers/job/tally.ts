// Counts a Job's pods: what succeeded, what failed, and how long the next try has to wait.
import { isObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import { isActive, isTerminating, type Pod } from '../pods.ts'
import { type Judgement, judge } from './failure-policy.ts'
import { indexOf, parseIndexes } from './indexes.ts'
import { isIndexed, type Job } from './shape.ts'

/** How a Job stands. */
export interface Tally {
  readonly active: readonly Pod[]
  readonly succeeded: number
  readonly failed: number
  /** Numbers that are done, of an indexed Job. */
  readonly completed: ReadonlySet<number>
  /** Numbers that are given up, of a Job with a limit for each. */
  readonly given: ReadonlySet<number>
  /** Failed pods that count, by number; all under NaN without numbers. */
  readonly failures: ReadonlyMap<number, readonly Pod[]>
  readonly failJob: Judgement | undefined
  /** Restarts of containers in pods that are still there, where they restart. */
  readonly restarts: number
  /** Pods that ended and are counted here for the first time. */
  readonly fresh: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] }
}

/** Counts the pods of a Job: to those that its status has counted already come those that ended since and are still held for it. */
export function tallyOf(job: Job, mine: readonly Pod[]): Tally {
  const { succeeded: succeededBefore, failed: failedBefore, pending } = countedOf(job)
  const underWay = new Set([...pending.succeeded, ...pending.failed])
  const indexes = (name: string): readonly number[] => parseIndexes(String(job.status?.[name] ?? ''))
  const succeeded = mine.filter(({ status }) => status?.phase === 'Succeeded')
  const judged = mine.filter((pod) => isFailed(job, pod)).map((pod) => ({ pod, ...judge(job, pod) }))
  const inRange = (index: number): boolean => index < (job.spec.completions ?? 0)
  const counting = judged.filter(({ action, pod }) => action !== 'Ignore' && (!isIndexed(job) || inRange(indexOf(pod))))
  const completed = new Set(isIndexed(job) ? [...indexes('completedIndexes'), ...succeeded.map(indexOf).filter(inRange)] : [])
  const failures = Map.groupBy(
    counting.map(({ pod }) => pod),
    (pod) => (isIndexed(job) ? indexOf(pod) : Number.NaN),
  )
  const limit = job.spec.backoffLimitPerIndex
  const over = [...failures].filter(([, pods]) => limit !== undefined && pods.length > limit).map(([index]) => index)
  const failedAtOnce = counting.filter(({ action }) => action === 'FailIndex').map(({ pod }) => indexOf(pod))
  const given = [...indexes('failedIndexes'), ...over, ...failedAtOnce].filter((index) => inRange(index) && !completed.has(index))
  const isNew = ({ metadata }: Pod): boolean => (metadata.finalizers?.includes(tracking) ?? false) && !underWay.has(metadata.uid ?? '')
  const fresh = { succeeded: isIndexed(job) ? [] : succeeded.filter(isNew), failed: counting.map(({ pod }) => pod).filter(isNew) }
  return {
    active: mine.filter(isActive),
    succeeded: isIndexed(job) ? completed.size : succeededBefore + pending.succeeded.length + fresh.succeeded.length,
    failed: failedBefore + pending.failed.length + fresh.failed.length,
    completed,
    given: new Set(limit === undefined ? [] : given),
    failures,
    failJob: judged.find(({ action }) => action === 'FailJob'),
    restarts: at(job.spec.template, 'spec', 'restartPolicy') === 'OnFailure' ? mine.filter(isActive).reduce((sum, pod) => sum + restartsOf(pod), 0) : 0,
    fresh,
  }
}

/** The finalizer of pods that are still to be counted. */
export const tracking = 'batch.kubernetes.io/job-tracking'

/** A pod that failed, or, unless its replacement has to wait for that, is on its way out (`isPodFailed`). */
export function isFailed({ spec }: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true
  return spec.podReplacementPolicy !== 'Failed' && isTerminating(pod)
}

/** Pods that ended, as a Job's status tells them: those that are counted, and the uids of those that were about to be when it was written. */
interface Counted {
  readonly succeeded: number
  readonly failed: number
  readonly pending: { readonly succeeded: readonly string[]; readonly failed: readonly string[] }
}

/** What a Job's status has counted (`status.uncountedTerminatedPods` says what was under way). */
export function countedOf({ status = {} }: Job): Counted {
  const pending = (name: string): readonly string[] => (at(status, 'uncountedTerminatedPods', name) as readonly string[] | undefined) ?? []
  return {
    succeeded: Number(status.succeeded ?? 0),
    failed: Number(status.failed ?? 0),
    pending: { succeeded: pending('succeeded'), failed: pending('failed') },
  }
}

const [firstWait, longestWait] = [10_000, 600_000]

/** Failures since the last success of a Job: how many, and when the last was, ms. */
export interface Setbacks {
  readonly count: number
  readonly last: number
}

/** When a new pod may come after these failures: 10 s after the first, twice as long after each further one, at most ten minutes. */
export function retryAt({ count, last }: Setbacks): number {
  return count === 0 ? 0 : last + Math.min(firstWait * 2 ** (count - 1), longestWait)
}

/** The failures of single pods. */
export function setbacksOf(failures: readonly Pod[]): Setbacks {
  return { count: failures.length, last: Math.max(0, ...failures.map(finishedAt)) }
}

/** What is remembered of a Job's failures, with those pods that were counted now (`backoff_utils.go`). */
export function setbacksAfter(before: Setbacks, mine: readonly Pod[], { fresh, failures }: Tally): Setbacks {
  const won = mine.filter(({ status }) => status?.phase === 'Succeeded').map(finishedAt)
  const last = Math.max(0, ...won)
  const since = [...failures.values()].flat().filter((pod) => finishedAt(pod) > last)
  if (fresh.succeeded.length > 0 || last >= before.last) return setbacksOf(since)
  return fresh.failed.length === 0 ? before : { count: before.count + fresh.failed.length, last: Math.max(before.last, ...fresh.failed.map(finishedAt)) }
}

function finishedAt(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? [])
    .map((status) => Date.parse(String(at(status, 'state', 'terminated', 'finishedAt'))))
    .filter((time) => !Number.isNaN(time))
  if (times.length > 0) return Math.max(...times)
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata
  return (deletionTimestamp === undefined ? Date.parse(creationTimestamp) : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000) || 0
}

function restartsOf({ status }: Pod): number {
  const initial = Array.isArray(status?.initContainerStatuses) ? status.initContainerStatuses.filter(isObject) : []
  return [...(status?.containerStatuses ?? []), ...initial].reduce((sum, container) => sum + Number(container.restartCount ?? 0), 0)
}
