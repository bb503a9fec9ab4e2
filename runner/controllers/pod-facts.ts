// What owners of pods ask of each of them, again and again: read once from each version of a pod.
import { isActive, isTerminating, type Pod, podCondition } from './pods.ts'

/** What a pod is to its owner. */
export interface PodFacts {
  readonly active: boolean
  readonly terminating: boolean
  readonly ready: boolean
  /** When it became ready or stopped being so, as it is written. */
  readonly readySince: string
  readonly labels: Readonly<Record<string, string>> | undefined
}

const facts = new WeakMap<Pod, PodFacts>()

/** The facts of a pod. */
export function factsOf(pod: Pod): PodFacts {
  const known = facts.get(pod)
  if (known) return known
  const ready = podCondition(pod, 'Ready')
  const read: PodFacts = {
    active: isActive(pod),
    terminating: isTerminating(pod),
    ready: ready?.status === 'True',
    readySince: ready?.lastTransitionTime ?? '',
    labels: pod.metadata.labels,
  }
  // A pod that is not frozen may be another one the next time.
  if (Object.isFrozen(pod)) facts.set(pod, read)
  return read
}
