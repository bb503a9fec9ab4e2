// Stands in for the kubelets of all nodes: takes each pod that has a node through the stages of its life.
import { isObject, type Json } from '../../base/json.ts'
import { parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type Memory, type ReconcileResult } from '../controller.ts'
import { controllerOf } from '../owners.ts'
import { isDone, type Pod } from '../pods.ts'
import { pods } from '../resources.ts'
import { isMissing } from './images.ts'
import type { ContainersState, Stage } from './stage.ts'
import { stages } from './stages.ts'
import { enter, notify } from './status.ts'

export const kubelet = defineController({
  name: 'kubelet',
  fieldManager: 'kubelet',
  watches: [{ resource: pods, keys: (pod) => ((pod as Pod).spec.nodeName === undefined ? [] : [`${pod.metadata.namespace}/${pod.metadata.name}`]) }],
  reconcile,
})

/** What is remembered of a pod: the stage it waits for and since when that is due, and how often each stage was passed. */
interface Waiting {
  readonly uid: string
  readonly stage: string
  readonly due: number
  readonly passed: Readonly<Record<string, number>>
}

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, clock, memory } = context
  const pod = (await client.get(pods, parseKey(key))) as Pod | undefined
  const uid = pod?.metadata.uid ?? ''
  const known = waitingOf(memory.get(key), uid)
  const stage = pod && stages.find((each) => isFor(each, pod))
  if (!pod || !stage) {
    remember(memory, key, { uid, stage: '', due: 0, passed: pod ? known.passed : {} })
    return undefined
  }
  const due = known.stage === stage.name ? known.due : clock.now() + delayOf(stage, known.passed[stage.name] ?? 0, context)
  if (due > clock.now()) {
    remember(memory, key, { uid, stage: stage.name, due, passed: known.passed })
    return { requeueAfter: due - clock.now() }
  }
  const passed = stage.delay.doubles ? { ...known.passed, [stage.name]: (known.passed[stage.name] ?? 0) + 1 } : known.passed
  remember(memory, key, { uid, stage: '', due: 0, passed })
  await pass(pod, stage, context)
  return undefined
}

/** What is remembered of this very pod; of another one of the same name nothing counts. */
function waitingOf(value: Json | undefined, uid: string): Waiting {
  const known = isObject(value) ? (value as unknown as Waiting) : undefined
  return known?.uid === uid ? known : { uid, stage: '', due: 0, passed: {} }
}

function remember(memory: Memory, key: string, waiting: Waiting): void {
  const worth = waiting.stage !== '' || Object.keys(waiting.passed).length > 0
  memory.set(key, worth ? (waiting as unknown as Json) : undefined)
}

async function pass(pod: Pod, stage: Stage, context: ControllerContext): Promise<void> {
  try {
    if (stage.next !== 'delete') await enter(pod, { ...stage, next: stage.next }, context)
    await notify(pod, stage, context)
    if (stage.next !== 'delete') return
    const { name = '', namespace = '', uid = '' } = pod.metadata
    await context.client.delete(pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
  }
}

function delayOf({ delay }: Stage, passed: number, { random }: ControllerContext): number {
  const ms = delay.doubles ? Math.min(delay.ms * 2 ** passed, 300_000) : delay.ms
  return ms + (delay.jitter === undefined ? 0 : random.below(delay.jitter))
}

function isFor({ when }: Stage, pod: Pod): boolean {
  const deleting = pod.metadata.deletionTimestamp !== undefined
  if (deleting !== (when.deleting ?? false)) return false
  if (deleting) return true
  if (isDone(pod)) return false
  return (
    (when.containers === undefined || when.containers === containersState(pod)) &&
    (when.ownedBy === undefined || when.ownedBy === controllerOf(pod)?.kind) &&
    (when.restartPolicy === undefined || when.restartPolicy === pod.spec.restartPolicy) &&
    (when.image === undefined || pod.spec.containers.some(({ image }) => isMissing(image))) &&
    (when.command === undefined || pod.spec.containers.some(failsByItself))
  )
}

/** True for a command that is known to end badly: `false`, or a shell line that ends in `exit` with a number. */
function failsByItself({ command = [], args = [] }: { readonly command?: readonly string[]; readonly args?: readonly string[] }): boolean {
  const words = [...command, ...args]
  return words[0] === 'false' || words[0] === '/bin/false' || /(^|[;&|\s])exit\s+[1-9]\d*\s*;?\s*$/.test(words.at(-1) ?? '')
}

const waitingStates: Readonly<Record<string, ContainersState>> = {
  ContainerCreating: 'creating',
  PodInitializing: 'creating',
  ErrImagePull: 'pull failed',
  ImagePullBackOff: 'pull waits',
  CrashLoopBackOff: 'crash waits',
}

function containersState(pod: Pod): ContainersState {
  const statuses = pod.status?.containerStatuses ?? []
  if (statuses.length === 0) return pod.status?.phase === 'Running' ? 'running' : 'none'
  const states = statuses.map(({ state }) => stateOf(state))
  return states.find((state) => state !== 'running' && state !== 'done') ?? states[0] ?? 'none'
}

function stateOf(state: Json | undefined): ContainersState {
  if (!isObject(state)) return 'creating'
  if (isObject(state.waiting)) return waitingStates[String(state.waiting.reason)] ?? 'creating'
  if (isObject(state.terminated)) return state.terminated.exitCode === 0 ? 'done' : 'crashed'
  return 'running'
}
