// A cluster that a world file names: its spec, its nodes, and the manifests that are applied at its birth.
import { createRandom } from '../../base/random.ts'
import { systemUser } from '../../kubernetes/identity.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { ClusterFile, NodeFile } from '../../labs/world-file.ts'
import type { BridgeGround } from '../bridges/ground.ts'
import type { Cluster, ClusterSpec } from '../cluster.ts'
import { kubeadmBirth } from './kubeadm.ts'
import { plainNode } from './plain-node.ts'

/** Makes a world file's cluster and applies its objects. */
export async function addFileCluster(ground: BridgeGround, file: ClusterFile): Promise<Cluster> {
  const spec = specOf(file, ground)
  const cluster = ground.addCluster(spec, birthObjects(file, spec))
  for (const object of file.objects) {
    if (typeof object === 'string') throw new Error(`The manifest "${object}" of cluster "${file.name}" has not been read: expected its objects`)
    await apply(cluster, object as unknown as KubernetesObject)
  }
  return cluster
}

/** A world file's cluster with everything else as usual. */
export function usualCluster(given: { name: string; context: string; nodes: number; flavor: ClusterFile['flavor']; without?: string[] }): ClusterFile {
  return {
    version: '1.35.4',
    serviceCIDR: '10.0.0.0/16',
    podCIDR: '10.244.0.0/16',
    authorization: ['RBAC'],
    objects: [],
    without: [],
    featureGates: {},
    ...given,
  }
}

function specOf(file: ClusterFile, ground: BridgeGround): ClusterSpec {
  const featureGates = Object.entries(file.featureGates).flatMap(([gate, open]) => (open ? [gate] : []))
  const kubeadm = file.flavor === 'kubeadm'
  return {
    id: file.name,
    name: file.name,
    host: kubeadm ? 'controlplane' : `${file.name}.clusters.internal`,
    port: 6443,
    flavor: file.flavor,
    version: file.version,
    serviceCidr: file.serviceCIDR,
    podCidr: file.podCIDR,
    authorization: file.authorization,
    without: file.without,
    ...(featureGates.length > 0 && { featureGates }),
    born: ground.now(),
    context: file.context ?? file.name,
  }
}

function birthObjects(file: ClusterFile, spec: ClusterSpec): readonly KubernetesObject[] {
  const random = createRandom(`${spec.id}/nodes`)
  if (file.flavor === 'kubeadm') {
    const { nodes, objects } = kubeadmBirth({ version: spec.version, now: spec.born, random, serviceCidr: spec.serviceCidr, podCidr: spec.podCidr })
    return [...nodes, ...objects]
  }
  return nodesOf(file).map((node, index) => plainNode(node, { index, podCidr: spec.podCidr, version: spec.version, now: spec.born, random }))
}

function nodesOf(file: ClusterFile): readonly NodeFile[] {
  if (Array.isArray(file.nodes)) return file.nodes
  return Array.from({ length: file.nodes }, (_, index) => ({ name: `${file.name}-node-${index + 1}`, labels: {}, taints: [], capacity: {} }))
}

async function apply(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const client = cluster.clientOf(systemUser('world-file'), 'world-file')
  const resource = await client.resourceFor(object.apiVersion, object.kind)
  if (!resource) throw new Error(`Cluster "${cluster.spec.name}" does not serve ${object.kind} of ${object.apiVersion}`)
  const namespace = object.metadata.namespace ?? 'default'
  await client.create(resource, resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object)
}
