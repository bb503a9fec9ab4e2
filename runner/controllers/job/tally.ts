// Counts a Job's pods: what succeeded, what failed, and how long the next try has to wait.
import { isObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import { isActive, type Pod } from '../pods.ts'
import { type Judgement, judge } from './failure-policy.ts'
import { indexOf } from './indexes.ts'
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
}

/** Counts the pods of a Job. */
export function tallyOf(job: Job, mine: readonly Pod[]): Tally {
  const succeeded = mine.filter(({ status }) => status?.phase === 'Succeeded')
  const judged = mine.filter(({ status }) => status?.phase === 'Failed').map((pod) => ({ pod, ...judge(job, pod) }))
  const counting = judged.filter(({ action }) => action !== 'Ignore')
  const inRange = (index: number): boolean => index < (job.spec.completions ?? 0)
  const completed = new Set(isIndexed(job) ? succeeded.map(indexOf).filter(inRange) : [])
  const failures = Map.groupBy(
    counting.map(({ pod }) => pod),
    (pod) => (isIndexed(job) ? indexOf(pod) : Number.NaN),
  )
  const limit = job.spec.backoffLimitPerIndex
  const over = [...failures].filter(([, pods]) => limit !== undefined && pods.length > limit).map(([index]) => index)
  const failedAtOnce = counting.filter(({ action }) => action === 'FailIndex').map(({ pod }) => indexOf(pod))
  return {
    active: mine.filter(isActive),
    succeeded: isIndexed(job) ? completed.size : succeeded.length,
    failed: counting.length,
    completed,
    given: new Set(limit === undefined ? [] : [...over, ...failedAtOnce].filter((index) => inRange(index) && !completed.has(index))),
    failures,
    failJob: judged.find(({ action }) => action === 'FailJob'),
    restarts: at(job.spec.template, 'spec', 'restartPolicy') === 'OnFailure' ? mine.filter(isActive).reduce((sum, pod) => sum + restartsOf(pod), 0) : 0,
  }
}

const [firstWait, longestWait] = [10_000, 600_000]

/** When a new pod may come after these failures: 10 s after the first, twice as long after each further one, at most ten minutes. */
export function retryAt(failures: readonly Pod[]): number {
  if (failures.length === 0) return 0
  return Math.max(...failures.map(finishedAt)) + Math.min(firstWait * 2 ** (failures.length - 1), longestWait)
}

/** Failures since the last success. */
export function recentFailures(mine: readonly Pod[], failures: readonly Pod[]): readonly Pod[] {
  const last = Math.max(0, ...mine.filter(({ status }) => status?.phase === 'Succeeded').map(finishedAt))
  return failures.filter((pod) => finishedAt(pod) > last)
}

function finishedAt(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? [])
    .map((status) => Date.parse(String(at(status, 'state', 'terminated', 'finishedAt'))))
    .filter((time) => !Number.isNaN(time))
  return times.length > 0 ? Math.max(...times) : Date.parse(pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp ?? '') || 0
}

function restartsOf({ status }: Pod): number {
  const initial = Array.isArray(status?.initContainerStatuses) ? status.initContainerStatuses.filter(isObject) : []
  return [...(status?.containerStatuses ?? []), ...initial].reduce((sum, container) => sum + Number(container.restartCount ?? 0), 0)
}
