// The nodes of an AKS cluster become what its node pools say: versions and images, more nodes, fewer, or none of a pool that is gone.
import type { Client } from '../../kubernetes/client.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type AksCluster, type AksNodePool, machineFacts } from '../births/aks-nodes.ts'
import { isCurrent, type NodeProgress, nextIndex, removeNode, upgradeNodes } from './node-upgrade.ts'

/** A pool as it is to be. */
export interface WantedPool extends AksNodePool {
  /** As `1.34.4`. */
  readonly version: string
}

/** Takes the nodes further as far as it goes now; to be called again until it is done. */
export async function fitPools(client: Client, cluster: Omit<AksCluster, 'nodePools'>, pools: readonly WantedPool[]): Promise<NodeProgress> {
  const nodes = await nodesOf(client)
  const wanted = new Set(pools.map(({ name }) => name))
  for (const pool of pools) {
    const progress = await fitPool(client, cluster, pool)
    if (!progress.done) return progress
  }
  // Only what belonged to a pool: nodes that somebody made by hand stay.
  const left = nodes.filter(({ metadata: { labels } }) => labels?.agentpool !== undefined && !wanted.has(labels.agentpool))
  for (const node of left) {
    const progress = await removeNode(client, node)
    if (!progress.done) return progress
  }
  return { done: true }
}

async function fitPool(client: Client, cluster: Omit<AksCluster, 'nodePools'>, pool: WantedPool): Promise<NodeProgress> {
  const all = await nodesOf(client)
  const own = all.filter(({ metadata }) => metadata.labels?.agentpool === pool.name)
  const { version, imageVersion: image, count, name } = pool
  if (own.some((node) => !isCurrent(node, { version, image }))) return upgradeNodes(client, { version, image, count, pool: name })
  const surplus = own.length > count ? own.at(-1) : undefined
  if (surplus) {
    const progress = await removeNode(client, surplus)
    return progress.done && own.length - 1 === count ? progress : { ...progress, done: false }
  }
  const resource = await client.resourceFor('v1', 'Node')
  for (let missing = count - own.length, index = nextIndex(own); resource && missing > 0; missing -= 1, index += 1)
    await client.create(resource, newNode({ ...cluster, version }, pool, index))
  return { done: own.length === count }
}

/** A machine that has just started: its kubelet has not said anything yet. */
function newNode(cluster: Omit<AksCluster, 'nodePools'>, pool: WantedPool, index: number): KubernetesObject {
  const { name, labels, annotations, spec, capacity, allocatable, info } = machineFacts({ ...cluster, nodePools: [] }, pool, { index, place: index })
  const { podCIDR: _, ...own } = { podCIDR: undefined, ...spec }
  const arch = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...arch, 'kubernetes.io/hostname': name, ...labels },
      annotations: { ...annotations, 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: own,
    status: { capacity, allocatable, nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', ...info, kubeProxyVersion: '' } },
  } as KubernetesObject
}

async function nodesOf(client: Client): Promise<readonly KubernetesObject[]> {
  const resource = await client.resourceFor('v1', 'Node')
  const items = resource ? (await client.list(resource)).items : []
  return items.filter((node) => at(node, 'metadata', 'deletionTimestamp') === undefined)
}
