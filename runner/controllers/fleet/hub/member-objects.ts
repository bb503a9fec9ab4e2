// What the hub keeps for one member: its namespace, what the member's agent may do there, and its InternalMemberCluster.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, type OwnerReference } from '../../../kubernetes/object.ts'
import { labels, memberNamespace } from '../names.ts'
import { internalMemberClusters } from '../resources.ts'

/** The MemberCluster as owner of what is kept for it. */
export function memberOwner(member: KubernetesObject): OwnerReference {
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1beta1',
    controller: true,
    kind: 'MemberCluster',
    name: member.metadata.name ?? '',
    uid: member.metadata.uid ?? '',
  }
}

/** `fleet-member-<name>`. */
export function namespaceObject(member: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: memberNamespace(member.metadata.name ?? ''), labels: { [labels.fleetResource]: 'true' }, ownerReferences: [memberOwner(member)] },
  }
}

const everything = ['cluster.kubernetes-fleet.io', 'placement.kubernetes-fleet.io', 'networking.fleet.azure.com']

/** `fleet-role-<name>`. */
export function roleObject(member: KubernetesObject): KubernetesObject {
  const rules = everything.map((group) => ({ apiGroups: [group], resources: ['*'], verbs: ['*'] }))
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { ...inNamespace(member), name: roleName(member) },
    rules: [...rules, { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'update', 'patch', 'watch', 'create'] }],
  }
}

/** `fleet-rolebinding-<name>`. */
export function roleBindingObject(member: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { ...inNamespace(member), name: `fleet-rolebinding-${member.metadata.name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName(member) },
    subjects: [subject(at(member, 'spec', 'identity') as JsonObject)],
  }
}

/** The InternalMemberCluster, by which the hub tells the member's agent to join or leave. */
export function internalMemberClusterObject(member: KubernetesObject, state: 'Join' | 'Leave'): KubernetesObject {
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1beta1',
    kind: internalMemberClusters.kind,
    metadata: { ...inNamespace(member), name: member.metadata.name ?? '' },
    spec: { heartbeatPeriodSeconds: at(member, 'spec', 'heartbeatPeriodSeconds') ?? 60, state },
  }
}

function inNamespace(member: KubernetesObject): { readonly namespace: string; readonly ownerReferences: readonly OwnerReference[] } {
  return { namespace: memberNamespace(member.metadata.name ?? ''), ownerReferences: [memberOwner(member)] }
}

function roleName(member: KubernetesObject): string {
  return `fleet-role-${member.metadata.name}`
}

function subject({ kind, name, namespace, apiGroup }: JsonObject): JsonObject {
  const group = apiGroup || (kind === 'ServiceAccount' ? undefined : 'rbac.authorization.k8s.io')
  return { kind, name, ...(namespace === undefined ? {} : { namespace }), ...(group === undefined ? {} : { apiGroup: group }) }
}
