// The plain cluster as kubeadm makes it: a control plane node with static pods, a worker, DNS, proxy, a network and local storage.
import { deepFreeze, isObject, type JsonObject } from '../../base/json.ts'
import { toBase64 } from '../../base/p256.ts'
import type { Random } from '../../base/random.ts'
import { formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import { bornNode, leaseOf, type NodeFacts, nodeRange, placeOn } from './born-node.ts'
import kubeadmObjects from './kubeadm-objects.json' with { type: 'json' }
import staticPods from './kubeadm-static-pods.json' with { type: 'json' }
import kubeadmWorkloads from './kubeadm-workloads.json' with { type: 'json' }
import { runningPod } from './running-pod.ts'
import { serviceEndpoints } from './service-endpoints.ts'
import { bornBy, filled, type SettledWorkload, settledWorkload } from './workload.ts'

/** What a kubeadm cluster is made from. */
export interface KubeadmFacts {
  readonly version: string
  readonly now: number
  readonly random: Random
  readonly serviceCidr: string
  readonly podCidr: string
  /** PEM of the cluster's authority, for `cluster-info`. */
  readonly caPem?: string
}

/** Its nodes, and all else that kubeadm and its add-ons leave. */
export function kubeadmBirth(facts: KubeadmFacts): { readonly nodes: readonly KubernetesObject[]; readonly objects: readonly KubernetesObject[] } {
  const { version, now, random, serviceCidr, podCidr } = facts
  const machines = machinesOf(facts)
  const nodes = machines.map((machine) => bornNode(machine, { now, random }))
  const [controlPlane] = nodes
  if (!controlPlane) throw new Error('Make a kubeadm cluster: it has no node')
  const places = machines.map(placeOn)
  const values = { version, serviceCidr, podCidr, dnsAddress: dnsAddress(serviceCidr), ca: toBase64(new TextEncoder().encode(facts.caPem ?? '')) }
  const { plain, workloads } = sharedObjects(values, { now, nodeCount: nodes.length })
  const mirrors = filled(staticPods, values).map((row) => mirrorPod(row, { controlPlane, now, random, place: places[0] ?? placeOn(machineOf('', 0, facts)) }))
  const pods = [...mirrors, ...workloads.flatMap((workload) => workload.pods({ now, random, nodes: [...places].reverse() }))]
  const endpoints = plain.filter(({ kind }) => kind === 'Service').flatMap((service) => serviceEndpoints(service, pods, { now, random }))
  const leases = nodes.map((node) => leaseOf(node, { now, random }))
  return { nodes, objects: [...plain, ...leases, ...workloads.flatMap(({ controllers }) => controllers), ...pods, ...endpoints] }
}

interface Shared {
  readonly plain: readonly KubernetesObject[]
  readonly workloads: readonly SettledWorkload[]
}

const made = new Map<string, Shared>()
const remembered = 20

/** Derived from its arguments alone; remembered, so that clusters share it. */
function sharedObjects(values: Readonly<Record<string, string>>, setting: { readonly now: number; readonly nodeCount: number }): Shared {
  const id = JSON.stringify([values, setting])
  const known = made.get(id)
  if (known) return known
  const plain = (filled(kubeadmObjects, values) as unknown as readonly KubernetesObject[]).map((object) => bornBy('kubeadm', object, setting.now))
  const shared = { plain: deepFreeze(plain), workloads: filled(kubeadmWorkloads, values).map((row) => settledWorkload(row, setting)) }
  if (made.size >= remembered) made.clear()
  made.set(id, shared)
  return shared
}

function machinesOf(facts: KubeadmFacts): NodeFacts[] {
  const first = machineOf('controlplane', 0, facts)
  const labels = { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
  const taints = [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }]
  return [{ ...first, labels, spec: { taints } }, machineOf('node01', 1, facts)]
}

function machineOf(name: string, index: number, { version, podCidr }: KubeadmFacts): NodeFacts {
  const capacity = { cpu: '4', 'ephemeral-storage': '40470732Ki', 'hugepages-2Mi': '0', memory: '8131332Ki', pods: '110' }
  return {
    name,
    address: `172.30.${index + 1}.2`,
    podCIDR: nodeRange(podCidr, index),
    labels: {},
    annotations: {},
    capacity,
    allocatable: { ...capacity, 'ephemeral-storage': '37297826550', memory: '8028932Ki' },
    info: {
      kernelVersion: '6.8.0-51-generic',
      osImage: 'Ubuntu 24.04.3 LTS',
      containerRuntimeVersion: 'containerd://2.1.5',
      kubeletVersion: `v${version}`,
    },
  }
}

/** The tenth address of the range of services. */
function dnsAddress(serviceCidr: string): string {
  return `${serviceCidr.split('.').slice(0, 3).join('.')}.10`
}

interface MirrorSetting {
  readonly controlPlane: KubernetesObject
  readonly now: number
  readonly random: Random
  readonly place: ReturnType<typeof placeOn>
}

/** What the kubelet shows of a static pod. */
function mirrorPod(row: (typeof staticPods)[number], { controlPlane, now, random, place }: MirrorSetting): KubernetesObject {
  const hash = random.uuid().replaceAll('-', '')
  const { name = '', uid = '' } = controlPlane.metadata
  const annotations = Object.fromEntries(Object.entries(row.annotations).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])))
  const spec = {
    containers: row.containers as unknown as readonly JsonObject[],
    hostNetwork: true,
    priorityClassName: 'system-node-critical',
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
    volumes: row.volumes.filter(isObject),
  }
  return runningPod(
    {
      name: `${row.name}-${name}`,
      namespace: 'kube-system',
      labels: { component: row.name, tier: 'control-plane' },
      annotations: {
        ...annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.seen': formatTime(now),
        'kubernetes.io/config.source': 'file',
      },
      owner: { apiVersion: 'v1', kind: 'Node', name, uid, controller: true },
      spec,
      mirror: true,
    },
    { node: place, now, random },
  )
}
