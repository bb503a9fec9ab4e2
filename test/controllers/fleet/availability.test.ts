import assert from 'node:assert/strict'
import { test } from 'node:test'
import { availabilityOf } from '#runner/controllers/fleet/member/availability.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const is = (apiVersion: string, kind: string, rest: object = {}) => ({ apiVersion, kind, metadata: { name: 'x', generation: 2 }, ...rest }) as KubernetesObject
const yes = 'Available'
const no = 'ManifestNotAvailableYet'
const untracked = 'NotTrackable'

const rolled = { observedGeneration: 2, availableReplicas: 3, updatedReplicas: 3 }
const deployment = (status: object, spec: object = { replicas: 3 }) => is('apps/v1', 'Deployment', { spec, status: { ...rolled, ...status } })
const set = (status: object) =>
  is('apps/v1', 'StatefulSet', { spec: { replicas: 3 }, status: { ...rolled, currentReplicas: 3, currentRevision: 'a', updateRevision: 'a', ...status } })
const daemons = (status: object) =>
  is('apps/v1', 'DaemonSet', {
    status: { observedGeneration: 2, desiredNumberScheduled: 2, numberAvailable: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, ...status },
  })
const service = (spec: object, status: object = {}) => is('v1', 'Service', { spec, status })
const ingress = (...entries: readonly object[]) => ({ loadBalancer: { ingress: entries } })
const definition = (...types: readonly string[]) =>
  is('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    status: { conditions: types.map((type) => ({ type, status: 'True', reason: 'x', message: '' })) },
  })
const budget = (observedGeneration: number) =>
  is('policy/v1', 'PodDisruptionBudget', { status: { observedGeneration, conditions: [{ type: 'DisruptionAllowed', status: 'False', observedGeneration }] } })

const table: readonly (readonly [what: string, object: KubernetesObject, availability: string])[] = [
  ['a Deployment with all replicas', deployment({}), yes],
  ['a Deployment that says nothing of replicas, with one', deployment({ availableReplicas: 1, updatedReplicas: 1 }, {}), yes],
  ['a Deployment of none', deployment({ availableReplicas: 0, updatedReplicas: 0 }, { replicas: 0 }), yes],
  ['a Deployment whose change nobody has seen', deployment({ observedGeneration: 1 }), no],
  ['a Deployment with one replica too few', deployment({ availableReplicas: 2 }), no],
  ['a Deployment with an old replica', deployment({ updatedReplicas: 2 }), no],
  ['a Deployment with one more replica that is not there yet', deployment({ unavailableReplicas: 1 }), no],
  ['a StatefulSet with all replicas', set({}), yes],
  ['a StatefulSet between two revisions', set({ updateRevision: 'b' }), no],
  ['a StatefulSet with a replica to update', set({ currentReplicas: 2 }), no],
  ['a DaemonSet on every node', daemons({}), yes],
  ['a DaemonSet that lacks a node', daemons({ numberAvailable: 1 }), no],
  ['a DaemonSet that is updated on one of two', daemons({ updatedNumberScheduled: 1 }), no],
  ['a Service with an address', service({ type: 'ClusterIP', clusterIPs: ['10.0.0.7'] }), yes],
  ['a Service of no type', service({ clusterIPs: ['10.0.0.7'] }), yes],
  ['a headless Service', service({ clusterIPs: ['None'] }), yes],
  ['a Service without an address', service({}), no],
  ['a NodePort Service', service({ type: 'NodePort', clusterIPs: ['10.0.0.7'] }), yes],
  ['a load balancer that nobody has made', service({ type: 'LoadBalancer', clusterIPs: ['10.0.0.7'] }), no],
  ['a load balancer with an address', service({ type: 'LoadBalancer' }, ingress({ ip: '20.0.0.7' })), yes],
  ['a load balancer with a name', service({ type: 'LoadBalancer' }, ingress({ hostname: 'a.example' })), yes],
  ['an external name', service({ type: 'ExternalName', externalName: 'a.example' }), untracked],
  ['a definition that is served', definition('Established', 'NamesAccepted'), yes],
  ['a definition that is not served yet', definition('NamesAccepted'), no],
  ['a budget that was looked at', budget(2), yes],
  ['a budget that was not looked at', budget(1), no],
  ...['Namespace', 'Secret', 'ConfigMap', 'ServiceAccount', 'LimitRange', 'ResourceQuota'].map((kind) => [`a ${kind}`, is('v1', kind), yes] as const),
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map((kind) => [`a ${kind}`, is('rbac.authorization.k8s.io/v1', kind), yes] as const),
  ...['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass'].map((kind) => [`a ${kind}`, is('storage.k8s.io/v1', kind), yes] as const),
  ['a NetworkPolicy', is('networking.k8s.io/v1', 'NetworkPolicy'), yes],
  ['an IngressClass', is('networking.k8s.io/v1', 'IngressClass'), yes],
  ['a PriorityClass', is('scheduling.k8s.io/v1', 'PriorityClass'), yes],
  ['a ControllerRevision', is('apps/v1', 'ControllerRevision'), yes],
  ['a Job', is('batch/v1', 'Job'), untracked],
  ['a CronJob', is('batch/v1', 'CronJob'), untracked],
  ['an Ingress', is('networking.k8s.io/v1', 'Ingress'), untracked],
  ['a claim', is('v1', 'PersistentVolumeClaim'), untracked],
  ['a ReplicaSet', is('apps/v1', 'ReplicaSet'), untracked],
  ['a kind of somebody else', is('example.org/v1', 'Thing'), untracked],
]

for (const [what, object, availability] of table) {
  test(`${what}: ${availability}`, () => assert.equal(availabilityOf(object), availability))
}
