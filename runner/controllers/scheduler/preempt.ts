// Makes the victims of a more important pod go.
import { formatTime, keyOf } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { pods } from '../resources.ts'
import { priorityOf } from './place.ts'
import type { Candidate } from './preemption.ts'

const component = 'default-scheduler'

/** Marks, deletes and reports each victim; lesser pods that were to come to the same node have to look again. */
export async function preempt(pod: Pod, { place, victims }: Candidate, context: ControllerContext): Promise<void> {
  const node = place.node.metadata.name ?? ''
  for (const victim of victims) {
    if (victim.spec.nodeName === undefined) await setNominated(victim, '', context)
    else await evict(victim, { pod, node }, context)
  }
}

/** Writes the node that a pod waits for; an empty one takes it back. */
export async function setNominated(pod: Pod, node: string, { client }: ControllerContext): Promise<void> {
  if ((pod.status?.nominatedNodeName ?? '') === node) return
  const status = { nominatedNodeName: node === '' ? null : node }
  await unlessGone(client.patch(pods, keyOf(pod), { status }, { type: 'strategic', subresource: 'status' }))
}

/** Resolves all the same if the object is not there any more. */
export async function unlessGone(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
  })
}

async function evict(victim: Pod, { pod, node }: { readonly pod: Pod; readonly node: string }, { client, clock, event }: ControllerContext): Promise<void> {
  if (victim.metadata.deletionTimestamp !== undefined || priorityOf(victim) >= priorityOf(pod)) return
  const { generation } = victim.metadata
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: formatTime(clock.now()),
    message: `${component}: preempting to accommodate a higher priority pod`,
    ...(generation !== undefined && { observedGeneration: generation }),
    reason: 'PreemptionByScheduler',
    status: 'True',
    type: 'DisruptionTarget',
  }
  await unlessGone(client.patch(pods, keyOf(victim), { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' }))
  await unlessGone(client.delete(pods, keyOf(victim)))
  const message = `Preempted by pod ${pod.metadata.uid} on node ${node}`
  await event(victim, { type: 'Normal', reason: 'Preempted', message, component, action: 'Preempting' })
}
