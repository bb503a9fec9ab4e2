// What containers do when they start and before they stop: `lifecycle.postStart`, `lifecycle.preStop`.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { isSidecar, type Placed, placed, stateOf } from './state.ts'
import { notify, writeStatus } from './status.ts'

/** How long a hook may take where nothing else says. */
const patience = 30

/** Runs a hook; how long it takes, ms, and why it failed, if it did. */
async function runHook(
  pod: Pod,
  { container }: Placed,
  name: 'postStart' | 'preStop',
  { runtime }: ControllerContext,
): Promise<{ readonly ms: number; readonly failure?: string }> {
  const hook = at(container, 'lifecycle', name)
  if (!isObject(hook) || !runtime) return { ms: 0 }
  return runtime.probe(pod, container.name, { ...hook, timeoutSeconds: pod.spec.terminationGracePeriodSeconds ?? patience } as JsonObject)
}

/** A container whose hook fails is ended. */
export async function afterStart(pod: Pod, each: Placed, context: ControllerContext): Promise<void> {
  if ((await runHook(pod, each, 'postStart', context)).failure === undefined) return
  await notify(pod, each, [{ type: 'Warning', reason: 'FailedPostStartHook', message: 'PostStartHook failed' }], context)
  await notify(pod, each, [{ type: 'Normal', reason: 'Killing', message: 'FailedPostStartHook' }], context)
  await writeStatus(pod, new Map([[each.container.name, { next: { terminated: { exitCode: 137, reason: 'Error' } } }]]), context)
  await context.runtime?.kill(pod, each.container.name, 137)
}

/** Before a pod's containers are told to end: how long their hooks take, ms. */
export async function beforeStop(pod: Pod, context: ControllerContext): Promise<number> {
  let longest = 0
  for (const each of [...placed(pod, 'containers'), ...placed(pod, 'initContainers').filter(isSidecar)]) {
    if (stateOf(each) !== 'running') continue
    const { ms, failure } = await runHook(pod, each, 'preStop', context)
    longest = Math.max(longest, ms)
    if (failure !== undefined) await notify(pod, each, [{ type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed' }], context)
  }
  return longest
}
