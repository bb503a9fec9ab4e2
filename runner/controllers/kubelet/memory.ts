// What the kubelet remembers of a pod between looks.
import { isObject, type Json } from '../../base/json.ts'
import type { Memory } from '../controller.ts'

/** A container: the stage it waits for and since when that is due, how often each was passed, and how its probes stand. */
export interface ContainerMemory {
  readonly stage: string
  readonly due: number
  readonly passed: Readonly<Record<string, number>>
  readonly probes?: Readonly<Record<string, ProbeMemory>>
  /** Its resources were changed, which is still to be said. */
  readonly resizing?: boolean
}

/** A probe: when it is due, and how often in a row it failed or succeeded. */
export interface ProbeMemory {
  readonly due: number
  readonly failed: number
  readonly succeeded: number
}

/** A pod on its way out, all in ms of world time: when its programs are asked to end, how long those take that say so, and when it is gone. */
export interface Leaving {
  readonly asks: number
  readonly firm?: number
  readonly gone?: number
}

/** A pod. */
export interface PodMemory {
  readonly uid: string
  readonly leaving?: Leaving
  /** When its volumes are tried again, and how often they were. */
  readonly mount?: { readonly due: number; readonly times: number }
  readonly containers: Readonly<Record<string, ContainerMemory>>
}

/** What is remembered of this very pod; of another one of the same name nothing counts. */
export function recall(memory: Memory, key: string, uid: string): PodMemory {
  const value = memory.get(key)
  const known = isObject(value) ? (value as unknown as PodMemory) : undefined
  return known?.uid === uid && known.containers !== undefined ? known : { uid, containers: {} }
}

/** Keeps what is worth it. */
export function remember(memory: Memory, key: string, pod: PodMemory): void {
  const containers = Object.fromEntries(
    Object.entries(pod.containers).filter(
      ([, { stage, passed, probes, resizing }]) => stage !== '' || Object.keys(passed).length > 0 || probes !== undefined || resizing,
    ),
  )
  const worth = pod.leaving !== undefined || pod.mount !== undefined || Object.keys(containers).length > 0
  memory.set(key, worth ? ({ ...pod, containers } as unknown as Json) : undefined)
}

/** A container of which nothing is remembered. */
export const noMemory: ContainerMemory = { stage: '', due: 0, passed: {} }

/** When a probe is due that need not be asked again before something happens in its container. */
export const restFor = 8.64e15

/** Makes the probes that rest due; false if none does. */
export function askAgain(memory: Memory, key: string, now: number): boolean {
  const known = memory.get(key)
  const pod = isObject(known) ? (known as unknown as PodMemory) : undefined
  let rested = false
  const containers = Object.entries(pod?.containers ?? {}).map(([name, container]) => {
    const probes = Object.entries(container.probes ?? {}).map(([kind, probe]) => {
      rested ||= probe.due === restFor
      return [kind, probe.due === restFor ? { ...probe, due: now } : probe] as const
    })
    return [name, { ...container, ...(container.probes && { probes: Object.fromEntries(probes) }) }] as const
  })
  if (pod && rested) remember(memory, key, { ...pod, containers: Object.fromEntries(containers) })
  return rested
}
