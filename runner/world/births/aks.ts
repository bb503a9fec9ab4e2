// What a cluster of AKS is born with: its nodes, and the system workloads at rest on them.
import { createRandom, type Random } from '../../base/random.ts'
import { formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import { type AksCluster, aksNodes } from './aks-nodes.ts'
import aksObjects from './aks-objects.json' with { type: 'json' }
import aksWorkloads from './aks-workloads.json' with { type: 'json' }
import { leaseOf, placeOn } from './born-node.ts'
import { serviceEndpoints } from './service-endpoints.ts'
import { bornBy, filled, type SettledWorkload, settledWorkload } from './workload.ts'

/** What an AKS cluster is made from. */
export interface AksFacts extends AksCluster {
  /** Chance for names and ids; default: one that follows from the cluster's own names. */
  readonly random?: Random
}

/** The beginning of a cluster. `shared` is one frozen list for all clusters of the same version, time and number of nodes. */
export interface AksBirth {
  readonly shared: readonly KubernetesObject[]
  readonly nodes: readonly KubernetesObject[]
  /** Pods, leases, endpoints: what names this cluster's nodes. */
  readonly objects: readonly KubernetesObject[]
}

/** All that a cluster shows when it is there. One without nodes has no workloads either. */
export function aksBirth(facts: AksFacts): AksBirth {
  const { now, clusterName, resourceGroup, subscriptionId, nodeSuffix } = facts
  const random = facts.random ?? createRandom(`${subscriptionId}/${resourceGroup}/${clusterName}/${nodeSuffix}`)
  const places = aksNodes(facts, random)
  const count = places.length
  const { objects: shared, workloads } = sharedObjects(facts.version, now, count)
  const setting = { now, random, nodes: places.map(({ facts: node }) => placeOn(node)) }
  const pods = workloads.flatMap((workload) => workload.pods(setting))
  const services = count === 0 ? [] : shared.filter(({ kind }) => kind === 'Service')
  const endpoints = services.flatMap((service) => serviceEndpoints(service, pods, { now, random, zone: '0' }))
  const nodes = places.map(({ node }) => node)
  return { shared, nodes, objects: [...nodes.flatMap((node) => [leaseOf(node, { now, random }), csiNode(node, now, random)]), ...pods, ...endpoints] }
}

interface Shared {
  readonly objects: readonly KubernetesObject[]
  readonly workloads: readonly SettledWorkload[]
}

const made = new Map<string, Shared>()
const remembered = 20

/** Derived from its arguments alone; remembered, so that clusters share it. */
function sharedObjects(version: string, now: number, nodeCount: number): Shared {
  const id = `${version} ${now} ${nodeCount}`
  const known = made.get(id)
  if (known) return known
  const values = { version, minor: version.split('.').slice(0, 2).join('.'), now: formatTime(now) }
  const rows = nodeCount === 0 ? [] : filled(aksWorkloads, values)
  const workloads = rows.map((row) => settledWorkload(row, { now, nodeCount }))
  const plain = (filled(aksObjects, values) as unknown as readonly KubernetesObject[]).map((object) => bornBy('kubectl-client-side-apply', object, now))
  const shared = { objects: Object.freeze([...plain, ...workloads.flatMap(({ controllers }) => controllers)]), workloads }
  if (made.size >= remembered) made.clear()
  made.set(id, shared)
  return shared
}

function csiNode(node: KubernetesObject, now: number, random: Random): KubernetesObject {
  const { name = '', uid = '' } = node.metadata
  const topologyKeys = ['topology.disk.csi.azure.com/zone', 'topology.kubernetes.io/zone']
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: {
      name,
      uid: random.uuid(),
      creationTimestamp: formatTime(now),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: {
      drivers: [
        { name: 'disk.csi.azure.com', nodeID: name, topologyKeys, allocatable: { count: 16 } },
        { name: 'file.csi.azure.com', nodeID: name, topologyKeys: null },
      ],
    },
  }
}
