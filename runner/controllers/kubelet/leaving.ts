// A pod on its way out: its processes end at the first signal after their hooks, or when their time is over; then it is done, and goes.
import type { ControllerContext, ReconcileResult } from '../controller.ts'
import { isDone, type Pod, podCondition } from '../pods.ts'
import { pods } from '../resources.ts'
import type { Change } from './container-status.ts'
import { beforeStop } from './hooks.ts'
import { type PodMemory, remember } from './memory.ts'
import { startedAt } from './round.ts'
import { exitAfterSignal } from './running.ts'
import { type Placed, placed, stateOf } from './state.ts'
import { notify, writeStatus } from './status.ts'

/** What is known of a pod that is looked at. */
export interface Looking {
  readonly known: PodMemory
  readonly context: ControllerContext
}

const stopping = { type: 'Normal', reason: 'Killing', message: 'Stopping container <Container>' } as const

/** What the kubelet says of a container that it finds no trace of when its pod ends (`status_manager.go`, TerminatePod). */
const unknown = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
} as const

/** Stops a pod's containers, says how they ended, and takes the pod away. Throws NotFound for a pod that is gone. */
export async function leave(key: string, pod: Pod, { known, context }: Looking): Promise<ReconcileResult | undefined> {
  const { clock, memory } = context
  const gone = known.gone ?? (await stop(pod, context))
  if (gone > clock.now()) {
    remember(memory, key, { ...known, gone })
    return { requeueAfter: gone - clock.now() }
  }
  memory.set(key, undefined)
  if (!isDone(pod)) await writeStatus(pod, await ends(pod, context), context, { final: true })
  return removeNow(pod, context)
}

/** Takes a pod away that nothing is left of. Throws NotFound for a pod that is gone. */
export async function removeNow({ metadata }: Pod, { client }: ControllerContext): Promise<undefined> {
  const { name = '', namespace = '', uid = '' } = metadata
  await client.delete(pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
}

/** Tells containers to end; when they will have, ms. A pod that is done has nothing left to stop. */
async function stop(pod: Pod, context: ControllerContext): Promise<number> {
  const now = context.clock.now()
  if (isDone(pod)) return now
  for (const each of running(pod)) await notify(pod, each, [stopping], context)
  const latest = Math.max(Date.parse(pod.metadata.deletionTimestamp ?? ''), now)
  return Math.min(now + (await beforeStop(pod, context)), latest) + 800 + context.random.below(400)
}

function running(pod: Pod): readonly Placed[] {
  const init = placed(pod, 'initContainers')
  return [...placed(pod, 'containers'), ...init, ...placed(pod, 'ephemeralContainers')].filter((each) => stateOf(each) === 'running')
}

async function ends(pod: Pod, context: ControllerContext): Promise<ReadonlyMap<string, Change>> {
  const changes = new Map<string, Change>()
  for (const each of running(pod)) changes.set(each.container.name, await endOf(pod, each, context))
  if (podCondition(pod, 'Initialized')?.status !== 'True') return changes
  for (const each of placed(pod, 'containers'))
    if (stateOf(each) !== 'running' && stateOf(each) !== 'ended') changes.set(each.container.name, { next: { terminated: unknown } })
  return changes
}

/** A program may have ended by itself before it was told to. */
async function endOf(pod: Pod, each: Placed, { runtime }: ControllerContext): Promise<Change> {
  const look = await runtime?.look(pod, each.container.name, { restarts: Number(each.status?.restartCount ?? 0), started: startedAt(each) })
  const { code, reason, at } = look?.end ?? { code: exitAfterSignal(each), reason: undefined, at: undefined }
  const terminated = { exitCode: code, reason: reason ?? (code === 0 ? 'Completed' : 'Error') }
  return { next: { terminated }, ...(at !== undefined && { endedAt: at }) }
}
