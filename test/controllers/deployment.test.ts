import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { deployments, pods, replicaSets } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'

function web(replicas: number, image = 'nginx:1.27', more: object = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image }] } },
      ...more,
    },
  }
}

async function status(cluster: TestCluster): Promise<Record<string, unknown>> {
  const found = await cluster.client.get(deployments, { namespace, name: 'web' })
  return found?.status as Record<string, unknown>
}

function conditions(status: Record<string, unknown>): unknown {
  return (status.conditions as Record<string, string>[]).map(({ type, status: holds, reason, message }) => [
    type,
    holds,
    reason,
    message?.replace(/web-\w+/, 'RS'),
  ])
}

test('a deployment makes a replica set, pods run on both nodes, and it says that it has progressed', async () => {
  const cluster = await startCluster()
  await cluster.client.create(deployments, web(2))
  await cluster.settle()
  const begun = await status(cluster)
  assert.deepEqual(conditions(begun), [
    ['Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
    ['Progressing', 'True', 'ReplicaSetUpdated', 'ReplicaSet "RS" is progressing.'],
  ])
  await cluster.settle(3000)
  const { conditions: _, ...numbers } = await status(cluster)
  assert.deepEqual(numbers, { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 0 })
  assert.deepEqual(conditions(await status(cluster)), [
    ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    ['Progressing', 'True', 'NewReplicaSetAvailable', 'ReplicaSet "RS" has successfully progressed.'],
  ])
  const running = (await cluster.client.list(pods, { namespace })).items
  assert.deepEqual(running.map(({ spec }) => (spec as { nodeName: string }).nodeName).sort(), ['node-1', 'node-2'])
  assert.equal((await cluster.client.get(deployments, { namespace, name: 'web' }))?.metadata.annotations?.['deployment.kubernetes.io/revision'], '1')
})

test('a new image rolls over one pod after another and the old replica set stays with none', async () => {
  const cluster = await startCluster()
  await cluster.client.create(deployments, web(3))
  await cluster.settle(3000)
  await cluster.client.patch(
    deployments,
    { namespace, name: 'web' },
    { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.28' }] } } } },
    { type: 'strategic' },
  )
  await cluster.settle()
  const sizes = async (): Promise<number[]> =>
    (await cluster.client.list(replicaSets, { namespace })).items.map(({ spec }) => (spec as { replicas: number }).replicas).sort()
  assert.deepEqual(await sizes(), [1, 3])
  await cluster.settle(20_000)
  assert.deepEqual(await sizes(), [0, 3])
  const images = (await cluster.client.list(pods, { namespace })).items.map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image)
  assert.deepEqual(images, ['nginx:1.28', 'nginx:1.28', 'nginx:1.28'])
  assert.equal((await cluster.client.get(deployments, { namespace, name: 'web' }))?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2')
})

test('going back to an older template and another size at once is progress of the older replica set', async () => {
  const cluster = await startCluster({ without: ['kubelet'] })
  const change = async (replicas: number, image: string): Promise<void> => {
    const { spec } = JSON.parse(JSON.stringify(web(replicas, image))) as { spec: JsonObject }
    await cluster.client.patch(deployments, { namespace, name: 'web' }, { spec }, { type: 'merge' })
    await cluster.settle()
  }
  await cluster.client.create(deployments, web(2))
  await cluster.settle()
  const [first] = (await cluster.client.list(replicaSets, { namespace })).items
  await change(3, 'nginx:1.28')
  await change(2, 'nginx:1.27')
  const found = await cluster.client.get(deployments, { namespace, name: 'web' })
  assert.equal(found?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
  const progress = ((await status(cluster)).conditions as Record<string, string>[]).find(({ type }) => type === 'Progressing')
  assert.equal(progress?.message, `ReplicaSet "${first?.metadata.name}" is progressing.`)
})
