// Drives pods from nodes whose taints they do not put up with, or no longer (controller-manager `tainteviction`).
import { type KubernetesObject, keyOf } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import type { Node, Taint } from '../scheduler/node.ts'
import { patience } from '../scheduler/tolerations.ts'

const name = 'taint-eviction-controller'

/** Keys are names of nodes. */
export const taintEviction = defineController({
  name,
  watches: [
    { resource: nodes, keys: (node, change, old) => (change !== 'DELETED' && (drives(node) || (old && drives(old))) ? [keyOf(node).name] : []) },
    { resource: pods, keys: (pod, change, old) => (change !== 'DELETED' && nodeOf(old) === undefined ? [nodeOf(pod) ?? []].flat() : []) },
  ],
  async reconcile(key: string, context: ControllerContext) {
    const { client, clock, memory } = context
    const node = (await client.get(nodes, { name: key })) as Node | undefined
    const taints = (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
    const waiting = memory.keys().filter((each) => each.startsWith(`${key} `))
    if (taints.length === 0 && waiting.length === 0) return undefined
    const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${key}` })
    const seen = new Set<string>()
    let next = Number.POSITIVE_INFINITY
    for (const pod of items as readonly Pod[]) {
      const id = `${key} ${pod.metadata.uid}`
      seen.add(id)
      const due = await judge(pod, taints, { id, context })
      next = Math.min(next, due ?? next)
    }
    for (const id of waiting) if (!seen.has(id)) memory.set(id, undefined)
    return Number.isFinite(next) ? { requeueAfter: Math.max(next - clock.now(), 0) } : undefined
  },
})

function drives(node: KubernetesObject): boolean {
  return ((node as Node).spec?.taints ?? []).some(({ effect }) => effect === 'NoExecute')
}

function nodeOf(pod: KubernetesObject | undefined): string | undefined {
  return (pod as Pod | undefined)?.spec.nodeName
}

/** Deletes a pod whose time on its node is over; else tells when that will be, as a world time. */
async function judge(
  pod: Pod,
  taints: readonly Taint[],
  { id, context }: { readonly id: string; readonly context: ControllerContext },
): Promise<number | undefined> {
  const { clock, memory, event } = context
  const since = memory.get(id)
  const place = `${pod.metadata.namespace}/${pod.metadata.name}`
  const seconds = taints.length === 0 ? Number.POSITIVE_INFINITY : patience(pod.spec.tolerations, taints)
  if (pod.metadata.deletionTimestamp !== undefined) return undefined
  if (seconds === Number.POSITIVE_INFINITY) {
    if (typeof since !== 'number') return undefined
    memory.set(id, undefined)
    await event(pod, { type: 'Normal', reason: 'TaintManagerEviction', message: `Cancelling deletion of Pod ${place}`, component: name })
    return undefined
  }
  const start = typeof since === 'number' ? since : clock.now()
  const due = start + seconds * 1000
  if (due > clock.now()) {
    memory.set(id, start)
    return due
  }
  memory.set(id, undefined)
  await event(pod, { type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${place}`, component: name })
  await evict(pod, context)
  return undefined
}

async function evict(pod: Pod, { client }: ControllerContext): Promise<void> {
  const key = keyOf(pod)
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' }
  try {
    await client.patch(pods, key, { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' })
    await client.delete(pods, key)
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
  }
}
