// Which run of a container its status tells of.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { restartsOf, runningSince, statusOf } from './pod.ts'

/** A run by its number, with its times in ms. */
export interface ToldRun {
  readonly restarts: number
  readonly started: number
  readonly until?: number
}

/** The run that a container's status tells of, or the one before it; undefined if it never started. `isKnown` tells of runs that were looked at. */
export function toldRun(
  pod: KubernetesObject,
  name: string,
  { previous, isKnown }: { previous: boolean; isKnown(restarts: number): boolean },
): ToldRun | undefined {
  const status = statusOf(pod, name)
  const restarts = restartsOf(pod, name) - (previous ? 1 : 0)
  const ended = previous ? at(status, 'lastState', 'terminated') : (at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated'))
  const running = previous ? undefined : runningSince(pod, name)
  const started = running ?? Date.parse(String(at(ended, at(ended, 'reason') === 'StartError' ? 'finishedAt' : 'startedAt') ?? ''))
  const waits = !previous && running === undefined && at(status, 'state', 'terminated') === undefined
  const number = waits && restarts > 0 && !isKnown(restarts) ? restarts - 1 : restarts
  if (Number.isNaN(started) || number < 0) return undefined
  return { restarts: number, started, ...(running === undefined && { until: Date.parse(String(at(ended, 'finishedAt') ?? '')) }) }
}
