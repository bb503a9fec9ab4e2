// What pods ask for, and what the pods of each node take together.
import type { Container, Pod } from '../pods.ts'
import { isDone } from '../pods.ts'
import { amount } from './amount.ts'
import type { NodeLoad } from './node.ts'
import { priorityOf } from './place.ts'
import { mindsOthers } from './pod-affinity.ts'

const known = new WeakMap<Pod, Readonly<Record<string, bigint>>>()

/** Requests of a pod in billionths: its containers' sum, or its largest init container's where that is more, and its overhead. */
export function resourcesOf(pod: Pod): Readonly<Record<string, bigint>> {
  const before = known.get(pod)
  if (before) return before
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const initial = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always')
  const sum = sumOf([...pod.spec.containers, ...sidecars])
  for (const container of initial) for (const [name, value] of Object.entries(sumOf([container]))) if (value > (sum[name] ?? 0n)) sum[name] = value
  for (const [name, text] of Object.entries((pod.spec.overhead ?? {}) as Record<string, string>)) sum[name] = (sum[name] ?? 0n) + amount(text)
  known.set(pod, sum)
  return sum
}

/**
 * The load of each node, counted once for all of them. A pod that waits for victims to leave a node counts there as well,
 * except for pods that are more important than it.
 */
export function loadOf(pods: readonly Pod[], asking: Pod): (node: string) => NodeLoad {
  const loads = new Map<string, Pod[]>()
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? nominated(pod, asking)
    if (node === undefined || isDone(pod)) continue
    const load = loads.get(node) ?? []
    loads.set(node, load)
    load.push(pod)
  }
  return (node) => loadFrom(loads.get(node) ?? [])
}

/** What these pods take together. */
export function loadFrom(pods: readonly Pod[]): NodeLoad {
  const requests: Record<string, bigint> = {}
  for (const pod of pods) for (const [name, value] of Object.entries(resourcesOf(pod))) requests[name] = (requests[name] ?? 0n) + value
  return { requests, pods, minding: pods.filter(mindsOthers) }
}

function nominated(pod: Pod, asking: Pod): string | undefined {
  const { nominatedNodeName } = pod.status ?? {}
  if (typeof nominatedNodeName !== 'string' || nominatedNodeName === '' || pod.metadata.uid === asking.metadata.uid) return undefined
  return priorityOf(pod) >= priorityOf(asking) ? nominatedNodeName : undefined
}

function sumOf(containers: readonly Container[]): Record<string, bigint> {
  const sum: Record<string, bigint> = {}
  for (const { resources } of containers) for (const [name, text] of Object.entries(resources?.requests ?? {})) sum[name] = (sum[name] ?? 0n) + amount(text)
  return sum
}
