// Whether an applied object does what it is for (pkg/controllers/workapplier/availability_tracker.go): a rule for each kind.
import type { Json, JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, parseApiVersion } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, findCondition } from '../conditions.ts'

/** What a check of availability comes to; the texts are reasons of the manifest's condition. */
export type Availability = 'Available' | 'ManifestNotAvailableYet' | 'NotTrackable'

/** Checks an object of a member. */
export function availabilityOf(object: KubernetesObject): Availability {
  const id = `${parseApiVersion(object.apiVersion).group}/${object.kind}`
  if (atOnce.has(id)) return 'Available'
  const rule = rules[id]
  if (!rule) return 'NotTrackable'
  const result = rule(object)
  return typeof result === 'string' ? result : result ? 'Available' : 'ManifestNotAvailableYet'
}

const atOnce = new Set([
  '/ConfigMap',
  '/LimitRange',
  '/Namespace',
  '/ResourceQuota',
  '/Secret',
  '/ServiceAccount',
  'apps/ControllerRevision',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/StorageClass',
])

const rules: Readonly<Record<string, (object: KubernetesObject) => boolean | Availability>> = {
  '/Service'(object) {
    const type = at(object, 'spec', 'type') ?? 'ClusterIP'
    if (type === 'ExternalName') return 'NotTrackable'
    if (type !== 'LoadBalancer') return Boolean(first(at(object, 'spec', 'clusterIPs')))
    const ingress = first(at(object, 'status', 'loadBalancer', 'ingress'))
    return Boolean(at(ingress, 'ip') || at(ingress, 'hostname'))
  },
  'apps/DaemonSet'(object) {
    const {
      desiredNumberScheduled: desired = 0,
      numberAvailable = 0,
      currentNumberScheduled: current = 0,
      updatedNumberScheduled: updated = 0,
    } = statusOf(object)
    return isObserved(object) && numberAvailable === desired && current === updated
  },
  'apps/Deployment'(object) {
    const { availableReplicas = 0, updatedReplicas = 0, unavailableReplicas = 0 } = statusOf(object)
    const replicas = at(object, 'spec', 'replicas') ?? 1
    return isObserved(object) && availableReplicas === replicas && updatedReplicas === replicas && unavailableReplicas === 0
  },
  'apps/StatefulSet'(object) {
    const { availableReplicas = 0, currentReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = statusOf(object)
    const replicas = at(object, 'spec', 'replicas') ?? 1
    return isObserved(object) && availableReplicas === replicas && currentReplicas === updatedReplicas && currentRevision === updateRevision
  },
  'apiextensions.k8s.io/CustomResourceDefinition': (object) => ['Established', 'NamesAccepted'].every((type) => isTrue(object, type)),
  'policy/PodDisruptionBudget': (object) => isObserved(object) && conditionsOf(object).every((condition) => isUpToDate(condition, object)),
}

function statusOf(object: KubernetesObject): JsonObject {
  return (object.status ?? {}) as JsonObject
}

function isObserved(object: KubernetesObject): boolean {
  return statusOf(object).observedGeneration === object.metadata.generation
}

function isTrue(object: KubernetesObject, type: string): boolean {
  return findCondition(conditionsOf(object), type)?.status === 'True'
}

function isUpToDate(condition: Condition, object: KubernetesObject): boolean {
  return (condition.observedGeneration ?? object.metadata.generation) === object.metadata.generation
}

function first(list: Json | undefined): Json | undefined {
  return Array.isArray(list) ? (list as readonly Json[])[0] : undefined
}
