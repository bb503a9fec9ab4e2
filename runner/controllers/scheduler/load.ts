// What pods ask for, and what the pods of each node take together.
import { isPodLevelResource } from '../../kubernetes/kinds/validation/quantities.ts'
import { controllerOf } from '../owners.ts'
import type { Container, Pod } from '../pods.ts'
import { amount } from './amount.ts'
import type { Node, NodeLoad } from './node.ts'
import { mindsOthers } from './pod-affinity.ts'

/** Reckoned once for each spec and each allocatable: both stay the same value through most writes. */
const known = new WeakMap<object, Readonly<Record<string, bigint>>>()

/** What a node has for pods, in billionths. */
export function allocatableOf({ status }: Node): Readonly<Record<string, bigint>> {
  const allocatable = status?.allocatable ?? {}
  const before = known.get(allocatable)
  if (before) return before
  const amounts = Object.fromEntries(Object.entries(allocatable).map(([name, text]) => [name, amount(text)]))
  known.set(allocatable, amounts)
  return amounts
}

/** Requests of a pod in billionths: its own, or its containers' sum, or its largest init container's, with the sidecars before it, where that is more; and its overhead. */
export function resourcesOf(pod: Pod): Readonly<Record<string, bigint>> {
  const before = known.get(pod.spec)
  if (before) return before
  const initial = pod.spec.initContainers ?? []
  const sidecars = initial.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const sum = sumOf([...pod.spec.containers, ...sidecars])
  for (const [index, container] of initial.entries()) {
    const beside = initial.slice(0, index).filter((each) => sidecars.includes(each))
    for (const [name, value] of Object.entries(sumOf([...beside, container]))) if (value > (sum[name] ?? 0n)) sum[name] = value
  }
  const own = Object.entries((pod.spec.resources as Container['resources'])?.requests ?? {})
  for (const [name, text] of own) if (isPodLevelResource(name)) sum[name] = amount(text)
  for (const [name, text] of Object.entries((pod.spec.overhead ?? {}) as Record<string, string>)) sum[name] = (sum[name] ?? 0n) + amount(text)
  known.set(pod.spec, sum)
  return sum
}

/** What these pods take together. */
export function loadFrom(pods: readonly Pod[]): NodeLoad {
  const requests: Record<string, bigint> = {}
  for (const pod of pods) for (const [name, value] of Object.entries(resourcesOf(pod))) requests[name] = (requests[name] ?? 0n) + value
  return { requests, pods, minding: pods.filter(mindsOthers), owners: countOf(pods.map((pod) => controllerOf(pod)?.uid)) }
}

function countOf(values: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function sumOf(containers: readonly Container[]): Record<string, bigint> {
  const sum: Record<string, bigint> = {}
  for (const { resources } of containers) for (const [name, text] of Object.entries(resources?.requests ?? {})) sum[name] = (sum[name] ?? 0n) + amount(text)
  return sum
}
