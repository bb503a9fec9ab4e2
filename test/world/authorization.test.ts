// Authorization modes that a world file names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#runner/controllers/resources.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import type { Cluster } from '#runner/world/cluster.ts'
import { createWorld } from '#runner/world/world.ts'

async function startCluster(authorization: readonly string[]): Promise<Cluster> {
  const world = await createWorld(parseWorldFile(JSON.stringify({ clusters: [{ name: 'kube', authorization }] }), 'world.yaml'), { secret: 'modes' })
  const [cluster] = world.clusters()
  assert.ok(cluster)
  return cluster
}

const somebody = { name: 'user1', groups: ['system:authenticated'] }
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } }

test('RBAC, AlwaysAllow lets everybody do everything that no role speaks of', async () => {
  const client = (await startCluster(['RBAC', 'AlwaysAllow'])).clientOf(somebody)
  assert.equal((await client.create(namespaces, namespace)).metadata.name, 'mine')
})

test('RBAC alone refuses what no role allows', async () => {
  const client = (await startCluster(['RBAC'])).clientOf(somebody)
  await assert.rejects(client.create(namespaces, namespace), /User "user1" cannot create resource "namespaces"/)
})
