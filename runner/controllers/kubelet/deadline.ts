// Pods that may run only so long.
import type { JsonObject } from '../../base/json.ts'
import { formatTime } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { pods } from '../resources.ts'
import { type Placed, placed, stateOf } from './state.ts'

const message = 'Pod was active on the node longer than the specified deadline'

/** Fails a pod that ran longer than it may; else tells when that will be, as a world time, if ever. */
export async function overDeadline(pod: Pod, context: ControllerContext): Promise<number | 'over' | undefined> {
  const { clock, event } = context
  const { activeDeadlineSeconds, nodeName: host } = pod.spec
  const started = pod.status?.startTime
  if (typeof activeDeadlineSeconds !== 'number' || typeof started !== 'string') return undefined
  const due = Date.parse(started) + activeDeadlineSeconds * 1000
  if (due > clock.now()) return due
  await event(pod, { type: 'Normal', reason: 'DeadlineExceeded', message, component: 'kubelet', ...(host !== undefined && { host }) })
  await fail(pod, { reason: 'DeadlineExceeded', message }, context)
  return 'over'
}

/** Ends a pod's containers at once, and the pod with them, for a reason. */
export async function fail(pod: Pod, why: { readonly reason: string; readonly message: string }, { client, clock, runtime }: ControllerContext): Promise<void> {
  const finishedAt = formatTime(clock.now())
  for (const { container } of placed(pod, 'containers')) await runtime?.kill(pod, container.name, 137)
  const containerStatuses = placed(pod, 'containers').map((each) => ended(each, finishedAt))
  const conditions = (pod.status?.conditions ?? []).map((condition) =>
    condition.type === 'Ready' || condition.type === 'ContainersReady'
      ? { ...condition, status: 'False', reason: 'PodFailed', lastTransitionTime: finishedAt }
      : condition,
  )
  await client.update(pods, { ...pod, status: { ...pod.status, phase: 'Failed', ...why, conditions, containerStatuses } }, { subresource: 'status' })
}

function ended(each: Placed, finishedAt: string): JsonObject {
  if (stateOf(each) !== 'running') return each.status ?? {}
  const running = (each.status?.state as { readonly running?: { readonly startedAt?: string } } | undefined)?.running
  const terminated = { exitCode: 137, reason: 'Error', startedAt: running?.startedAt ?? finishedAt, finishedAt, containerID: each.status?.containerID ?? '' }
  return { ...each.status, ready: false, started: false, state: { terminated } } as JsonObject
}
