// ReplicationControllers, lasting tokens and hand-kept Endpoints: what older manifests use.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointSlices, endpoints, pods, replicationControllers, secrets, serviceAccounts, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'

test('a replication controller keeps its pods, adopts strays, and scales', async () => {
  const { client, settle } = await startCluster()
  const labels = { app: 'rc' }
  const containers = [{ name: 'c', image: 'nginx' }]
  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stray', namespace, labels },
    spec: { terminationGracePeriodSeconds: 1, containers },
  })
  await settle(4000)
  const spec = { replicas: 3, selector: labels, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers } } }
  await client.create(replicationControllers, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rc', namespace },
    spec,
  } as KubernetesObject)
  await settle(4000)
  const mine = (await client.list(pods, { namespace })).items
  assert.equal(mine.length, 3)
  assert.ok(mine.every(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicationController'))
  const stored = await client.get(replicationControllers, { namespace, name: 'rc' })
  assert.deepEqual(stored?.status, { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 })
  assert.deepEqual(at(stored, 'spec', 'selector'), labels)
  await client.patch(replicationControllers, { namespace, name: 'rc' }, { spec: { replicas: 1 } }, { type: 'merge', subresource: 'scale' })
  await settle(4000)
  assert.equal((await client.list(pods, { namespace })).items.length, 1)
})

test('a Secret that asks for a service account’s token gets one that lets in, and goes with the account', async () => {
  const { client, settle, server } = await startCluster()
  const annotations = { 'kubernetes.io/service-account.name': 'robot' }
  await client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } })
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 't', namespace, annotations },
    type: 'kubernetes.io/service-account-token',
  } as KubernetesObject)
  await settle()
  const secret = await client.get(secrets, { namespace, name: 't' })
  assert.deepEqual(Object.keys((secret?.data ?? {}) as object), ['ca.crt', 'namespace', 'token'])
  const bearer = atob(String(at(secret, 'data', 'token')))
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })
  const answer = await server.host.fetch(
    new Request('https://k/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body,
    }),
    { address: '10.0.0.1' } as never,
  )
  assert.match(await answer.text(), /"username":"system:serviceaccount:default:robot"/)
  await client.delete(serviceAccounts, { namespace, name: 'robot' })
  await settle()
  assert.equal(await client.get(secrets, { namespace, name: 't' }), undefined)
})

test('Endpoints kept by hand are mirrored, as long as their Service has no selector', async () => {
  const { client, settle } = await startCluster()
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'out', namespace }, spec: { ports: [{ port: 80 }] } })
  const subsets = (ip: string) => [{ addresses: [{ ip }], ports: [{ port: 8080 }] }]
  await client.create(endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'out', namespace },
    subsets: subsets('192.0.2.7'),
  } as KubernetesObject)
  await settle()
  const slices = async () => (await client.list(endpointSlices, { namespace, labelSelector: 'kubernetes.io/service-name=out' })).items
  const [slice] = await slices()
  assert.equal(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'], 'endpointslicemirroring-controller.k8s.io')
  assert.deepEqual([slice?.endpoints, slice?.ports], [[{ addresses: ['192.0.2.7'], conditions: { ready: true } }], [{ name: '', port: 8080, protocol: 'TCP' }]])
  await client.patch(endpoints, { namespace, name: 'out' }, { subsets: subsets('192.0.2.8') }, { type: 'merge' })
  await settle()
  assert.deepEqual(
    (await slices()).map(({ endpoints: list }) => (list as { addresses: string[] }[])[0]?.addresses),
    [['192.0.2.8']],
  )
  await client.delete(endpoints, { namespace, name: 'out' })
  await settle()
  assert.deepEqual(await slices(), [])
})
