import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps, controllerRevisions, daemonSets, persistentVolumeClaims, pods, statefulSets } from '#runner/controllers/resources.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const labels = { app: 'x' }
const key = { namespace, name: 'x' }

async function create({ client, settle }: TestCluster, more: object): Promise<void> {
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'redis:7' }] } }
  const spec = { selector: { matchLabels: labels }, serviceName: 'x', template, ...more }
  await client.create(statefulSets, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'x', namespace }, spec } as KubernetesObject)
  await settle()
}

async function names({ client }: TestCluster, resource: Resource): Promise<string[]> {
  return (await client.list(resource, { namespace })).items.map(({ metadata }) => metadata.name ?? '')
}

async function set({ client }: TestCluster, spec: object): Promise<void> {
  await client.patch(statefulSets, key, { spec } as never, { type: 'merge' })
}

async function images({ client }: TestCluster): Promise<string[]> {
  return (await client.list(pods, { namespace })).items.map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image ?? '')
}

test('a parallel set makes and removes its pods at once', async () => {
  const cluster = await startCluster()
  await create(cluster, { replicas: 3, podManagementPolicy: 'Parallel' })
  assert.deepEqual(await names(cluster, pods), ['x-0', 'x-1', 'x-2'])
  await cluster.settle(5000)
  await set(cluster, { replicas: 0 })
  await cluster.settle(4000)
  assert.deepEqual(await names(cluster, pods), [])
})

test('a partition holds the lower pods at the old template, and lowering it lets them go on', async () => {
  const cluster = await startCluster()
  await create(cluster, { replicas: 3, podManagementPolicy: 'Parallel', updateStrategy: { rollingUpdate: { partition: 2 } } })
  await cluster.settle(5000)
  await cluster.client.patch(statefulSets, key, { spec: { template: { spec: { containers: [{ name: 'c', image: 'redis:8' }] } } } }, { type: 'strategic' })
  await cluster.settle(20_000)
  assert.deepEqual(await images(cluster), ['redis:7', 'redis:7', 'redis:8'])
  await cluster.client.delete(pods, { namespace, name: 'x-0' }, { gracePeriodSeconds: 0 })
  await cluster.settle(10_000)
  assert.deepEqual(await images(cluster), ['redis:7', 'redis:7', 'redis:8'], 'a pod below the partition comes back as it was')
  await set(cluster, { updateStrategy: { rollingUpdate: { partition: 0 } } })
  await cluster.settle(40_000)
  assert.deepEqual(await images(cluster), ['redis:8', 'redis:8', 'redis:8'])
})

test('claims stay, unless the set says that they go with its pods or with it', async () => {
  const cluster = await startCluster()
  const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
  const policy = { whenScaled: 'Delete', whenDeleted: 'Delete' }
  await create(cluster, { replicas: 0, volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy: policy })
  const { client, settle } = cluster
  for (const name of ['data-x-0', 'data-x-1']) {
    const spec = { ...claim.spec, storageClassName: '' }
    await client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec } as KubernetesObject)
    await client.create({ group: '', version: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false }, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...claim.spec, capacity: { storage: '1Gi' }, hostPath: { path: '/x' }, claimRef: { namespace, name } },
    } as KubernetesObject)
  }
  await set(cluster, { replicas: 2 })
  await settle(10_000)
  assert.deepEqual(await names(cluster, pods), ['x-0', 'x-1'])
  const owners = (await client.get(persistentVolumeClaims, { namespace, name: 'data-x-0' }))?.metadata.ownerReferences ?? []
  assert.deepEqual(
    owners.map(({ kind, name }) => `${kind} ${name}`),
    ['StatefulSet x'],
  )
  await set(cluster, { replicas: 1 })
  await settle(10_000)
  assert.deepEqual(await names(cluster, persistentVolumeClaims), ['data-x-0'])
  await set(cluster, { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Retain' } })
  await settle(1000)
  await client.delete(statefulSets, key)
  await settle(10_000)
  assert.deepEqual([await names(cluster, pods), await names(cluster, persistentVolumeClaims)], [[], ['data-x-0']])
})

test("a revision carries its owner's annotations, so that the history of a roll-out names its cause", async () => {
  const cluster = await startCluster()
  const annotations = { 'kubernetes.io/change-cause': 'the first' }
  const metadata = { name: 'x', namespace, annotations }
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'redis:7' }] } } }
  const body = { apiVersion: 'apps/v1', metadata, spec }
  await cluster.client.create(statefulSets, { ...body, kind: 'StatefulSet', spec: { ...spec, serviceName: 'x' } } as KubernetesObject)
  await cluster.client.create(daemonSets, { ...body, kind: 'DaemonSet' } as KubernetesObject)
  await cluster.settle()
  const { items } = await cluster.client.list(controllerRevisions, { namespace })
  const causes = items.map(({ metadata: of }) => [of.ownerReferences?.[0]?.kind, of.annotations?.['kubernetes.io/change-cause']])
  assert.deepEqual(causes.toSorted(), [
    ['DaemonSet', 'the first'],
    ['StatefulSet', 'the first'],
  ])
})

test('a pod whose labels come back is taken in again, one of another name is not', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await create(cluster, { replicas: 1 })
  await settle(3000)
  const own = { namespace, name: 'x-0' }
  const ownersOf = async (name: string): Promise<string[]> =>
    ((await client.get(pods, { namespace, name }))?.metadata.ownerReferences ?? []).map((each) => each.name)
  await client.patch(pods, own, { metadata: { labels: { app: null } } }, { type: 'merge' })
  await settle(1000)
  assert.deepEqual(await ownersOf('x-0'), [])
  await client.patch(pods, own, { metadata: { labels } }, { type: 'merge' })
  await settle(1000)
  assert.deepEqual(await ownersOf('x-0'), ['x'])
  const spec = { containers: [{ name: 'c', image: 'redis:7' }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'y-1', namespace, labels }, spec } as KubernetesObject)
  await settle(1000)
  assert.deepEqual(await ownersOf('y-1'), [])
})

test('a claim that another controller owns is left to it, and keeps no pod from going', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
  await create(cluster, { replicas: 2, podManagementPolicy: 'Parallel', volumeClaimTemplates: [claim] })
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'e0e3b2f5-0000-4000-8000-000000000000', controller: true }
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace } } as KubernetesObject)
  const owner = { ...other, uid: (await client.get(configMaps, { namespace, name: 'other' }))?.metadata.uid ?? '' }
  await client.patch(persistentVolumeClaims, { namespace, name: 'data-x-1' }, { metadata: { ownerReferences: [owner] } } as never, { type: 'merge' })
  await set(cluster, { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' }, replicas: 0 })
  await settle(5000)
  assert.deepEqual(await names(cluster, pods), [])
  assert.deepEqual(await names(cluster, persistentVolumeClaims), ['data-x-1'])
})

test('pods that are not well are not removed one by one, but for the first of them', async () => {
  const cluster = await startCluster({ without: ['kubelet'] })
  const { client, settle } = cluster
  const report = async (name: string, status: string): Promise<void> => {
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status, lastTransitionTime: '2026-01-01T00:00:00Z' }))
    await client.patch(pods, { namespace, name }, { status: { phase: 'Running', conditions } } as never, { type: 'strategic', subresource: 'status' })
    await settle(1000)
  }
  await create(cluster, { replicas: 3 })
  for (const name of ['x-0', 'x-1', 'x-2']) await report(name, 'True')
  for (const name of ['x-1', 'x-2']) await report(name, 'False')
  await set(cluster, { replicas: 0 })
  await settle(5000)
  const leaving = async (): Promise<string[]> =>
    (await client.list(pods, { namespace })).items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => metadata.name ?? '')
  assert.deepEqual(await leaving(), [])
  await report('x-2', 'True')
  assert.deepEqual(await leaving(), ['x-2'])
  await client.delete(pods, { namespace, name: 'x-2' }, { gracePeriodSeconds: 0 })
  await settle(1000)
  assert.deepEqual(await leaving(), ['x-1'], 'it is the first that is not well')
})
