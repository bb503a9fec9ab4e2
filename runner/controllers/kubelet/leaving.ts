// A pod on its way out: its processes end at the first signal after their hooks, or when their time is over; then it is done, and goes.
import type { ControllerContext, ReconcileResult } from '../controller.ts'
import { isDone, type Pod, podCondition } from '../pods.ts'
import { pods } from '../resources.ts'
import type { Change } from './container-status.ts'
import { beforeStop } from './hooks.ts'
import { type Leaving, type PodMemory, remember } from './memory.ts'
import { startedAt } from './round.ts'
import { exitAfterSignal } from './running.ts'
import { type Placed, placed, running, stateOf } from './state.ts'
import { notify, writeStatus } from './status.ts'
import { stillReady } from './still-ready.ts'

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

/** The shortest time that programs have after their hooks, ms (`kuberuntime_container.go`, minimumGracePeriodInSeconds). */
const least = 2000

/** Stops a pod's containers, says how they ended, and takes the pod away. Throws NotFound for a pod that is gone. */
export async function leave(key: string, pod: Pod, { known, context }: Looking): Promise<ReconcileResult | undefined> {
  const { clock, memory } = context
  if (!isDone(pod)) {
    const { leaving, wake } = await goOnLeaving(pod, known.leaving ?? (await begin(pod, context)), context)
    if (leaving.gone === undefined || leaving.gone > clock.now()) {
      const still = await stillReady(pod, known, context)
      remember(memory, key, { ...known, containers: still.containers, leaving })
      return { requeueAfter: Math.max(Math.min(wake, still.wake) - clock.now(), 0) }
    }
    await writeStatus(pod, await ends(pod, context), context, { final: true })
  }
  memory.set(key, undefined)
  return removeNow(pod, context)
}

/** Takes a pod away that nothing is left of. Throws NotFound for a pod that is gone. */
export async function removeNow({ metadata }: Pod, { client }: ControllerContext): Promise<undefined> {
  const { name = '', namespace = '', uid = '' } = metadata
  await client.delete(pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
}

/** Says that containers are stopped, and runs their hooks. */
async function begin(pod: Pod, context: ControllerContext): Promise<Leaving> {
  for (const each of running(pod)) await notify(pod, each, [stopping], context)
  const now = context.clock.now()
  const grace = Math.max(Date.parse(pod.metadata.deletionTimestamp ?? ''), now)
  return { asks: Math.min(now + (await beforeStop(pod, context)), grace) }
}

/** One look at a pod on its way out; `wake` is the next, as world time. */
async function goOnLeaving(pod: Pod, leaving: Leaving, context: ControllerContext): Promise<{ readonly leaving: Leaving; readonly wake: number }> {
  const now = context.clock.now()
  const { asks, firm, gone } = leaving
  if (gone !== undefined) return { leaving, wake: gone }
  if (now < asks) return { leaving, wake: asks }
  const latest = Math.max(Date.parse(pod.metadata.deletionTimestamp ?? ''), asks + least)
  const sure = firm ?? (await ask(pod, latest, context))
  const wake = now < latest ? await nextOf(pod, context) : undefined
  if (wake !== undefined) return { leaving: { asks, firm: sure }, wake: Math.min(wake, latest) }
  const over = Math.max(sure, now) + 800 + context.random.below(400)
  return { leaving: { asks, firm: sure, gone: over }, wake: over }
}

/** Asks all programs to end; when those will have that do not decide for themselves. Where time is short nobody waits for who pays no heed. */
async function ask(pod: Pod, latest: number, { clock, runtime, settings }: ControllerContext): Promise<number> {
  let firm = clock.now()
  for (const each of running(pod)) {
    const told = (await runtime?.terminate(pod, each.container.name)) ?? (exitAfterSignal(each) === 0 ? 0 : Number.POSITIVE_INFINITY)
    if (told === 'trap' || (told === Number.POSITIVE_INFINITY && settings.durations !== 'real')) continue
    firm = Math.max(firm, Math.min(clock.now() + told, latest))
  }
  return firm
}

/** When a program is to be looked at again that a trap may end; undefined if there is none. */
async function nextOf(pod: Pod, { runtime }: ControllerContext): Promise<number | undefined> {
  let next: number | undefined
  for (const each of running(pod)) {
    const look = await runtime?.look(pod, each.container.name, { restarts: Number(each.status?.restartCount ?? 0), started: startedAt(each) })
    if (look && !look.end && runtime?.isTrapping(pod, each.container.name))
      next = Math.min(next ?? Number.POSITIVE_INFINITY, look.wake ?? Number.POSITIVE_INFINITY)
  }
  return next
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
