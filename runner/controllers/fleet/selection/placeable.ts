// Which kinds and objects can be placed at all (pkg/utils/common.go, `ShouldPropagateObj`).
import type { Client } from '../../../kubernetes/client.ts'
import { type KubernetesObject, parseApiVersion, type Resource } from '../../../kubernetes/object.ts'

const excludedGroups = ['cluster.kubernetes-fleet.io', 'events.k8s.io', 'coordination.k8s.io', 'metrics.k8s.io']
const excludedCoreKinds = ['Pod', 'Node', 'Event']
const excludedNetworkingKinds = ['ServiceImport', 'TrafficManagerProfile', 'TrafficManagerBackend']
const placementGroup = 'placement.kubernetes-fleet.io'
const envelopes = ['ResourceEnvelope', 'ClusterResourceEnvelope']

/** False for kinds that a selector skips in silence. */
export function isPlaceableKind({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  if (excludedGroups.includes(group)) return false
  if (group === '') return !excludedCoreKinds.includes(kind)
  if (group === 'networking.fleet.azure.com') return !excludedNetworkingKinds.includes(kind)
  return group !== placementGroup || envelopes.includes(kind)
}

/** True for an object whose contents are placed in its stead. */
export function isEnvelope(object: KubernetesObject): boolean {
  return envelopes.includes(object.kind) && parseApiVersion(object.apiVersion).group === placementGroup
}

/** False for objects that clusters make by themselves. */
export function isPlaceable(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp === undefined && (objectRules[object.kind]?.(object) ?? true)
}

const objectRules: Readonly<Record<string, (object: KubernetesObject) => boolean>> = {
  ConfigMap: ({ metadata }) => metadata.name !== 'kube-root-ca.crt',
  ServiceAccount: ({ metadata }) => metadata.name !== 'default',
  Secret: (secret) => secret.type !== 'kubernetes.io/service-account-token',
  ReplicaSet: isUnowned,
  ControllerRevision: isUnowned,
  EndpointSlice: ({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === undefined,
}

function isUnowned({ metadata }: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).length === 0
}

/** Every kind of resource that a namespace of this cluster may hold and that can be placed. */
export async function placeableNamespacedResources(client: Client): Promise<readonly Resource[]> {
  const served = await client.resources()
  return served.filter((resource) => resource.namespaced && resource.verbs.includes('watch') && isPlaceableKind(resource))
}

/** Group and kind of an object. */
export function groupKindOf(object: KubernetesObject): { readonly group: string; readonly kind: string } {
  return { group: parseApiVersion(object.apiVersion).group, kind: object.kind }
}
