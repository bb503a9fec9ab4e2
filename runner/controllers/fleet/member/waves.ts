// The order in which manifests are applied: waves, each of which needs only what came before (pkg/controllers/workapplier/waves.go).
import type { Resource } from '../../../kubernetes/object.ts'

const waves: readonly (readonly string[])[] = [
  ['namespaces', 'priorityclasses'],
  [
    'networkpolicies',
    'resourcequotas',
    'limitranges',
    'poddisruptionbudgets',
    'serviceaccounts',
    'secrets',
    'configmaps',
    'storageclasses',
    'persistentvolumes',
    'persistentvolumeclaims',
    'customresourcedefinitions',
    'ingressclasses',
  ],
  ['clusterroles', 'roles'],
  ['clusterrolebindings', 'rolebindings'],
  [
    'services',
    'daemonsets',
    'pods',
    'replicationcontrollers',
    'replicasets',
    'deployments',
    'horizontalpodautoscalers',
    'statefulsets',
    'jobs',
    'cronjobs',
    'ingresses',
  ],
  ['apiservices', 'validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
]

const groups = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
])

/** The wave of a resource; what is not known comes last. */
export function waveOf({ group, plural }: Resource): number {
  const wave = groups.has(group) ? waves.findIndex((resources) => resources.includes(plural)) : -1
  return wave < 0 ? waves.length : wave
}
