// Addresses of Services as objects, and the ranges that they come from.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ipAddresses, serviceCidrs, services } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

test('an address is held by an IPAddress for as long as its Service has it', async () => {
  const cluster = await startCluster()
  const made = await cluster.client.create(services, service('web'))
  const name = addressOf(made)
  const held = await cluster.client.get(ipAddresses, { name })
  assert.deepEqual(held?.spec, { parentRef: { resource: 'services', namespace: 'default', name: 'web' } })
  assert.equal(held.metadata.managedFields?.[0]?.manager, 'kube-apiserver')
  assert.equal(held.metadata.generation, undefined)
  const spec = { type: 'ExternalName', externalName: 'example.org', clusterIP: null, clusterIPs: null }
  await cluster.client.patch(services, { namespace: 'default', name: 'web' }, { spec }, { type: 'merge' })
  assert.equal(await cluster.client.get(ipAddresses, { name }), undefined)
})

test('an IPAddress that somebody else made keeps its address from Services', async () => {
  const cluster = await startCluster()
  const spec = { parentRef: { resource: 'things', name: 'theirs' } }
  await cluster.client.create(ipAddresses, { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: '10.0.5.5' }, spec })
  await assert.rejects(cluster.client.create(services, service('web', '10.0.5.5')), /failed to allocate IP 10\.0\.5\.5: provided IP is already allocated/)
})

test('a further range is ready at once, and goes only ten seconds after nobody has an address of it any more', async () => {
  const cluster = await startCluster()
  await cluster.client.create(serviceCidrs, range('extra', '192.168.7.0/24'))
  await cluster.settle()
  assert.deepEqual(await stateOf(cluster, 'extra'), ['True', '', 'Kubernetes Service CIDR is ready'])
  await cluster.client.create(services, service('web', '192.168.7.9'))
  await cluster.client.delete(serviceCidrs, { name: 'extra' })
  await cluster.settle(20_000)
  assert.deepEqual((await stateOf(cluster, 'extra'))?.slice(0, 2), ['False', 'Terminating'])
  await assert.rejects(cluster.client.create(services, service('other', '192.168.7.10')), /the provided network does not match the current range/)
  await cluster.client.delete(services, { namespace: 'default', name: 'web' })
  await cluster.settle()
  assert.equal(await stateOf(cluster, 'extra'), undefined)
})

test('where the last range is on its way out no Service gets an address', async () => {
  const cluster = await startCluster()
  await cluster.client.create(services, service('first'))
  await cluster.client.delete(serviceCidrs, { name: 'kubernetes' })
  await assert.rejects(cluster.client.create(services, service('web')), /Internal error occurred: failed to allocate a serviceIP: range is full/)
  await cluster.client.create(serviceCidrs, range('again', '10.0.0.0/16'))
  await cluster.settle(11_000)
  assert.equal(await stateOf(cluster, 'kubernetes'), undefined)
  assert.match(addressOf(await cluster.client.create(services, service('web'))), /^10\.0\./)
})

function service(name: string, clusterIP?: string): KubernetesObject {
  const spec = { ports: [{ port: 80 }], ...(clusterIP !== undefined && { clusterIP }) }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec }
}

function range(name: string, cidr: string): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs: [cidr] } }
}

function addressOf({ spec }: KubernetesObject): string {
  return String((spec as { clusterIP?: string } | undefined)?.clusterIP)
}

async function stateOf({ client }: TestCluster, name: string): Promise<readonly unknown[] | undefined> {
  const found = await client.get(serviceCidrs, { name })
  const { conditions } = (found?.status ?? {}) as { readonly conditions?: readonly { status: string; reason: string; message: string }[] }
  const [condition] = conditions ?? []
  return found && [condition?.status, condition?.reason, condition?.message]
}
