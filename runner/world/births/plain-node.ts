// A node of a plain cluster, as a kubelet of this version registers it, ready from the first moment.
import type { Random } from '../../base/random.ts'
import { formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import type { NodeFile } from '../../labs/world-file.ts'

const usual = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '16Gi', pods: '110' }

const conditions = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const

/** The node `index` (from 0) of a cluster: its address and pod range follow from its place. */
export function plainNode(node: NodeFile, options: { index: number; podCidr: string; version: string; now: number; random: Random }): KubernetesObject {
  const { index, now, random } = options
  const capacity = { ...usual, ...node.capacity }
  const podCIDR = nodeRange(options.podCidr, index)
  const time = formatTime(now)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      uid: random.uuid(),
      creationTimestamp: time,
      labels: { ...nodeLabels(node.name), ...node.labels },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: { podCIDR, podCIDRs: [podCIDR], ...(node.taints.length > 0 ? { taints: node.taints } : {}) },
    status: {
      capacity,
      allocatable: capacity,
      conditions: conditions.map(([type, status, reason, message]) => ({ type, status, lastHeartbeatTime: time, lastTransitionTime: time, reason, message })),
      addresses: [
        { type: 'InternalIP', address: `172.30.${Math.floor((index + 2) / 250)}.${((index + 2) % 250) + 1}` },
        { type: 'Hostname', address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(options.version, random),
    },
  }
}

function nodeLabels(name: string): Readonly<Record<string, string>> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  }
}

function nodeInfo(version: string, random: Random): Readonly<Record<string, string>> {
  return {
    architecture: 'amd64',
    bootID: random.uuid(),
    containerRuntimeVersion: 'containerd://2.0.0',
    kernelVersion: '6.8.0-51-generic',
    kubeProxyVersion: '',
    kubeletVersion: `v${version}`,
    machineID: random.uuid().replaceAll('-', ''),
    operatingSystem: 'linux',
    osImage: 'Ubuntu 24.04.1 LTS',
    systemUUID: random.uuid(),
  }
}

/** The /24 of a pod range that the node at this place gets. */
function nodeRange(podCidr: string, index: number): string {
  const [a = 10, b = 244] = podCidr.split('.').map((part) => Number.parseInt(part, 10))
  return `${a}.${b + Math.floor(index / 256)}.${index % 256}.0/24`
}
