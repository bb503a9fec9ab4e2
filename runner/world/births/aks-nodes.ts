// The nodes of AKS: machines of scale sets, named, labelled and sized as the service does it.
import type { Random } from '../../base/random.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import { bornNode, type NodeFacts, nodeRange } from './born-node.ts'

/** A node pool. */
export interface AksNodePool {
  readonly name: string
  readonly count: number
  readonly vmSize: string
  readonly imageVersion: string
  readonly mode?: 'System' | 'User'
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
}

/** What the nodes of an AKS cluster are made from. */
export interface AksCluster {
  readonly clusterName: string
  readonly resourceGroup: string
  readonly subscriptionId: string
  readonly location: string
  readonly version: string
  readonly nodePools: readonly AksNodePool[]
  /** The eight digits in the names of its nodes. */
  readonly nodeSuffix: string
  readonly now: number
  readonly podCidr?: string
}

/** Conditions that the node problem detector keeps on each node. */
const detectorConditions = [
  ['FrequentUnregisterNetDevice', 'NoFrequentUnregisterNetDevice', 'node is functioning properly'],
  ['VMEventScheduled', 'NoVMEventScheduled', 'VM has no scheduled event'],
  ['FrequentContainerdRestart', 'NoFrequentContainerdRestart', 'containerd is functioning properly'],
  ['ContainerRuntimeProblem', 'ContainerRuntimeIsUp', 'container runtime service is up'],
  ['KernelDeadlock', 'KernelHasNoDeadlock', 'kernel has no deadlock'],
  ['KubeletProblem', 'KubeletIsUp', 'kubelet service is up'],
  ['FrequentKubeletRestart', 'NoFrequentKubeletRestart', 'kubelet is functioning properly'],
  ['ReadonlyFilesystem', 'FilesystemIsNotReadOnly', 'Filesystem is not read-only'],
  ['FilesystemCorruptionProblem', 'FilesystemIsOK', 'Filesystem is healthy'],
] as const

/** Cores that the service keeps back, in thousandths, by the number of cores. */
const reservedCores: readonly (readonly [cores: number, thousandths: number])[] = [
  [64, 740],
  [32, 420],
  [16, 260],
  [8, 180],
  [4, 140],
  [2, 100],
  [1, 60],
]

/** Each node with what it was made from. */
export function aksNodes(cluster: AksCluster, random: Random): readonly { readonly node: KubernetesObject; readonly facts: NodeFacts }[] {
  const machines = cluster.nodePools.flatMap((pool) => Array.from({ length: pool.count }, (_, index) => ({ pool, index })))
  return machines.map(({ pool, index }, place) => {
    const facts = machineFacts(cluster, pool, { index, place })
    return { facts, node: bornNode(facts, { now: cluster.now, random }) }
  })
}

/** What a machine of a pool is as a node: `index` is its number in the pool's scale set, `place` among all nodes of the cluster. */
export function machineFacts(cluster: AksCluster, pool: AksNodePool, { index, place }: { index: number; place: number }): NodeFacts {
  const scaleSet = `aks-${pool.name}-${cluster.nodeSuffix}-vmss`
  const name = `${scaleSet}${index.toString(36).padStart(6, '0')}`
  const nodeGroup = `MC_${cluster.resourceGroup}_${cluster.clusterName}_${cluster.location}`
  const machine = `/subscriptions/${cluster.subscriptionId}/resourceGroups/${nodeGroup.toLowerCase()}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/${index}`
  const address = `10.224.${Math.floor((place + 4) / 250)}.${(place + 4) % 250}`
  return {
    name,
    address,
    podCIDR: nodeRange(cluster.podCidr ?? '10.244.0.0/16', place),
    labels: { ...labelsOf(cluster, pool, nodeGroup), ...pool.labels },
    annotations: {
      'alpha.kubernetes.io/provided-node-ip': address,
      'csi.volume.kubernetes.io/nodeid': JSON.stringify({ 'disk.csi.azure.com': name, 'file.csi.azure.com': name }),
    },
    spec: { providerID: `azure://${machine}`, ...(pool.taints && pool.taints.length > 0 ? { taints: pool.taints.map((taint) => ({ ...taint })) } : {}) },
    ...resourcesOf(pool.vmSize),
    conditions: detectorConditions,
    info: {
      kernelVersion: '5.15.0-1098-azure',
      osImage: 'Ubuntu 22.04.5 LTS',
      containerRuntimeVersion: 'containerd://1.7.29-1',
      kubeletVersion: `v${cluster.version}`,
    },
  }
}

function labelsOf({ location }: AksCluster, pool: AksNodePool, nodeGroup: string): Record<string, string> {
  return {
    agentpool: pool.name,
    'beta.kubernetes.io/instance-type': pool.vmSize,
    'failure-domain.beta.kubernetes.io/region': location,
    'failure-domain.beta.kubernetes.io/zone': '0',
    'kubernetes.azure.com/agentpool': pool.name,
    'kubernetes.azure.com/azure-cni-overlay': 'true',
    'kubernetes.azure.com/cluster': nodeGroup,
    'kubernetes.azure.com/kubelet-serving-ca': 'cluster',
    'kubernetes.azure.com/localdns-state': 'disabled',
    'kubernetes.azure.com/mode': (pool.mode ?? 'System').toLowerCase(),
    'kubernetes.azure.com/node-image-version': pool.imageVersion,
    'kubernetes.azure.com/nodepool-type': 'VirtualMachineScaleSets',
    'kubernetes.azure.com/os-sku': 'Ubuntu',
    'kubernetes.azure.com/os-sku-effective': 'Ubuntu2204',
    'kubernetes.azure.com/os-sku-requested': 'Ubuntu',
    'kubernetes.azure.com/podnetwork-type': 'overlay',
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.azure.com/storageprofile': 'ephemeral',
    'kubernetes.azure.com/storagetier': 'Premium_LRS',
    'node.kubernetes.io/instance-type': pool.vmSize,
    storageprofile: 'ephemeral',
    storagetier: 'Premium_LRS',
    'topology.disk.csi.azure.com/zone': '',
    'topology.kubernetes.io/region': location,
    'topology.kubernetes.io/zone': '0',
  }
}

/** Capacity of a size, and what of it pods may use: the service keeps some cores, 20 MB for each of 250 pods, and the eviction threshold. */
function resourcesOf(vmSize: string): Pick<NodeFacts, 'capacity' | 'allocatable'> {
  const { cores, memoryGiB } = sizeOf(vmSize)
  const memory = Math.round(memoryGiB * 1_026_973)
  const reserved = Math.min((20 * 250 + 50) * 1024, Math.floor(memory / 4)) + 100 * 1024
  const kept = reservedCores.find(([count]) => cores >= count)?.[1] ?? 60
  const storage = 304_681_132
  const common = { 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: '250' }
  return {
    capacity: { cpu: String(cores), 'ephemeral-storage': `${storage}Ki`, memory: `${memory}Ki`, ...common },
    allocatable: { cpu: `${cores * 1000 - kept}m`, 'ephemeral-storage': String(Math.floor(storage * 1024 * 0.9)), memory: `${memory - reserved}Ki`, ...common },
  }
}

const memoryPerCore: Readonly<Record<string, number>> = { A: 2, B: 4, D: 4, DS: 3.5, E: 8, F: 2, NC: 18 }

/** Cores and memory as a size's name tells them: `Standard_D8ds_v5` has 8 and four times as many GiB. */
function sizeOf(vmSize: string): { cores: number; memoryGiB: number } {
  const [, family = 'D', number = '8'] = /^Standard_([A-Z]+)(\d+)/i.exec(vmSize) ?? []
  const cores = family === 'DS' ? 2 ** (Number(number) - 1) : Number(number)
  return { cores, memoryGiB: cores * (memoryPerCore[family] ?? 4) }
}
