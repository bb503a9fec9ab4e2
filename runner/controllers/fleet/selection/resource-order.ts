// The order of selected resources and of manifests: what others need comes first (pkg/utils/controller/resource_selector_resolver.go).
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import { parseApiVersion } from '../../../kubernetes/object.ts'

const kinds = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]

const order = new Map(kinds.map((kind, index) => [kind, index]))

/** Compares two objects by the order of their kinds, unknown kinds last; then by group, version, kind, namespace, name. */
export function byResourceOrder(a: KubernetesObject, b: KubernetesObject): number {
  return rank(a) - rank(b) || compare(identity(a), identity(b))
}

function rank(object: KubernetesObject): number {
  return order.get(object.kind) ?? kinds.length
}

function identity(object: KubernetesObject): string {
  const { group, version } = parseApiVersion(object.apiVersion)
  return [group, version, object.kind, object.metadata.namespace ?? '', object.metadata.name ?? ''].join('/')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
