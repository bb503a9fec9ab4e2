// Finds each pod a node, or says why there is none.
import { at, type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import { isReadyToUse } from '../persistent-volume.ts'
import { isDone, type Pod, podCondition } from '../pods.ts'
import { nodes, persistentVolumeClaims, pods, storageClasses } from '../resources.ts'
import { fit, type Misfit } from './filters.ts'
import { loadOf } from './load.ts'
import type { Node, NodeLoad } from './node.ts'
import { score } from './score.ts'
import { unschedulable } from './words.ts'

const component = 'default-scheduler'

export const scheduler = defineController({
  name: 'scheduler',
  fieldManager: 'kube-scheduler',
  watches: [
    { resource: pods, keys: podKeys },
    { resource: nodes, keys: (node, change, old) => (change === 'DELETED' || (old && !nodeOpens(node as Node, old as Node)) ? [] : ['*']) },
    { resource: persistentVolumeClaims, keys: () => ['*'] },
  ],
  reconcile,
})

/** Pods without a node; when one gives its room back, all that wait. */
function podKeys(object: KubernetesObject, change: string): readonly string[] {
  const pod = object as Pod
  if (pod.spec.nodeName !== undefined) return change === 'DELETED' || isDone(pod) ? ['*'] : []
  return change === 'DELETED' ? [] : [`${pod.metadata.namespace}/${pod.metadata.name}`]
}

/** True if a change of a node may let another pod in. */
function nodeOpens(node: Node, old: Node): boolean {
  const seen = ({ metadata, spec, status }: Node): unknown => [metadata.labels, spec?.taints, spec?.unschedulable, status?.allocatable]
  return JSON.stringify(seen(node)) !== JSON.stringify(seen(old))
}

async function reconcile(key: string, context: ControllerContext): Promise<undefined> {
  const { client, memory, enqueue } = context
  if (key === '*') {
    for (const waiting of memory.keys()) enqueue(waiting)
    return undefined
  }
  const pod = (await client.get(pods, parseKey(key))) as Pod | undefined
  if (!pod || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined || pod.spec.schedulerName !== component) {
    memory.set(key, undefined)
    return undefined
  }
  const message = await place(pod, context)
  memory.set(key, message === undefined ? undefined : true)
  if (message !== undefined) await refuse(pod, message, context)
  return undefined
}

/** Binds the pod to the best node; or gives the reason why there is none. */
async function place(pod: Pod, context: ControllerContext): Promise<string | undefined> {
  const { client } = context
  const all = (await client.list(nodes)).items as readonly Node[]
  if (all.length === 0) return 'no nodes available to schedule pods'
  const missing = await missingClaim(pod, context)
  if (missing !== undefined) return `0/${all.length} nodes are available: persistentvolumeclaim "${missing}" not found. not found`
  const load = loadOf((await client.list(pods)).items as readonly Pod[])
  if (await waitsForVolume(pod, context))
    return unschedulable(
      all.map(() => unbound),
      all.length,
    ).replace(`${all.length} ${unbound.reasons[0]}`, unbound.reasons[0] ?? '')
  const misfits: Misfit[] = []
  const fitting: { readonly node: Node; readonly load: NodeLoad }[] = []
  for (const node of all) {
    const room = load(node.metadata.name ?? '')
    const misfit = fit(pod, node, room)
    if (misfit) misfits.push(misfit)
    else fitting.push({ node, load: room })
  }
  const best = fitting.map((each) => ({ ...each, score: score(pod, each.node, each.load) })).sort((a, b) => b.score - a.score)[0]
  if (!best) return unschedulable(misfits, all.length)
  await bind(pod, best.node, context)
  return undefined
}

const unbound: Misfit = { reasons: ['pod has unbound immediate PersistentVolumeClaims'], final: true }

/** A claim of a class that binds at once must be bound before its pod gets a node. */
async function waitsForVolume(pod: Pod, { client }: ControllerContext): Promise<boolean> {
  for (const name of claimNames(pod)) {
    const claim = await client.get(persistentVolumeClaims, { name, namespace: pod.metadata.namespace ?? '' })
    const storageClass = at(claim, 'spec', 'storageClassName')
    const found = typeof storageClass === 'string' && storageClass !== '' ? await client.get(storageClasses, { name: storageClass }) : undefined
    if (claim && !isReadyToUse(claim, found)) return true
  }
  return false
}

async function missingClaim(pod: Pod, { client }: ControllerContext): Promise<string | undefined> {
  for (const name of claimNames(pod)) if (!(await client.get(persistentVolumeClaims, { name, namespace: pod.metadata.namespace ?? '' }))) return name
  return undefined
}

function claimNames({ spec }: Pod): readonly string[] {
  const volumes: readonly unknown[] = Array.isArray(spec.volumes) ? spec.volumes : []
  return volumes.map((volume) => at(volume, 'persistentVolumeClaim', 'claimName')).filter((name) => typeof name === 'string')
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

async function refuse(pod: Pod, message: string, { client, clock, event }: ControllerContext): Promise<void> {
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
  await client.patch(pods, keyOf(pod), { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' }).catch((error: unknown) => {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
  })
}
