import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clusterRoles,
  configMaps,
  deployments,
  endpointSlices,
  endpoints,
  namespaces,
  nodes,
  pods,
  replicaSets,
  serviceAccounts,
  services,
} from '#runner/controllers/resources.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
const configMap = (name: string, namespace: string, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
})
const namespaceOf = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

function deployment(namespace: string): KubernetesObject {
  const containers = [{ name: 'web', image: 'nginx:1.27', ports: [{ name: 'http', containerPort: 8080 }] }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers } } },
  }
}

test('a new namespace gets its service account and its CA bundle', async () => {
  const { client, settle } = await startCluster()
  await client.create(namespaces, namespaceOf('demo'))
  await settle()
  assert.ok(await client.get(serviceAccounts, { namespace: 'demo', name: 'default' }))
  const bundle = await client.get(configMaps, { namespace: 'demo', name: 'kube-root-ca.crt' })
  assert.deepEqual(bundle?.data, { 'ca.crt': 'CA' })
})

test('a namespace goes with all that is in it, after the controller has waited', async () => {
  const { client, settle } = await startCluster()
  await client.create(namespaces, namespaceOf('demo'))
  await settle()
  await client.create(deployments, deployment('demo'))
  await settle(3000)
  await client.delete(namespaces, { name: 'demo' })
  await settle(4000)
  assert.equal((await client.get(namespaces, { name: 'demo' }))?.status && 'there', 'there')
  await settle(60_000)
  assert.equal(await client.get(namespaces, { name: 'demo' }), undefined)
  assert.equal((await client.list(pods)).items.length, 0)
})

test('a finalizer holds a namespace, and its conditions say so in the real words', async () => {
  const { client, settle } = await startCluster()
  await client.create(namespaces, namespaceOf('demo'))
  await client.create(configMaps, configMap('held', 'demo', { finalizers: ['example.com/hold'] }))
  await client.delete(namespaces, { name: 'demo' })
  await settle(6000)
  const found = await client.get(namespaces, { name: 'demo' })
  const conditions = ((found?.status ?? {}) as { conditions: { type: string; status: string; message: string }[] }).conditions
  assert.deepEqual(
    conditions.map(({ type, status, message }) => [type, status, message]),
    [
      ['NamespaceDeletionDiscoveryFailure', 'False', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'All legacy kube types successfully parsed'],
      ['NamespaceDeletionContentFailure', 'False', 'All content successfully deleted, may be waiting on finalization'],
      ['NamespaceContentRemaining', 'True', 'Some resources are remaining: configmaps. has 1 resource instances'],
      ['NamespaceFinalizersRemaining', 'True', 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances'],
    ],
  )
  await assert.rejects(client.create(configMaps, configMap('late', 'demo')), /unable to create new content in namespace demo because it is being terminated/)
  await client.patch(configMaps, { namespace: 'demo', name: 'held' }, { metadata: { finalizers: null } }, { type: 'merge' })
  await settle(3000)
  assert.ok(await client.get(namespaces, { name: 'demo' }), 'it looks again five seconds after its own report')
  await settle(2000)
  assert.equal(await client.get(namespaces, { name: 'demo' }), undefined)
})

test('deleting a deployment takes its replica sets and pods; orphaning it leaves them', async () => {
  const { client, settle } = await startCluster()
  const key = { namespace: 'default', name: 'web' }
  await client.create(deployments, deployment('default'))
  await settle(3000)
  await client.delete(deployments, key, { propagationPolicy: 'Orphan' })
  await settle(3000)
  assert.equal(await client.get(deployments, key), undefined)
  assert.deepEqual(
    (await client.list(replicaSets)).items.map(({ metadata }) => metadata.ownerReferences),
    [undefined],
  )
  assert.equal((await client.list(pods)).items.length, 2)
  await client.create(deployments, deployment('default'))
  await settle(3000)
  assert.equal((await client.list(replicaSets)).items.length, 1)
  await client.delete(deployments, key, { propagationPolicy: 'Foreground' })
  await settle(5000)
  assert.equal((await client.list(replicaSets)).items.length + (await client.list(pods)).items.length, 0)
  assert.equal(await client.get(deployments, key), undefined)
})

test('a circle of owners goes as a whole', async () => {
  const { client, settle } = await startCluster()
  const names = ['a', 'b', 'c']
  const made = await Promise.all(names.map((name) => client.create(configMaps, configMap(name, 'default'))))
  for (const [index, name] of names.entries()) {
    const owner = made[(index + 2) % 3]?.metadata
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: owner?.name ?? '', uid: owner?.uid ?? '', controller: true, blockOwnerDeletion: true },
    ]
    await client.patch(configMaps, { namespace: 'default', name }, { metadata: { ownerReferences } }, { type: 'merge' })
  }
  await client.delete(configMaps, { namespace: 'default', name: 'a' }, { propagationPolicy: 'Foreground' })
  await settle(5000)
  for (const name of names) assert.equal(await client.get(configMaps, { namespace: 'default', name }), undefined)
})

test('pods of a namespace go before all else in it', async () => {
  const { client, settle } = await startCluster()
  await client.create(namespaces, namespaceOf('demo'))
  await settle()
  const spec = { containers: [{ name: 'c', image: 'nginx' }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'demo', finalizers: ['example.com/hold'] }, spec })
  await client.create(configMaps, configMap('kept', 'demo'))
  await client.delete(namespaces, { name: 'demo' })
  await settle(20_000)
  assert.ok(await client.get(configMaps, { namespace: 'demo', name: 'kept' }))
  await client.patch(pods, { namespace: 'demo', name: 'p' }, { metadata: { finalizers: null } }, { type: 'merge' })
  await settle(60_000)
  assert.equal(await client.get(namespaces, { name: 'demo' }), undefined)
})

test('what belongs to a deleted object goes with it', async () => {
  const { client, settle } = await startCluster()
  const owner = await client.create(configMaps, configMap('owner', 'default'))
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid, blockOwnerDeletion: true }]
  await client.create(configMaps, configMap('owned', 'default', { ownerReferences }))
  await client.delete(configMaps, { namespace: 'default', name: 'owner' })
  await settle()
  assert.equal(await client.get(configMaps, { namespace: 'default', name: 'owned' }), undefined)
})

test('an object that is given owners who are not there goes', async () => {
  const { client, settle } = await startCluster()
  await client.create(configMaps, configMap('lost', 'default'))
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: '11111111-1111-4111-8111-111111111111' }]
  await client.patch(configMaps, { namespace: 'default', name: 'lost' }, { metadata: { ownerReferences } } as never, { type: 'merge' })
  await settle()
  assert.equal(await client.get(configMaps, { namespace: 'default', name: 'lost' }), undefined)
})

test('pods bear the zone and the region of their node, and nothing else of it', async () => {
  const { client, settle } = await startCluster({ nodes: 1 })
  const labels = { 'topology.kubernetes.io/zone': 'z1', 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/rack': 'k' }
  await client.patch(nodes, { name: 'node-1' }, { metadata: { labels } }, { type: 'merge' })
  const spec = { containers: [{ name: 'c', image: 'nginx' }] }
  const podOf = (name: string, more: object): KubernetesObject =>
    ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { a: 'b' } }, spec: { ...spec, ...more } }) as KubernetesObject
  await client.create(pods, podOf('bound', {}))
  await client.create(pods, podOf('placed', { nodeName: 'node-1' }))
  await settle()
  for (const name of ['bound', 'placed'])
    assert.deepEqual((await client.get(pods, { namespace: 'default', name }))?.metadata.labels, {
      a: 'b',
      'topology.kubernetes.io/zone': 'z1',
      'topology.kubernetes.io/region': 'r',
    })
})

test('a service publishes the addresses of its ready pods', async () => {
  const { client, settle } = await startCluster()
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  })
  await client.create(deployments, deployment('default'))
  await settle(3000)
  const [slice] = (await client.list(endpointSlices, { labelSelector: 'kubernetes.io/service-name=web' })).items as unknown as {
    endpoints: { addresses: string[]; conditions: object }[]
    ports: object
  }[]
  assert.deepEqual(slice?.ports, [{ name: '', port: 8080, protocol: 'TCP' }])
  assert.deepEqual(
    slice?.endpoints.map(({ conditions }) => conditions),
    Array(2).fill({ ready: true, serving: true, terminating: false }),
  )
  const found = (await client.get(endpoints, { namespace: 'default', name: 'web' })) as unknown as { subsets: { addresses: { ip: string }[] }[] }
  assert.deepEqual(
    found.subsets[0]?.addresses.map(({ ip }) => ip),
    slice?.endpoints.flatMap(({ addresses }) => addresses),
  )
})

test('events are told in the real words, and repeats raise the count', async () => {
  const { client, settle } = await startCluster({ nodes: 0 })
  await client.create(deployments, deployment('default'))
  await settle()
  const items = (await client.list(events)).items as unknown as {
    reason: string
    message: string
    source: { component?: string }
    reportingComponent: string
  }[]
  const told = items.map(({ reason, message, source, reportingComponent }) => [
    reason,
    message.replace(/web-\w+(-\w+)?/, 'NAME'),
    source?.component,
    reportingComponent,
  ])
  assert.deepEqual(told.sort()[2], ['ScalingReplicaSet', 'Scaled up replica set NAME from 0 to 2', 'deployment-controller', 'deployment-controller'])
  assert.deepEqual(told[0], ['FailedScheduling', 'no nodes available to schedule pods', undefined, 'default-scheduler'])
})

test('a restored cluster looks at everything once and changes nothing', async () => {
  const first = await startCluster()
  await first.client.create(deployments, deployment('default'))
  await first.settle(10_000)
  const snapshot = JSON.parse(JSON.stringify(first.state()))
  const second = await startCluster({ from: snapshot })
  await second.settle()
  assert.equal(second.server.resourceVersion(), first.server.resourceVersion())
  assert.deepEqual(JSON.parse(JSON.stringify(second.state())), snapshot)
})

test('the same seed and the same writes give the same cluster, byte for byte', async () => {
  const run = async (): Promise<string> => {
    const { client, settle, state } = await startCluster()
    await client.create(deployments, deployment('default'))
    await settle(5000)
    return JSON.stringify(state())
  }
  assert.equal(await run(), await run())
})

test('a user without rights is refused in the real words until a binding lets them in', async () => {
  const { client, server, settle } = await startCluster()
  const jane = server.client(systemUser('jane', ['system:authenticated']))
  await assert.rejects(jane.list(pods, { namespace: 'default' }), {
    message: 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
  })
  const bindings: Resource = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'rolebindings', kind: 'RoleBinding', namespaced: true }
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
  await client.create(bindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'jane', namespace: 'default' },
    roleRef,
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  })
  await settle()
  assert.equal((await jane.list(pods, { namespace: 'default' })).items.length, 0)
  await assert.rejects(jane.list(pods), /at the cluster scope/)
})

test('the rules that an aggregated role gathers are applied by the controller that gathers them', async () => {
  const { client, settle } = await startCluster()
  const role = (name: string, more: object): KubernetesObject =>
    ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, ...more }) as KubernetesObject
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
  await client.create(clusterRoles, role('all', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'of-all' } }] } }))
  await client.create(clusterRoles, { ...role('one', { rules }), metadata: { name: 'one', labels: { part: 'of-all' } } })
  await settle()
  const gathered = await client.get(clusterRoles, { name: 'all' })
  assert.deepEqual(gathered?.rules, rules)
  const [first] = gathered.metadata.managedFields ?? []
  assert.deepEqual([first?.manager, first?.operation, first?.fieldsV1], ['clusterrole-aggregation-controller', 'Apply', { 'f:rules': {} }])
})
