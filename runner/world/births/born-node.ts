// A node of a cluster's beginning, with the lease by which it shows that it lives.
import type { JsonObject } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import { formatMicroTime, formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import type { NodePlace } from './running-pod.ts'

/** What a node is made from. */
export interface NodeFacts {
  readonly name: string
  readonly address: string
  readonly podCIDR: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly spec?: JsonObject
  readonly capacity: Readonly<Record<string, string>>
  readonly allocatable: Readonly<Record<string, string>>
  readonly info: Readonly<Record<string, string>>
  /** Conditions beside the kubelet's own, as type, reason and message of a healthy node. */
  readonly conditions?: readonly (readonly [type: string, reason: string, message: string])[]
}

const kubeletConditions = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const

/** The node, ready. */
export function bornNode(facts: NodeFacts, { now, random }: { readonly now: number; readonly random: Random }): KubernetesObject {
  const time = formatTime(now)
  const { name, podCIDR } = facts
  const rows = [...(facts.conditions ?? []).map(([type, reason, message]) => [type, 'False', reason, message] as const), ...kubeletConditions]
  const own = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: random.uuid(),
      creationTimestamp: time,
      labels: sorted({ ...own, ...facts.labels }),
      annotations: { ...facts.annotations, 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR, podCIDRs: [podCIDR], ...facts.spec },
    status: {
      capacity: facts.capacity,
      allocatable: facts.allocatable,
      conditions: rows.map(([type, status, reason, message]) => ({ type, status, lastHeartbeatTime: time, lastTransitionTime: time, reason, message })),
      addresses: [
        { type: 'InternalIP', address: facts.address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: random.uuid().replaceAll('-', ''),
        systemUUID: random.uuid(),
        bootID: random.uuid(),
        ...facts.info,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  }
}

/** The node's lease. */
export function leaseOf(node: KubernetesObject, { now, random }: { readonly now: number; readonly random: Random }): KubernetesObject {
  const { name = '', uid = '' } = node.metadata
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      uid: random.uuid(),
      creationTimestamp: formatTime(now),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(now) },
  }
}

/** Where pods of the beginning are put on a node: from the middle of its range, out of the way of those to come. */
export function placeOn(facts: Pick<NodeFacts, 'name' | 'address' | 'podCIDR'>): NodePlace {
  const base = facts.podCIDR.split('.').slice(0, 3).join('.')
  let last = 199
  return {
    name: facts.name,
    address: facts.address,
    nextAddress() {
      last += 1
      return `${base}.${last}`
    },
  }
}

/** The /24 of a pod range that the node at this place gets. */
export function nodeRange(podCidr: string, index: number): string {
  const [a = 10, b = 244] = podCidr.split('.').map((part) => Number.parseInt(part, 10))
  return `${a}.${b + Math.floor(index / 256)}.${index % 256}.0/24`
}

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
