// What pods ask for, and what the pods of each node take together.
import type { Container, Pod } from '../pods.ts'
import { isDone } from '../pods.ts'
import { amount } from './amount.ts'
import type { NodeLoad } from './node.ts'

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

/** The load of each node, counted once for all of them. */
export function loadOf(pods: readonly Pod[]): (node: string) => NodeLoad {
  const loads = new Map<string, { requests: Record<string, bigint>; pods: Pod[] }>()
  for (const pod of pods) {
    const { nodeName } = pod.spec
    if (nodeName === undefined || isDone(pod)) continue
    const load = loads.get(nodeName) ?? { requests: {}, pods: [] }
    loads.set(nodeName, load)
    load.pods.push(pod)
    for (const [name, value] of Object.entries(resourcesOf(pod))) load.requests[name] = (load.requests[name] ?? 0n) + value
  }
  return (node) => loads.get(node) ?? { requests: {}, pods: [] }
}

function sumOf(containers: readonly Container[]): Record<string, bigint> {
  const sum: Record<string, bigint> = {}
  for (const { resources } of containers) for (const [name, text] of Object.entries(resources?.requests ?? {})) sum[name] = (sum[name] ?? 0n) + amount(text)
  return sum
}
