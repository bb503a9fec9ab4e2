// Stands in for the kubelets of all nodes: takes each container of a pod that has a node through the stages of its life.
import { formatKey, type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { isSilent } from '../node/readiness.ts'
import { isDone, isReady, type Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import { refuse } from './admission.ts'
import type { Change } from './container-status.ts'
import { overDeadline } from './deadline.ts'
import { measureDisk } from './disk.ts'
import { afterStart } from './hooks.ts'
import { isMissing } from './images.ts'
import { type Looking, leave, removeNow } from './leaving.ts'
import { askAgain, noMemory, recall, remember } from './memory.ts'
import { hasProbe } from './probes.ts'
import { withPull } from './pulls.ts'
import { makeReady } from './ready.ts'
import type { Round, Step } from './round.ts'
import { endSidecar, lookAtRunning } from './running.ts'
import type { Stage } from './stage.ts'
import { stages } from './stages.ts'
import { hasBegun, isPast, isRedefined, isReplaced, isSidecar, type Placed, placed, restarts, stateOf } from './state.ts'
import { isMirror, keepMirror, mirrorAgain } from './static-pods.ts'
import { notify, writeStatus } from './status.ts'

export const kubelet = defineController({
  name: 'kubelet',
  fieldManager: 'kubelet',
  watches: [
    { resource: pods, keys: keysOf },
    {
      resource: nodes,
      keys: (node, change, old) =>
        change === 'ADDED' || (change === 'MODIFIED' && old && isSilent(old) && !isSilent(node)) ? [`${heardMark}${node.metadata.name}`] : [],
    },
  ],
  reconcile,
})

/** The pod's key; once it is gone also its uid, so that what its containers held goes too. */
function keysOf(pod: KubernetesObject, change: 'ADDED' | 'MODIFIED' | 'DELETED'): readonly string[] {
  if ((pod as Pod).spec.nodeName === undefined) return []
  const key = `${pod.metadata.namespace}/${pod.metadata.name}`
  return change === 'DELETED' ? [key, `${goneMark}${pod.metadata.uid}`] : [key]
}

const goneMark = 'gone '
/** A node is heard of again. */
const heardMark = 'heard '

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, memory, runtime } = context
  if (key.startsWith(goneMark)) {
    runtime?.forget(key.slice(goneMark.length))
    return undefined
  }
  if (key.startsWith(heardMark)) {
    const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${key.slice(heardMark.length)}` })
    for (const pod of items) context.enqueue(formatKey(keyOf(pod)))
    return undefined
  }
  if (runtime) {
    runtime.ended = (pod) => context.enqueue(pod)
    runtime.touched = (pod) => {
      if (askAgain(memory, pod, context.clock.now())) context.enqueue(pod)
    }
  }
  const pod = (await client.get(pods, parseKey(key))) as Pod | undefined
  const known = recall(memory, key, pod?.metadata.uid ?? '')
  if (!pod) {
    memory.set(key, undefined)
    await mirrorAgain(key, context)
    return undefined
  }
  const node = await client.get(nodes, { name: pod.spec.nodeName ?? '' })
  if (!node || isSilent(node)) return undefined
  if (isMirror(pod) && pod.metadata.deletionTimestamp !== undefined) return ignoringGone(() => removeNow(pod, context))
  if (isMirror(pod)) keepMirror(key, pod, context)
  if (pod.metadata.deletionTimestamp !== undefined) return ignoringGone(() => leave(key, pod, { known, context }))
  if (isDone(pod)) {
    memory.set(key, undefined)
    return undefined
  }
  return ignoringGone(() => goOn(key, pod, { known, context }))
}

async function ignoringGone(work: () => Promise<ReconcileResult | undefined>): Promise<ReconcileResult | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return undefined
    throw error
  }
}

async function goOn(key: string, pod: Pod, { known, context }: Looking): Promise<ReconcileResult | undefined> {
  const { clock, memory } = context
  if ((pod.status?.containerStatuses ?? []).length === 0 && pod.status?.phase !== 'Running') {
    if (await refuse(pod, context)) return undefined
    await writeStatus(pod, new Map(), context)
    return undefined
  }
  const late = await overDeadline(pod, context)
  const measured = late === 'over' ? late : await measureDisk(pod, context)
  if (late === 'over' || measured === 'over') {
    memory.set(key, undefined)
    return undefined
  }
  const mount = await makeReady(pod, known, context)
  if (mount) {
    remember(memory, key, { ...known, mount })
    return { requeueAfter: mount.due - clock.now() }
  }
  const round: Round = { pod, context, delays: new Map(), containers: { ...known.containers }, steps: [], wakes: [] }
  const over = isOver(pod)
  for (const each of present(pod)) {
    if (stateOf(each) === 'running' && over && isSidecar(each)) await endSidecar(each, round)
    else if (over && isSidecar(each)) continue
    else if (stateOf(each) === 'running') await lookAtRunning(each, round)
    else await waitOrPass(each, round)
  }
  const { mount: _, ...rest } = known
  remember(memory, key, { ...rest, containers: round.containers })
  if (round.steps.length > 0) await take(pod, round.steps, context)
  else if (isOutOfDate(pod)) await writeStatus(pod, new Map(), context)
  const wake = Math.min(...round.wakes, late ?? Number.POSITIVE_INFINITY, measured ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(wake) ? { requeueAfter: Math.max(wake - clock.now(), 0) } : undefined
}

/** True for a pod that was taken out of service while its node was not heard of, or whose spec was changed since. */
function isOutOfDate(pod: Pod): boolean {
  const { generation } = pod.metadata
  if (generation !== undefined && pod.status?.observedGeneration !== generation) return true
  const main = placed(pod, 'containers')
  const gates = Array.isArray(pod.spec.readinessGates) && pod.spec.readinessGates.length > 0
  return pod.status?.phase === 'Running' && (!isReady(pod) || gates) && main.every(({ status }) => status?.ready === true)
}

/** Containers whose turn it is: init ones one after another, then all others. */
function present(pod: Pod): readonly Placed[] {
  const init = placed(pod, 'initContainers')
  const first = hasBegun(pod) ? -1 : init.findIndex((each) => !isPast(each))
  const begun = first < 0 ? init : init.slice(0, first + 1)
  const others = first < 0 ? [...placed(pod, 'containers'), ...placed(pod, 'ephemeralContainers')] : []
  return [...begun.filter((each) => !isPast(each) || isSidecar(each)), ...others]
}

/** True once the pod's work is done: its sidecars go then too. */
function isOver(pod: Pod): boolean {
  const main = placed(pod, 'containers')
  return main.length > 0 && main.every((each) => stateOf(each) === 'ended' && !restarts(pod, each))
}

async function waitOrPass(each: Placed, round: Round): Promise<void> {
  const { pod, context, containers } = round
  const { name } = each.container
  const memory = containers[name] ?? noMemory
  // The back-off is of a container as it is defined: another image is tried at once (kubelet `GetStableKey`).
  const anew = stateOf(each) === 'crash waits' && isRedefined(each)
  const state = anew ? 'creating' : stateOf(each)
  if (state === 'ended' && !restarts(pod, each)) return
  const fault = state === 'running' ? undefined : context.runtime?.startFault(pod, name)
  const stage = stages.find(({ when }) => fits(when, each, { state, fault: fault?.reason, count: Number(each.status?.restartCount ?? 0) }))
  if (!stage) return
  const now = context.clock.now()
  const due = memory.stage === stage.name ? memory.due : now + delayOf(stage, memory.passed[stage.name] ?? 0, round)
  if (due > now) {
    containers[name] = { ...memory, stage: stage.name, due }
    round.wakes.push(due)
    return
  }
  const passed = stage.delay.doubles ? { ...memory.passed, [stage.name]: (memory.passed[stage.name] ?? 0) + 1 } : memory.passed
  containers[name] = { stage: '', due: 0, passed: anew ? {} : passed, ...(memory.resizing && { resizing: true }) }
  const running = 'running' in stage.next
  const started = !hasProbe(each, 'startup')
  const change: Change = {
    next: stage.next,
    ...((stage.restarts || (running && isReplaced(each))) && { restarts: true }),
    ...(fault && { fault: fault.message }),
    ...(running && { started, ready: started && !hasProbe(each, 'readiness') }),
  }
  round.steps.push({ each, change, notices: withPull(stage.events, each, round) })
}

function fits(
  when: Stage['when'],
  each: Placed,
  { state, fault, count }: { readonly state: string; readonly fault: string | undefined; readonly count: number },
): boolean {
  return (
    when.state === state &&
    (when.image === undefined || isMissing(each.container.image)) &&
    (when.fault === undefined || when.fault === fault) &&
    (when.restarts === undefined || (when.restarts === 'at once') === (count === 0))
  )
}

function delayOf({ name, delay }: Stage, passed: number, { context, delays }: Round): number {
  const ms = delay.doubles ? Math.min(delay.ms * 2 ** passed, 300_000) : delay.ms
  const known = delays.get(name) ?? (delay.jitter === undefined ? 0 : context.random.below(delay.jitter))
  delays.set(name, known)
  return ms + known
}

async function take(pod: Pod, steps: readonly Step[], context: ControllerContext): Promise<void> {
  const changes = new Map(steps.map(({ each, change }) => [each.container.name, change]))
  const changing = steps.some(({ change }) => change.next !== undefined || change.ready !== undefined || change.started !== undefined || change.resize)
  const written = changing ? await writeStatus(pod, changes, context) : pod
  for (const { each, change } of steps) {
    const starts = change.next !== undefined && 'running' in change.next
    if (starts) context.runtime?.start(written, each.container.name, Number(each.status?.restartCount ?? 0) + (change.restarts ? 1 : 0))
  }
  for (const { each, change, notices } of steps) await notify(pod, each, notices, context, change.fault)
  for (const { each, change } of steps) if (change.next !== undefined && 'running' in change.next) await afterStart(written, each, context)
}
