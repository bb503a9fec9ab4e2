// Nodes whose kubelets run outside a world: they are heard of as long as they renew their leases.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases, nodes } from '#runner/controllers/resources.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, formatMicroTime, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import { createWorld, type World } from '#runner/world/world.ts'

const namespace = 'kube-node-lease'

async function startWorld(): Promise<{ world: World; client: Client }> {
  const file = parseWorldFile(JSON.stringify({ clusters: [{ name: 'kube', nodes: 1, without: ['kubelet'] }] }), 'world.yaml')
  const world = await createWorld(file, { secret: 'outside' })
  world.clock.stop()
  await world.clock.advance(5000)
  const [cluster] = world.clusters()
  assert.ok(cluster)
  return { world, client: cluster.clientOf(cluster.admin, 'kubelet') }
}

async function conditions(client: Client, name: string): Promise<string[]> {
  const found = (at(await client.get(nodes, { name }), 'status', 'conditions') ?? []) as readonly { type: string; status: string; reason: string }[]
  return found.map(({ type, status, reason }) => `${type} ${status} ${reason}`)
}

test('a node that renews its lease is heard of, and no longer when it does not', async () => {
  const { world, client } = await startWorld()
  const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }] }
  await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'mine' }, status } as KubernetesObject)
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'mine', namespace }, spec: { holderIdentity: 'mine' } }
  await client.create(leases, lease as KubernetesObject)
  for (let beat = 0; beat < 12; beat += 1) {
    await world.clock.advance(10_000)
    const renewTime = formatMicroTime(world.clock.now())
    await client.patch(leases, { name: 'mine', namespace }, { spec: { renewTime } }, { type: 'merge' })
    assert.equal(at(await client.get(leases, { name: 'mine', namespace }), 'spec', 'renewTime'), renewTime)
  }
  assert.deepEqual(await conditions(client, 'mine'), ['Ready True KubeletReady'])
  await world.clock.advance(49_000)
  assert.deepEqual(await conditions(client, 'mine'), ['Ready True KubeletReady'])
  await world.clock.advance(6000)
  const never = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => `${type} Unknown NodeStatusNeverUpdated`)
  assert.deepEqual(await conditions(client, 'mine'), ['Ready Unknown NodeStatusUnknown', ...never])
  const taints = at(await client.get(nodes, { name: 'mine' }), 'spec', 'taints') as readonly { key: string; effect: string }[]
  assert.deepEqual(
    taints.map(({ key, effect }) => `${key}:${effect}`),
    ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
  )
  world.close()
})

test('a node that nobody ever answers for is unknown after a minute; those that the world is born with are well', async () => {
  const { world, client } = await startWorld()
  await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'mine' } } as KubernetesObject)
  await world.clock.advance(65_000)
  assert.deepEqual(await conditions(client, 'mine'), [
    'Ready Unknown NodeStatusNeverUpdated',
    ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => `${type} Unknown NodeStatusNeverUpdated`),
  ])
  await world.clock.advance(600_000)
  assert.equal((await conditions(client, 'kube-node-1')).at(-1), 'Ready True KubeletReady')
  world.close()
})
