// Resizes that a node has no room for wait, and are done once it has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'

function pod(name: string, cpu: string): KubernetesObject {
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { terminationGracePeriodSeconds: 1, containers } } as KubernetesObject
}

async function resize({ client, settle }: TestCluster, cpu: string): Promise<void> {
  await client.patch(
    pods,
    { name: 'p', namespace },
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } },
    { type: 'strategic', subresource: 'resize' },
  )
  await settle(1000)
}

async function standing({ client }: TestCluster): Promise<string[]> {
  const found = await client.get(pods, { name: 'p', namespace })
  const conditions = at(found, 'status', 'conditions') as readonly { type: string; reason?: string; message?: string }[]
  const waiting = conditions.filter(({ type }) => type === 'PodResizePending').map(({ reason, message }) => `${reason}: ${message}`)
  return [String(at(found, 'status', 'containerStatuses', '0', 'resources', 'requests', 'cpu')), ...waiting]
}

test('a resize waits for room, or for ever where no node of that size has it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(pods, pod('p', '100m'))
  await cluster.client.create(pods, pod('other', '3'))
  await cluster.settle(5000)
  await resize(cluster, '5')
  assert.deepEqual(await standing(cluster), ['100m', "Infeasible: Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"])
  await resize(cluster, '1500m')
  assert.deepEqual(await standing(cluster), ['100m', "Deferred: Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000"])
  await cluster.client.delete(pods, { name: 'other', namespace })
  await cluster.settle(15_000)
  assert.deepEqual(await standing(cluster), ['1500m'])
  await resize(cluster, '5')
  assert.equal((await standing(cluster)).length, 2)
  await resize(cluster, '1500m')
  assert.deepEqual(await standing(cluster), ['1500m'], 'it asks for what it has again')
})
