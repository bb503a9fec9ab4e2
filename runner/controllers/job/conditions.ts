// Conditions of a Job: that it rests, and how it ended.
import type { End } from './end.ts'
import type { Job, JobCondition } from './shape.ts'

/** That a Job begins to rest, or goes on after a rest. */
export interface Pause {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** The change between resting and running that is due, if one is. */
export function pauseOf({ spec, status }: Job, end: End | undefined): Pause | undefined {
  const known = status?.conditions?.find(({ type }) => type === 'Suspended')?.status
  if (end) return undefined
  if (spec.suspend && known !== 'True') return { status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
  return !spec.suspend && known === 'True' ? { status: 'False', reason: 'JobResumed', message: 'Job resumed' } : undefined
}

/** The conditions as they are to be now. */
export function changedConditions(
  job: Job,
  { pause, end, now }: { readonly pause: Pause | undefined; readonly end: End | undefined; readonly now: string },
): readonly JobCondition[] {
  const times = { lastProbeTime: now, lastTransitionTime: now }
  const before = job.status?.conditions ?? []
  const kept = pause ? before.filter(({ type }) => type !== 'Suspended') : before
  const paused = pause ? [{ type: 'Suspended', ...times, ...pause }] : []
  const ended = end ? [end.target, end.type].map((type) => ({ type, status: 'True', ...times, reason: end.reason, message: end.message })) : []
  return [...kept, ...paused, ...ended]
}
