// Pods that take more of their node's disk than they may are evicted.
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { fail } from './deadline.ts'
import { running } from './state.ts'
import { notify } from './status.ts'

/** How often the kubelet measures (`housekeeping-interval` of its eviction manager), ms. */
const interval = 10_000

/** Evicts a pod that takes too much; else tells when it is measured again, as world time, if ever. */
export async function measureDisk(pod: Pod, context: ControllerContext): Promise<number | 'over' | undefined> {
  if (running(pod).length === 0) return undefined
  const message = (await context.runtime?.diskFault(pod)) ?? ''
  if (message === 'free') return undefined
  if (message === '') return context.clock.now() + interval
  const { nodeName: host } = pod.spec
  await context.event(pod, { type: 'Warning', reason: 'Evicted', message, component: 'kubelet', ...(host !== undefined && { host }) })
  for (const each of running(pod)) await notify(pod, each, [{ type: 'Normal', reason: 'Killing', message: 'Stopping container <Container>' }], context)
  await fail(pod, { reason: 'Evicted', message }, context)
  return 'over'
}
