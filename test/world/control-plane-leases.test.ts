// The Leases of a control plane: there from birth, renewed as they are read, and left to those who come from outside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases } from '#runner/controllers/resources.ts'
import { at } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import { createWorld } from '#runner/world/world.ts'

const namespace = 'kube-system'

async function clusterOf(settings: object) {
  const file = parseWorldFile(JSON.stringify({ clusters: [{ name: 'kube', nodes: 1, ...settings }] }), 'leases.yaml')
  const world = await createWorld(file, { secret: 'leases' })
  world.clock.stop()
  const [cluster] = world.clusters()
  assert.ok(cluster)
  return { world, client: cluster.clientOf(cluster.admin) }
}

test('the API server and the elected programs hold Leases, and renew them', async () => {
  const { world, client } = await clusterOf({ flavor: 'kubeadm' })
  const { items } = await client.list(leases, { namespace })
  // The name of a machine called controlplane: the first half of its SHA-256 in base32.
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['apiserver-v3pzcqgisi2xl2qaivl6nou4fq', 'kube-controller-manager', 'kube-scheduler'],
  )
  const beat = async () => Date.parse(String(at(await client.get(leases, { name: 'kube-scheduler', namespace }), 'spec', 'renewTime')))
  const before = await beat()
  await world.clock.advance(60_000)
  assert.equal((await beat()) - before, 60_000)
  assert.match(String(at(items[1], 'spec', 'holderIdentity')), /^controlplane_[0-9a-f-]{36}$/)
  world.close()
})

test('a scheduler from outside finds its Lease free, and what it writes there stands', async () => {
  const { world, client } = await clusterOf({ without: ['kube-scheduler'] })
  const metadata = { name: 'kube-scheduler', namespace }
  assert.equal(await client.get(leases, metadata), undefined)
  const renewTime = '2026-03-02T08:00:00.000000Z'
  await client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: 'mine', renewTime } })
  await world.clock.advance(60_000)
  assert.equal(at(await client.get(leases, metadata), 'spec', 'renewTime'), renewTime)
  world.close()
})
