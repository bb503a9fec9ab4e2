// Whether a Job is over now, and in which words.
import { parseIndexes } from './indexes.ts'
import { isIndexed, type Job } from './shape.ts'
import type { Tally } from './tally.ts'

/** How a Job ends: the conditions' types, their reason and message. */
export interface End {
  readonly target: 'SuccessCriteriaMet' | 'FailureTarget'
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** The end of a Job that has come to it. */
export function endNow(job: Job, tally: Tally, now: number): End | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, maxFailedIndexes, completions = 0 } = job.spec
  if (tally.failJob) return failed('PodFailurePolicy', tally.failJob.message)
  const restarted = tally.restarts > 0 && tally.restarts >= backoffLimit
  if (tally.failed > backoffLimit || restarted) return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  const started = job.status?.startTime
  if (activeDeadlineSeconds !== undefined && started !== undefined && now >= Date.parse(started) + activeDeadlineSeconds * 1000)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (maxFailedIndexes !== undefined && tally.given.size > maxFailedIndexes)
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  if (tally.given.size > 0 && tally.given.size + tally.completed.size >= completions) return failed('FailedIndexes', 'Job has failed indexes')
  return success(job, tally)
}

function success(job: Job, { succeeded, active, completed }: Tally): End | undefined {
  const { completions, successPolicy } = job.spec
  const rule = isIndexed(job) ? (successPolicy?.rules ?? []).findIndex((each) => isMet(each, completed)) : -1
  if (rule >= 0) return { target: 'SuccessCriteriaMet', type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` }
  const enough = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions
  if (!enough) return undefined
  return { target: 'SuccessCriteriaMet', type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

function isMet(
  { succeededIndexes, succeededCount }: { readonly succeededIndexes?: string; readonly succeededCount?: number },
  completed: ReadonlySet<number>,
): boolean {
  const counted = succeededIndexes === undefined ? [...completed] : parseIndexes(succeededIndexes)
  const done = counted.filter((index) => completed.has(index)).length
  return done >= (succeededCount ?? counted.length) && done > 0
}

function failed(reason: string, message: string): End {
  return { target: 'FailureTarget', type: 'Failed', reason, message }
}
