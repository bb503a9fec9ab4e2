// What the kubelet remembers of a pod between looks.
import { isObject, type Json } from '../../base/json.ts'
import type { Memory } from '../controller.ts'

/** A container: the stage it waits for and since when that is due, how often each was passed, and how its probes stand. */
export interface ContainerMemory {
  readonly stage: string
  readonly due: number
  readonly passed: Readonly<Record<string, number>>
  readonly probes?: Readonly<Record<string, ProbeMemory>>
}

/** A probe: when it is due, and how often in a row it failed or succeeded. */
export interface ProbeMemory {
  readonly due: number
  readonly failed: number
  readonly succeeded: number
}

/** A pod. */
export interface PodMemory {
  readonly uid: string
  /** When it is to be gone, for a pod on its way out. */
  readonly gone?: number
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
    Object.entries(pod.containers).filter(([, { stage, passed, probes }]) => stage !== '' || Object.keys(passed).length > 0 || probes !== undefined),
  )
  const worth = pod.gone !== undefined || pod.mount !== undefined || Object.keys(containers).length > 0
  memory.set(key, worth ? ({ ...pod, containers } as unknown as Json) : undefined)
}

/** A container of which nothing is remembered. */
export const noMemory: ContainerMemory = { stage: '', due: 0, passed: {} }
