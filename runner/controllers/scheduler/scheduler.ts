// Finds each pod a node, or says why there is none.
import { equal } from '../../base/json.ts'
import { type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../controller.ts'
import { isDone, type Pod, podCondition } from '../pods.ts'
import { namespaces, nodes, persistentVolumeClaims, persistentVolumes, podDisruptionBudgets, pods } from '../resources.ts'
import { volumesOf } from './claims.ts'
import { checkFor } from './filters.ts'
import type { Node } from './node.ts'
import { Occupancy } from './occupancy.ts'
import type { Misfit, Place, Surroundings } from './place.ts'
import { preempt, setNominated, unlessGone } from './preempt.ts'
import { choose, ineligible } from './preemption.ts'
import { scoreFor } from './score.ts'
import { available, beforehand, unschedulable } from './words.ts'

const component = 'default-scheduler'

/** The key of those that wait for other pods to come. */
const arrivals = '+'

/** Why a pod has to wait; `nominated` is the node that it waits for, or empty for none any more. */
interface Refusal {
  readonly message: string
  readonly relational?: boolean
  readonly nominated?: string
}

/** A scheduler, with its own view of what is where. */
export function scheduler(): ControllerDefinition {
  const occupancy = new Occupancy()
  return defineController({
    name: 'scheduler',
    fieldManager: 'kube-scheduler',
    watches: [
      { resource: pods, keys: podKeys, follower: occupancy },
      { resource: nodes, keys: (node, change, old) => (change === 'DELETED' || (old && !nodeOpens(node as Node, old as Node)) ? [] : ['*']) },
      { resource: persistentVolumeClaims, keys: () => ['*'] },
      { resource: persistentVolumes, keys: (_volume, change) => (change === 'ADDED' ? ['*'] : []) },
    ],
    reconcile: (key, context) => reconcile(key, context, occupancy),
  })
}

/** Pods without a node; when one gives its room back, all that wait; when one gets a node or other labels, those that look at others. */
function podKeys(object: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const pod = object as Pod
  if (pod.spec.nodeName !== undefined)
    return change === 'DELETED' || isDone(pod) || (old && isResized(pod, old as Pod)) ? ['*'] : isNews(pod, old as Pod | undefined) ? [arrivals] : []
  return change === 'DELETED' || (old && !isAskingAnew(pod, old as Pod)) ? [] : [`${pod.metadata.namespace}/${pod.metadata.name}`]
}

/** True unless a waiting pod's change is no more than what the scheduler itself wrote about it. */
function isAskingAnew(pod: Pod, old: Pod): boolean {
  const bereft = old.status?.nominatedNodeName !== undefined && pod.status?.nominatedNodeName === undefined
  return (
    bereft ||
    pod.metadata.generation !== old.metadata.generation ||
    !equal(pod.spec, old.spec) ||
    !equal(pod.metadata.labels, old.metadata.labels) ||
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp
  )
}

/** True for a pod that asks for something else, or whose node has granted it. */
function isResized(pod: Pod, old: Pod): boolean {
  const resizing = (each: Pod): boolean => podCondition(each, 'PodResizeInProgress') !== undefined || podCondition(each, 'PodResizePending') !== undefined
  if (old.spec.nodeName === undefined || pod.metadata.deletionTimestamp !== undefined) return false
  return pod.metadata.generation !== old.metadata.generation || resizing(pod) !== resizing(old)
}

function isNews(pod: Pod, old: Pod | undefined): boolean {
  return old === undefined || old.spec.nodeName === undefined || !equal(old.metadata.labels, pod.metadata.labels)
}

/** True if a change of a node may let another pod in. */
function nodeOpens(node: Node, old: Node): boolean {
  const seen = ({ metadata, spec, status }: Node): unknown => [metadata.labels, spec?.taints, spec?.unschedulable, status?.allocatable]
  return JSON.stringify(seen(node)) !== JSON.stringify(seen(old))
}

async function reconcile(key: string, context: ControllerContext, occupancy: Occupancy): Promise<undefined> {
  const { client, memory, enqueue } = context
  if (key === '*' || key === arrivals) {
    for (const waiting of memory.keys()) if (key === '*' || memory.get(waiting) === 'relational') enqueue(waiting)
    return undefined
  }
  const pod = (await client.get(pods, parseKey(key))) as Pod | undefined
  if (!pod || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined || pod.spec.schedulerName !== component || isGated(pod)) {
    memory.set(key, undefined)
    return undefined
  }
  const refusal = await place(pod, context, occupancy)
  memory.set(key, refusal && (refusal.relational ? 'relational' : true))
  if (refusal) await refuse(pod, refusal, context)
  return undefined
}

function isGated({ spec }: Pod): boolean {
  return Array.isArray(spec.schedulingGates) && spec.schedulingGates.length > 0
}

/** Binds the pod to the best node; or gives the reason why there is none, having made room for it where it may. */
async function place(pod: Pod, context: ControllerContext, occupancy: Occupancy): Promise<Refusal | undefined> {
  const { client } = context
  const all = (await client.list(nodes)).items as readonly Node[]
  if (all.length === 0) return { message: 'no nodes available to schedule pods' }
  const claims = await volumesOf(pod, context)
  if ('refusal' in claims) return { message: beforehand(claims.refusal, all.length) }
  const places = all.map((node) => ({ node, load: occupancy.load(node.metadata.name ?? '', pod) }))
  const surroundings = { places, ...claims, namespaces: (await client.list(namespaces)).items }
  const check = checkFor(pod, surroundings)
  const misfits = new Map<Place, Misfit>()
  for (const each of places) {
    const misfit = check(each)
    if (misfit) misfits.set(each, misfit)
  }
  const fitting = places.filter((each) => !misfits.has(each))
  if (fitting.length === 0) return makeRoom(pod, { surroundings, misfits }, context)
  await bind(pod, best(pod, fitting, surroundings), context)
  return undefined
}

/** The node that was emptied for the pod, or the one with the highest score. */
function best(pod: Pod, fitting: readonly Place[], surroundings: Surroundings): Node {
  const wanted = pod.status?.nominatedNodeName
  const nominated = wanted === undefined ? undefined : fitting.find(({ node }) => node.metadata.name === wanted)
  if (nominated) return nominated.node
  const score = scoreFor(pod, surroundings)
  const scores = fitting.map(score)
  const highest = scores.reduce((most, each) => Math.max(most, each))
  return (fitting[scores.indexOf(highest)] as Place).node
}

/** Makes less important pods go if that helps; the words are the same as if nobody could, without the reasons for that. */
async function makeRoom(
  pod: Pod,
  found: { readonly surroundings: Surroundings; readonly misfits: ReadonlyMap<Place, Misfit> },
  context: ControllerContext,
): Promise<Refusal> {
  const { surroundings, misfits } = found
  const [reasons, count] = [[...misfits.values()], misfits.size]
  const relational = reasons.some((misfit) => misfit.relational)
  const never = ineligible(pod, misfits)
  if (never !== undefined) return { message: unschedulable(reasons, count, never), relational }
  const budgets = (await context.client.list(podDisruptionBudgets)).items
  const choice = choose(pod, misfits, { surroundings, budgets })
  if (!('victims' in choice)) return { message: unschedulable(reasons, count, available(choice, count)), relational, nominated: '' }
  await preempt(pod, choice, context)
  return { message: unschedulable(reasons, count), relational, nominated: choice.place.node.metadata.name ?? '' }
}

async function bind(pod: Pod, node: Node, { client, event }: ControllerContext): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata
  const target = { kind: 'Node', name: node.metadata.name }
  try {
    await client.postSubresource(pods, keyOf(pod), 'binding', { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target })
  } catch (error) {
    if (error instanceof StatusError && (error.reason === 'NotFound' || error.reason === 'Conflict')) return
    throw error
  }
  const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`
  await event(pod, { type: 'Normal', reason: 'Scheduled', message, component, action: 'Binding' })
}

async function refuse(pod: Pod, { message, nominated }: Refusal, context: ControllerContext): Promise<void> {
  const { client, clock, event } = context
  if (nominated !== undefined) await setNominated(pod, nominated, context)
  const known = podCondition(pod, 'PodScheduled')
  if (known?.status === 'False' && known.message === message) return
  await event(pod, { type: 'Warning', reason: 'FailedScheduling', message, component, action: 'Scheduling' })
  const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
  const { generation } = pod.metadata
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: known?.status === 'False' ? (known.lastTransitionTime ?? time) : time,
    message,
    ...(generation !== undefined && { observedGeneration: generation }),
    reason: 'Unschedulable',
    status: 'False',
    type: 'PodScheduled',
  }
  await unlessGone(client.patch(pods, keyOf(pod), { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' }))
}
