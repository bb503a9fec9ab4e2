// Containers that are to have other resources than they were given: at once, later, or never on this node (kubelet `allocation_manager.go`).
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { type Container, isDone, type Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import { allocatableOf, resourcesOf } from '../scheduler/load.ts'
import type { Node } from '../scheduler/node.ts'
import { priorityOf } from '../scheduler/place.ts'
import { type PendingResize, pendingCondition } from './resize-condition.ts'
import type { Round } from './round.ts'
import { type Placed, placed } from './state.ts'

/** What is counted, and its unit in messages: bytes and thousandths of a core, in billionths. */
const counted = [
  { name: 'memory', unit: 1_000_000_000n },
  { name: 'cpu', unit: 1_000_000n },
] as const

/** True while a container has not yet what its spec was changed to. */
export function isResized({ container, status, list }: Placed): boolean {
  const given = status?.resources
  return list !== 'ephemeralContainers' && isObject(given) && !equal(given, (container.resources ?? {}) as JsonObject)
}

/** Whether the node has what the pod asks for now; undefined if it has. */
export async function pendingResize({ pod, context: { client } }: Round): Promise<PendingResize | undefined> {
  const name = pod.spec.nodeName ?? ''
  const node = (await client.get(nodes, { name })) as Node | undefined
  if (!node) return undefined
  const [asked, capacity] = [resourcesOf(pod), allocatableOf(node)]
  const row = (what: (typeof counted)[number], used: bigint | undefined): string => {
    const shown = (value: bigint): string => String(value / what.unit)
    const parts = [
      `requested: ${shown(asked[what.name] ?? 0n)}`,
      ...(used === undefined ? [] : [`used: ${shown(used)}`]),
      `capacity: ${shown(capacity[what.name] ?? 0n)}`,
    ]
    return `${what.name}, ${parts.join(', ')}`
  }
  for (const what of counted)
    if ((asked[what.name] ?? 0n) > (capacity[what.name] ?? 0n))
      return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${row(what, undefined)}` }
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${name}` })
  const others = (items as readonly Pod[]).filter((each) => each.metadata.uid !== pod.metadata.uid && !isDone(each))
  const used = usedBy(others, { before: pod, capacity })
  for (const what of counted.toReversed())
    if ((used[what.name] ?? 0n) + (asked[what.name] ?? 0n) > (capacity[what.name] ?? 0n))
      return { reason: 'Deferred', message: `Node didn't have enough resource: ${row(what, used[what.name])}` }
  return undefined
}

type Amounts = Readonly<Record<string, bigint>>

/** What other pods were given, and what those of them get before this one that wait for room too, in their order. */
function usedBy(others: readonly Pod[], { before, capacity }: { readonly before: Pod; readonly capacity: Amounts }): Amounts {
  const used: Record<string, bigint> = {}
  const add = (amounts: Amounts, sign = 1n): void => {
    for (const { name } of counted) used[name] = (used[name] ?? 0n) + sign * (amounts[name] ?? 0n)
  }
  for (const each of [...others, before]) add(resourcesOf(allocated(each)))
  const waiting = others
    .filter((each) => pendingCondition(each)?.reason === 'Deferred' && comesBefore(each, before))
    .sort((one, other) => (comesBefore(one, other) ? -1 : 1))
  for (const each of waiting) {
    const [given, wanted] = [resourcesOf(allocated(each)), resourcesOf(each)]
    if (counted.some(({ name }) => (used[name] ?? 0n) - (given[name] ?? 0n) + (wanted[name] ?? 0n) > (capacity[name] ?? 0n))) continue
    add(given, -1n)
    add(wanted)
  }
  add(resourcesOf(allocated(before)), -1n)
  return used
}

const qualities = ['Guaranteed', 'Burstable', 'BestEffort']

/** The order in which resizes are done that wait: by priority, by quality of service, by how long they wait (`allocation_manager.go`, sortPendingResizes). */
function comesBefore(one: Pod, other: Pod): boolean {
  const rank = (pod: Pod): readonly (number | string)[] => [
    -priorityOf(pod),
    qualities.indexOf(String(pod.status?.qosClass)),
    pendingCondition(pod)?.lastTransitionTime ?? '~',
  ]
  const [left, right] = [rank(one), rank(other)]
  const index = left.findIndex((value, place) => value !== right[place])
  return index >= 0 && (left[index] ?? 0) < (right[index] ?? 0)
}

/** A pod as it asks for what it was given: while a resize waits that is less, or more, than its spec says. */
function allocated(pod: Pod): Pod {
  const given = new Map(
    [...placed(pod, 'containers'), ...placed(pod, 'initContainers')].flatMap(({ container, status }) =>
      isObject(status?.allocatedResources) ? [[container.name, status.allocatedResources] as const] : [],
    ),
  )
  const of = (container: Container): Container => {
    const requests = given.get(container.name)
    return requests ? { ...container, resources: { ...container.resources, requests: requests as Readonly<Record<string, string>> } } : container
  }
  const { initContainers } = pod.spec
  return { ...pod, spec: { ...pod.spec, containers: pod.spec.containers.map(of), ...(initContainers && { initContainers: initContainers.map(of) }) } }
}

/** True if the container has to be started again for what changes of its resources (`resizePolicy`). */
export function resizeRestarts({ container, status }: Placed): boolean {
  const given = isObject(status?.resources) ? status.resources : {}
  const wanted = (container.resources ?? {}) as JsonObject
  const changed = (name: string): boolean => ['requests', 'limits'].some((part) => amount(wanted, part, name) !== amount(given, part, name))
  return (container.resizePolicy ?? []).some(({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && changed(resourceName))
}

function amount(resources: JsonObject, part: string, name: string): unknown {
  const amounts = resources[part]
  return isObject(amounts) ? amounts[name] : undefined
}

/** Says that a resize began or ended, or that it waits. */
export async function tellResize({ pod, context }: Round, what: 'started' | 'completed' | PendingResize): Promise<void> {
  const containers = pod.spec.containers.map(({ name, resources }) => ({ name, resources: resources ?? {} }))
  const error = typeof what === 'string' ? {} : { error: what.message }
  const { nodeName: host } = pod.spec
  const { type, reason, words } =
    typeof what === 'string' ? { type: 'Normal' as const, ...ways[what] } : { type: 'Warning' as const, reason: `Resize${what.reason}`, words: what.reason }
  const message = `Pod resize ${words}: ${JSON.stringify({ containers, generation: pod.metadata.generation, ...error })}`
  await context.event(pod, { type, reason, message, component: 'kubelet', ...(host !== undefined && { host }) })
}

const ways = { started: { reason: 'ResizeStarted', words: 'started' }, completed: { reason: 'ResizeCompleted', words: 'completed' } } as const
