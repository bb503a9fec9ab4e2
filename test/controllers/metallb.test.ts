// MetalLB, where its controller runs: addresses of its pools.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinitions, pods, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const addressPools: Resource = { group: 'metallb.io', version: 'v1beta1', plural: 'ipaddresspools', kind: 'IPAddressPool', namespaced: true }

function service(name: string, annotations: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, annotations }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }
}

test('Services get the addresses of a pool as long as it has any, and those that go give theirs back', async () => {
  const { client, settle } = await startCluster()
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const names = { plural: 'ipaddresspools', kind: 'IPAddressPool', singular: 'ipaddresspool' }
  const versions = [{ name: 'v1beta1', served: true, storage: true, schema }]
  await client.create(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ipaddresspools.metallb.io' },
    spec: { group: 'metallb.io', names, scope: 'Namespaced', versions },
  })
  const containers = [{ name: 'c', image: 'quay.io/metallb/controller:v0.15.2' }]
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'controller', namespace }, spec: { containers } })
  await client.create(services, service('a'))
  await settle(5000)
  const addressOf = async (name: string): Promise<unknown> => {
    const ingress = at((await client.get(services, { namespace, name })) ?? null, 'status', 'loadBalancer', 'ingress')
    return Array.isArray(ingress) ? ingress.map((each) => at(each, 'ip')).join() : undefined
  }
  assert.equal(await addressOf('a'), undefined)
  const pool = {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'first', namespace },
    spec: { addresses: ['192.168.1.240-192.168.1.241'] },
  }
  await client.create(addressPools, pool)
  await settle(1000)
  assert.equal(await addressOf('a'), '192.168.1.240')
  await client.create(services, service('b', { 'metallb.io/loadBalancerIPs': '192.168.1.241' }))
  await client.create(services, service('c'))
  await settle(1000)
  assert.deepEqual([await addressOf('b'), await addressOf('c')], ['192.168.1.241', undefined])
  await client.delete(services, { namespace, name: 'a' })
  await settle(1000)
  assert.equal(await addressOf('c'), '192.168.1.240')
})
