// Pods of a node that is not heard of: nobody is sent to them.
import { formatTime } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { isReady, type Pod } from '../pods.ts'
import { pods } from '../resources.ts'

/** Takes a node's pods out of service. */
export async function markPodsNotReady(node: string, { client, clock, event }: ControllerContext): Promise<void> {
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${node}` })
  for (const pod of (items as readonly Pod[]).filter(isReady)) {
    const lastTransitionTime = formatTime(clock.now())
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime } : condition,
    )
    await client.update(pods, { ...pod, status: { ...pod.status, conditions } }, { subresource: 'status' })
    await event(pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component: 'node-controller' })
  }
}
