// Takes away pods whose node is no more (podgc `gc_controller.go`): after forty seconds in which the node may come back.
import { formatTime, type KubernetesObject, keyOf } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { isDone, type Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'

const quarantine = 40_000

/** Keys are names of nodes: of one that went, or of one that a pod was put on. */
export const podGarbageCollector = defineController({
  name: 'pod-garbage-collector-controller',
  watches: [
    { resource: nodes, keys: ({ metadata }, change) => (change === 'DELETED' ? [metadata.name ?? ''] : []) },
    { resource: pods, keys: placedOn },
  ],
  async reconcile(name: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
    const { client, clock, memory } = context
    if (await client.get(nodes, { name })) {
      memory.set(name, undefined)
      return undefined
    }
    const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${name}` })
    const since = memory.get(name)
    const due = (typeof since === 'number' ? since : clock.now()) + quarantine
    memory.set(name, items.length === 0 || due <= clock.now() ? undefined : due - quarantine)
    if (items.length === 0) return undefined
    if (due > clock.now()) return { requeueAfter: due - clock.now() }
    for (const pod of items as readonly Pod[]) await collect(pod, context)
    return undefined
  },
})

function placedOn(pod: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const { nodeName } = (pod as Pod).spec
  const before = old === undefined ? undefined : (old as Pod).spec.nodeName
  return change !== 'DELETED' && nodeName !== undefined && nodeName !== before ? [nodeName] : []
}

/** A pod that had not ended has failed; then it is removed at once. */
async function collect(pod: Pod, { client, clock }: ControllerContext): Promise<void> {
  try {
    if (!isDone(pod)) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        lastTransitionTime: formatTime(clock.now()),
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      }
      const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget'), condition]
      await client.update(pods, { ...pod, status: { ...pod.status, phase: 'Failed', conditions } } as KubernetesObject, { subresource: 'status' })
    }
    await client.delete(pods, keyOf(pod), { gracePeriodSeconds: 0 })
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
  }
}
