// Registers nodes, and taints those that pods had better keep away from.
import { equal, type Json, type JsonObject } from '../../base/json.ts'
import { formatMicroTime, formatTime, type KubernetesObject, keyOf } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { leases, nodes } from '../resources.ts'
import type { Node, Taint } from '../scheduler/node.ts'
import { forget, isOutside, listen } from './outside-kubelets.ts'
import { isReadyNode, readiness } from './readiness.ts'
import { markPodsNotReady } from './silent-pods.ts'
import { taintsOf } from './taints.ts'
import { drivingOf } from './zones.ts'

export const nodeLifecycle = defineController({
  name: 'node-lifecycle-controller',
  watches: [
    { resource: nodes, keys: (node, _change, old) => (old && isReadyNode(old) !== isReadyNode(node) ? [wakeAll] : [node.metadata.name ?? '']) },
    { resource: leases, namespace: 'kube-node-lease', keys: ({ metadata }) => [metadata.name ?? ''] },
  ],
  async reconcile(name: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
    const { client } = context
    if (name === wakeAll) {
      for (const { metadata } of (await client.list(nodes)).items) context.enqueue(metadata.name ?? '')
      return undefined
    }
    const node = (await client.get(nodes, { name })) as Node | undefined
    if (!node) return remove(name, context)
    await register(node, context)
    await settleTaints(node, context)
    await noteReadiness(node, context)
    const wait = isOutside(node, context) ? await listen(node, context) : undefined
    return wait === undefined ? undefined : { requeueAfter: wait }
  },
})

/** Stands for every node: how much of the cluster is heard of decides about each. */
const wakeAll = '*'

async function register(node: Node, { memory, event }: ControllerContext): Promise<void> {
  const { name = '', uid = '' } = node.metadata
  if (memory.get(name) === uid) return
  memory.set(name, uid)
  const message = `Node ${name} event: Registered Node ${name} in Controller`
  await event(node, { type: 'Normal', reason: 'RegisteredNode', message, component: 'node-controller' })
}

async function remove(name: string, context: ControllerContext): Promise<undefined> {
  const { memory, event } = context
  const uid = memory.get(name)
  if (typeof uid !== 'string') return
  memory.set(name, undefined)
  memory.set(`${name} ready`, undefined)
  forget(name, context)
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } }
  await event(node, {
    type: 'Normal',
    reason: 'RemovingNode',
    message: `Node ${name} event: Removing Node ${name} from Controller`,
    component: 'node-controller',
  })
}

async function settleTaints(node: Node, { client, clock }: ControllerContext): Promise<void> {
  const driving = isReadyNode(node) ? 'begins' : drivingOf(node, (await client.list(nodes)).items)
  const wanted = taintsOf(node, formatTime(clock.now()), driving)
  if (wanted === undefined) return
  const { taints: _, ...spec } = (node.spec ?? {}) as JsonObject
  await client.update(nodes, { ...node, spec: { ...spec, ...withTaints(wanted) } } as KubernetesObject)
}

function withTaints(taints: readonly Taint[]): JsonObject {
  return taints.length > 0 ? { taints: taints as unknown as Json } : {}
}

/** Says when a node is not ready any more, and that its pods are not either. */
async function noteReadiness(node: Node, context: ControllerContext): Promise<void> {
  const { memory, event } = context
  const name = node.metadata.name ?? ''
  const key = `${name} ready`
  const ready = isReadyNode(node)
  if (readiness(node) === undefined || memory.get(key) === (ready ? undefined : 'no')) return
  memory.set(key, ready ? undefined : 'no')
  if (ready) return
  await event(node, { type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady`, component: 'node-controller' })
  await markPodsNotReady(name, context)
}

const kubeletConditions = [
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const
const usualCapacity = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '16Gi', pods: '110' }

/** The kubelets' part: a node made by hand comes up, and every node has its lease. Its name lets `without: [kubelet]` leave it out too. */
export const nodeKubelet = defineController({
  name: 'kubelet-node',
  fieldManager: 'kubelet',
  watches: [{ resource: nodes, keys: (node, change) => (change === 'DELETED' ? [] : [node.metadata.name ?? '']) }],
  async reconcile(name: string, { client, clock, memory }: ControllerContext): Promise<ReconcileResult | undefined> {
    const node = (await client.get(nodes, { name })) as Node | undefined
    if (!node || node.metadata.deletionTimestamp !== undefined) return undefined
    if (!(await client.get(leases, { namespace: 'kube-node-lease', name }))) await client.create(leases, leaseOf(node, clock.now()))
    if (Array.isArray(node.status?.conditions)) return offerExtended(node, { client, clock, memory })
    await client.update(nodes, { ...node, status: firstStatus(node, clock.now()) } as KubernetesObject, { subresource: 'status' })
    return undefined
  },
})

/** Resources of names with a slash that somebody wrote into a node's capacity: its next report, within ten seconds, offers them too. */
async function offerExtended(
  node: Node,
  { client, clock, memory }: Pick<ControllerContext, 'client' | 'clock' | 'memory'>,
): Promise<ReconcileResult | undefined> {
  const { capacity = {}, allocatable = {} } = (node.status ?? {}) as Readonly<Record<string, Readonly<Record<string, string>>>>
  const plain = Object.entries(allocatable).filter(([resource]) => !resource.includes('/'))
  const offered = Object.fromEntries([...plain, ...Object.entries(capacity).filter(([resource]) => resource.includes('/'))])
  const { name = '' } = node.metadata
  if (equal(offered, allocatable)) {
    memory.set(name, undefined)
    return undefined
  }
  const due = Number(memory.get(name) ?? Math.ceil((clock.now() + 1) / reportEvery) * reportEvery)
  memory.set(name, due)
  if (due > clock.now()) return { requeueAfter: due - clock.now() }
  await client.update(nodes, { ...node, status: { ...node.status, allocatable: offered } } as KubernetesObject, { subresource: 'status' })
  return undefined
}

/** How often a kubelet looks at what it reports, ms: `nodeStatusUpdateFrequency`. */
const reportEvery = 10_000

function leaseOf(node: Node, now: number): KubernetesObject {
  const { name = '', uid = '' } = node.metadata
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease', ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(now) },
  }
}

function firstStatus(node: Node, now: number): JsonObject {
  const time = formatTime(now)
  const known = (node.status ?? {}) as JsonObject
  return {
    ...known,
    capacity: known.capacity ?? usualCapacity,
    allocatable: known.allocatable ?? known.capacity ?? usualCapacity,
    conditions: kubeletConditions.map(([type, status, reason, message]) => ({
      type,
      status,
      lastHeartbeatTime: time,
      lastTransitionTime: time,
      reason,
      message,
    })),
    addresses: known.addresses ?? [{ type: 'Hostname', address: keyOf(node).name }],
  }
}
