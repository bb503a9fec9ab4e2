// What a selector may name, as the webhook finds it in the hub's schema: kinds that can be placed, by their scope.
import type { WriteContext } from '../../../kubernetes/kind.ts'
import { at } from '../../../kubernetes/object.ts'
import { isPlaceableKind } from '../selection/placeable.ts'

/** A kind that a selector names. */
export interface KindName {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The scope of a kind of the hub; `Namespaced` also for kinds that cannot be placed; undefined if there is no such kind. */
export function scopeOf(name: KindName, context: WriteContext): 'Cluster' | 'Namespaced' | undefined {
  const builtIn = builtInKinds[`${name.group}/${name.version}`]
  const custom = context.list('apiextensions.k8s.io/v1', 'CustomResourceDefinition').find((definition) => {
    const versions = (at(definition, 'spec', 'versions') ?? []) as readonly { readonly name: string; readonly served: boolean }[]
    const served = versions.some((version) => version.served && version.name === name.version)
    return served && at(definition, 'spec', 'group') === name.group && at(definition, 'spec', 'names', 'kind') === name.kind
  })
  const scope = custom
    ? at(custom, 'spec', 'scope')
    : builtIn?.cluster.includes(name.kind)
      ? 'Cluster'
      : builtIn?.namespaced.includes(name.kind)
        ? 'Namespaced'
        : undefined
  if (scope === undefined) return undefined
  return scope === 'Cluster' && isPlaceableKind(name) ? 'Cluster' : 'Namespaced'
}

const none: readonly string[] = []

const builtInKinds: Readonly<Record<string, { readonly cluster: readonly string[]; readonly namespaced: readonly string[] }>> = {
  '/v1': {
    cluster: ['Namespace', 'Node', 'PersistentVolume'],
    namespaced: [
      'ConfigMap',
      'Endpoints',
      'Event',
      'LimitRange',
      'PersistentVolumeClaim',
      'Pod',
      'PodTemplate',
      'ReplicationController',
      'ResourceQuota',
      'Secret',
      'Service',
      'ServiceAccount',
    ],
  },
  'admissionregistration.k8s.io/v1': {
    cluster: ['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration'],
    namespaced: none,
  },
  'apiextensions.k8s.io/v1': { cluster: ['CustomResourceDefinition'], namespaced: none },
  'apiregistration.k8s.io/v1': { cluster: ['APIService'], namespaced: none },
  'apps/v1': { cluster: none, namespaced: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'] },
  'autoscaling/v1': { cluster: none, namespaced: ['HorizontalPodAutoscaler'] },
  'autoscaling/v2': { cluster: none, namespaced: ['HorizontalPodAutoscaler'] },
  'batch/v1': { cluster: none, namespaced: ['CronJob', 'Job'] },
  'certificates.k8s.io/v1': { cluster: ['CertificateSigningRequest'], namespaced: none },
  'coordination.k8s.io/v1': { cluster: none, namespaced: ['Lease'] },
  'discovery.k8s.io/v1': { cluster: none, namespaced: ['EndpointSlice'] },
  'events.k8s.io/v1': { cluster: none, namespaced: ['Event'] },
  'flowcontrol.apiserver.k8s.io/v1': { cluster: ['FlowSchema', 'PriorityLevelConfiguration'], namespaced: none },
  'networking.k8s.io/v1': { cluster: ['IngressClass', 'IPAddress', 'ServiceCIDR'], namespaced: ['Ingress', 'NetworkPolicy'] },
  'node.k8s.io/v1': { cluster: ['RuntimeClass'], namespaced: none },
  'policy/v1': { cluster: none, namespaced: ['PodDisruptionBudget'] },
  'rbac.authorization.k8s.io/v1': { cluster: ['ClusterRole', 'ClusterRoleBinding'], namespaced: ['Role', 'RoleBinding'] },
  'resource.k8s.io/v1': { cluster: ['DeviceClass', 'ResourceSlice'], namespaced: ['ResourceClaim', 'ResourceClaimTemplate'] },
  'scheduling.k8s.io/v1': { cluster: ['PriorityClass'], namespaced: none },
  'storage.k8s.io/v1': { cluster: ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'], namespaced: ['CSIStorageCapacity'] },
}
