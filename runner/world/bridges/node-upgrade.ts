// The upgrade of a cluster's nodes as AKS does it: a further node joins, each old one is cordoned, drained through evictions, given its new
// image and version and uncordoned; at the end the further node is drained and goes.
import { isObject } from '../../base/json.ts'
import type { Client } from '../../kubernetes/client.ts'
import { systemUser } from '../../kubernetes/identity.ts'
import { at, type KubernetesObject, keyOf, type Resource } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'

/** Azure's own hand in a cluster. */
export const upgrader = systemUser('aks-service')

const imageLabel = 'kubernetes.azure.com/node-image-version'

/** What nodes become, and how many there are of them: one more is the one that joined for the upgrade. */
export interface NodeVersions {
  /** As `1.34.4`. */
  readonly version: string
  readonly image: string
  readonly count: number
  /** Nodes of this pool alone. */
  readonly pool?: string
}

/** How far it has come. `blocked` is why a pod cannot be evicted just now. */
export interface NodeProgress {
  readonly done: boolean
  readonly blocked?: string
}

/** Takes nodes further as far as it goes now; to be called again until it is done. */
export async function upgradeNodes(client: Client, to: NodeVersions): Promise<NodeProgress> {
  const [nodes, pods] = await Promise.all([served(client, 'Node'), served(client, 'Pod')])
  const all = (await client.list(nodes)).items.filter((node) => to.pool === undefined || node.metadata.labels?.agentpool === to.pool)
  const surge = all.length > to.count ? all.at(-1) : undefined
  const old = all.filter((node) => node !== surge && !isCurrent(node, to))
  const [first] = old
  if (first && !surge) {
    await client.create(nodes, surgeNode(first, nextIndex(all), to))
    return { done: false }
  }
  if (surge && !isReady(surge)) return { done: false }
  for (const node of old) {
    await cordon(client, nodes, node, true)
    const drained = await drain(client, pods, node)
    if (!drained.done) return drained
    await renew(client, nodes, node, to)
  }
  return surge ? removeNode(client, surge) : { done: true }
}

/** The first number of a scale set that no machine of these has or has had before a later one. */
export function nextIndex(nodes: readonly KubernetesObject[]): number {
  return Math.max(-1, ...nodes.map(({ metadata }) => Number.parseInt((metadata.name ?? '').slice(-6), 36))) + 1
}

/** Whether a node is of a version and image, and takes pods. */
export function isCurrent(node: KubernetesObject, { version, image }: Pick<NodeVersions, 'version' | 'image'>): boolean {
  return (
    at(node, 'status', 'nodeInfo', 'kubeletVersion') === `v${version}` &&
    node.metadata.labels?.[imageLabel] === image &&
    at(node, 'spec', 'unschedulable') !== true
  )
}

/** Cordons a node, drains it and takes it away; to be called again until it is done. */
export async function removeNode(client: Client, node: KubernetesObject): Promise<NodeProgress> {
  const [nodes, pods] = await Promise.all([served(client, 'Node'), served(client, 'Pod')])
  await cordon(client, nodes, node, true)
  const drained = await drain(client, pods, node)
  if (drained.done) await client.delete(nodes, keyOf(node))
  return drained
}

/** A node like this one, the next of its scale set. */
function surgeNode(like: KubernetesObject, index: number, { version, image }: NodeVersions): KubernetesObject {
  const scaleSet = (like.metadata.name ?? '').slice(0, -6)
  const name = `${scaleSet}${index.toString(36).padStart(6, '0')}`
  const status = at(like, 'status')
  const info = at(status, 'nodeInfo')
  const { labels, annotations = {} } = like.metadata
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...labels, 'kubernetes.io/hostname': name, [imageLabel]: image }, annotations: ownOnly(annotations) },
    spec: { providerID: String(at(like, 'spec', 'providerID')).replace(/\d+$/, String(index)) },
    status: {
      capacity: at(status, 'capacity') ?? {},
      allocatable: at(status, 'allocatable') ?? {},
      nodeInfo: { ...(isObject(info) ? info : {}), kubeletVersion: `v${version}` },
    },
  }
}

/** What the kubelet and the drivers write of one node is not another's. */
function ownOnly(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key.startsWith('volumes.kubernetes.io/')))
}

function isReady(node: KubernetesObject): boolean {
  const conditions = at(node, 'status', 'conditions')
  return Array.isArray(conditions) && conditions.some((condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True')
}

async function drain(client: Client, pods: Resource, node: KubernetesObject): Promise<NodeProgress> {
  const name = node.metadata.name ?? ''
  const left = (await client.list(pods, { fieldSelector: `spec.nodeName=${name}` })).items.filter(isEvicted)
  for (const pod of left.filter(({ metadata }) => metadata.deletionTimestamp === undefined)) {
    const { name: podName, namespace } = pod.metadata
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: podName ?? '', ...(namespace === undefined ? {} : { namespace }) } }
    try {
      await client.postSubresource(pods, keyOf(pod), 'eviction', eviction)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (error.reason === 'NotFound') continue
      return { done: false, blocked: `node ${name}, pod ${namespace}/${podName}: ${error.message}` }
    }
  }
  return { done: left.length === 0 }
}

/** As `kubectl drain --ignore-daemonsets` has it: pods of daemon sets and of the kubelet's own stay, ended ones do not count. */
function isEvicted(pod: KubernetesObject): boolean {
  const ofDaemonSet = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true
  const mirror = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
  return !ofDaemonSet && !mirror && !['Succeeded', 'Failed'].includes(String(at(pod, 'status', 'phase')))
}

async function renew(client: Client, nodes: Resource, node: KubernetesObject, { version, image }: Omit<NodeVersions, 'count'>): Promise<void> {
  const key = keyOf(node)
  await client.patch(nodes, key, { status: { nodeInfo: { kubeletVersion: `v${version}`, kubeProxyVersion: '' } } }, { type: 'merge', subresource: 'status' })
  await client.patch(nodes, key, { metadata: { labels: { [imageLabel]: image } } }, { type: 'merge' })
  await cordon(client, nodes, node, false)
}

async function cordon(client: Client, nodes: Resource, node: KubernetesObject, unschedulable: boolean): Promise<void> {
  await client.patch(nodes, keyOf(node), { spec: { unschedulable: unschedulable ? true : null } }, { type: 'merge' })
}

async function served(client: Client, kind: string): Promise<Resource> {
  const resource = await client.resourceFor('v1', kind)
  if (!resource) throw new Error(`The cluster serves no ${kind}`)
  return resource
}
