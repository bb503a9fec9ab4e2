// What of a hub is placed, in which order, with which of its fields; and in which waves a member applies it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waveOf } from '#runner/controllers/fleet/member/waves.ts'
import { isPlaceable, isPlaceableKind } from '#runner/controllers/fleet/selection/placeable.ts'
import { rawContent } from '#runner/controllers/fleet/selection/raw-content.ts'
import { isReserved, isUnplaceable } from '#runner/controllers/fleet/selection/reserved-namespaces.ts'
import { byResourceOrder } from '#runner/controllers/fleet/selection/resource-order.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const object = (apiVersion: string, kind: string, metadata: object = {}, rest: object = {}) =>
  ({ apiVersion, kind, metadata: { name: 'x', ...metadata }, ...rest }) as KubernetesObject

const inOrder =
  'PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodDisruptionBudget ServiceAccount Secret ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleBinding Role RoleBinding Service DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService MutatingWebhookConfiguration ValidatingWebhookConfiguration Gadget Widget'.split(
    ' ',
  )

test('what others need comes first, what nobody knows last', () => {
  const mixed = inOrder.map((kind) => object('v1', kind)).sort((a, b) => (a.kind > b.kind ? 1 : -1))
  assert.deepEqual(
    mixed.sort(byResourceOrder).map(({ kind }) => kind),
    inOrder,
  )
  const named = [
    object('v1', 'ConfigMap', { namespace: 'b', name: 'a' }),
    object('v1', 'ConfigMap', { namespace: 'a', name: 'b' }),
    object('v1', 'ConfigMap', { namespace: 'a', name: 'a' }),
  ]
  assert.deepEqual(
    named.sort(byResourceOrder).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['a/a', 'a/b', 'b/a'],
  )
})

const kinds: readonly (readonly [group: string, kind: string, placed: boolean])[] = [
  ['', 'ConfigMap', true],
  ['', 'Pod', false],
  ['', 'Node', false],
  ['', 'Event', false],
  ['events.k8s.io', 'Event', false],
  ['coordination.k8s.io', 'Lease', false],
  ['metrics.k8s.io', 'PodMetrics', false],
  ['cluster.kubernetes-fleet.io', 'MemberCluster', false],
  ['placement.kubernetes-fleet.io', 'Work', false],
  ['placement.kubernetes-fleet.io', 'ResourceEnvelope', true],
  ['placement.kubernetes-fleet.io', 'ClusterResourceEnvelope', true],
  ['networking.fleet.azure.com', 'ServiceExport', true],
  ['networking.fleet.azure.com', 'MultiClusterService', true],
  ['networking.fleet.azure.com', 'ServiceImport', false],
  ['networking.fleet.azure.com', 'TrafficManagerProfile', false],
  ['networking.fleet.azure.com', 'TrafficManagerBackend', false],
  ['example.org', 'Widget', true],
]

describe('which kinds are placed', () => {
  for (const [group, kind, placed] of kinds) test(`${group}/${kind}: ${placed}`, () => assert.equal(isPlaceableKind({ group, kind }), placed))
})

const owned = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'x' }] }
const objects: readonly (readonly [what: string, object: KubernetesObject, placed: boolean])[] = [
  ['the certificates of a cluster', object('v1', 'ConfigMap', { name: 'kube-root-ca.crt' }), false],
  ['the default account', object('v1', 'ServiceAccount', { name: 'default' }), false],
  ['another account', object('v1', 'ServiceAccount'), true],
  ['the token of an account', object('v1', 'Secret', {}, { type: 'kubernetes.io/service-account-token' }), false],
  ['a secret', object('v1', 'Secret', {}, { type: 'Opaque' }), true],
  ['a ReplicaSet of a Deployment', object('apps/v1', 'ReplicaSet', owned), false],
  ['a ReplicaSet of nobody', object('apps/v1', 'ReplicaSet'), true],
  ['a revision of a StatefulSet', object('apps/v1', 'ControllerRevision', owned), false],
  ['a slice that a controller keeps', object('discovery.k8s.io/v1', 'EndpointSlice', { labels: { 'endpointslice.kubernetes.io/managed-by': 'x' } }), false],
  ['a slice of a user', object('discovery.k8s.io/v1', 'EndpointSlice'), true],
  ['what is being deleted', object('v1', 'ConfigMap', { deletionTimestamp: '2026-03-02T08:00:00Z' }), false],
]

describe('which objects are placed', () => {
  for (const [what, each, placed] of objects) test(`${what}: ${placed}`, () => assert.equal(isPlaceable(each), placed))
})

const managed = {
  resourceVersion: '7',
  generation: 2,
  uid: 'u',
  creationTimestamp: '2026-03-02T08:00:00Z',
  managedFields: [],
  ...owned,
}

test('what the hub manages stays on the hub', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'deployment.kubernetes.io/revision': '1', mine: 'x' }
  const deployment = object('apps/v1', 'Deployment', { ...managed, annotations, labels: { a: 'b' } }, { spec: { replicas: 1 }, status: { replicas: 1 } })
  assert.deepEqual(rawContent(deployment), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { annotations: { mine: 'x' }, labels: { a: 'b' }, name: 'x' },
    spec: { replicas: 1 },
  })
})

test('a Service goes without the addresses and ports of its hub, unless it has none', () => {
  const spec = { clusterIP: '10.0.0.7', clusterIPs: ['10.0.0.7'], healthCheckNodePort: 30001, ports: [{ port: 80, nodePort: 30000 }], type: 'LoadBalancer' }
  assert.deepEqual(rawContent(object('v1', 'Service', managed, { spec })).spec, { ports: [{ port: 80 }], type: 'LoadBalancer' })
  const headless = { clusterIP: 'None', clusterIPs: ['None'] }
  assert.deepEqual(rawContent(object('v1', 'Service', managed, { spec: headless })).spec, headless)
})

test('a Job goes without the selector and the labels that its hub gave it', () => {
  const labels = { 'controller-uid': 'u', 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'x', 'batch.kubernetes.io/job-name': 'x', mine: 'x' }
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: {} } }
  assert.deepEqual(rawContent(object('batch/v1', 'Job', { labels }, { spec })), {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { labels: { mine: 'x' }, name: 'x' },
    spec: { template: { metadata: { labels: { mine: 'x' } }, spec: {} } },
  })
  const own = { ...spec, manualSelector: true }
  assert.deepEqual(rawContent(object('batch/v1', 'Job', {}, { spec: own })).spec, own)
})

const names: readonly (readonly [name: string, upstream: boolean, own: boolean, unplaceable: boolean])[] = [
  ['fleet-system', true, true, true],
  ['fleet-member-east', true, true, true],
  ['fleet-demo', true, false, true],
  ['kube-system', true, true, true],
  ['kube-flannel', true, true, true],
  ['default', false, false, true],
  ['web-demo', false, false, false],
  ['fleet', false, false, false],
]

describe('which namespaces are reserved', () => {
  for (const [name, upstream, own, unplaceable] of names) {
    test(name, () => assert.deepEqual([isReserved(name, 'upstream'), isReserved(name, 'own'), isUnplaceable(name, 'upstream')], [upstream, own, unplaceable]))
  }
})

const waves: readonly (readonly [wave: number, resources: string])[] = [
  [0, '/namespaces scheduling.k8s.io/priorityclasses'],
  [
    1,
    'networking.k8s.io/networkpolicies /resourcequotas /limitranges policy/poddisruptionbudgets /serviceaccounts /secrets /configmaps storage.k8s.io/storageclasses /persistentvolumes /persistentvolumeclaims apiextensions.k8s.io/customresourcedefinitions networking.k8s.io/ingressclasses',
  ],
  [2, 'rbac.authorization.k8s.io/clusterroles rbac.authorization.k8s.io/roles'],
  [3, 'rbac.authorization.k8s.io/clusterrolebindings rbac.authorization.k8s.io/rolebindings'],
  [
    4,
    '/services apps/daemonsets /pods /replicationcontrollers apps/replicasets apps/deployments autoscaling/horizontalpodautoscalers apps/statefulsets batch/jobs batch/cronjobs networking.k8s.io/ingresses',
  ],
  [
    5,
    'apiregistration.k8s.io/apiservices admissionregistration.k8s.io/validatingwebhookconfigurations admissionregistration.k8s.io/mutatingwebhookconfigurations',
  ],
  [6, 'example.org/widgets example.org/services'],
]

describe('in which wave a resource is applied', () => {
  for (const [wave, resources] of waves) {
    for (const text of resources.split(' ')) {
      const [group = '', plural = ''] = text.split('/')
      test(`${text}: ${wave}`, () => assert.equal(waveOf({ group, version: 'v1', plural, kind: '', namespaced: true }), wave))
    }
  }
})
