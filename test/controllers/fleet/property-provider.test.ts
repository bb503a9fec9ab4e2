// What a member with Azure's property provider says of itself, and how placements choose by it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf } from '#runner/controllers/fleet/conditions.ts'
import { hourlyPrice } from '#runner/controllers/fleet/member/node-prices.ts'
import { notStarted, providerReport } from '#runner/controllers/fleet/member/property-provider.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import { createWorld } from '#runner/world/world.ts'
import { fleetObject, make, placementOf, read } from '#test/support/fleet-objects.ts'

const node = (size: string, capacity = { cpu: '2', memory: '8Gi' }, region: object = { 'topology.kubernetes.io/region': 'eastus' }) =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'x', labels: { 'beta.kubernetes.io/instance-type': size, ...region } },
    status: { capacity },
  }) as unknown as KubernetesObject
const report = (...nodes: readonly KubernetesObject[]) => providerReport(nodes, { version: 'v1.35.1', now: 0 })
const valuesOf = (...nodes: readonly KubernetesObject[]) =>
  Object.fromEntries(Object.entries(report(...nodes)?.properties ?? {}).map(([name, property]) => [name, at(property, 'value')]))
const costs = (...nodes: readonly KubernetesObject[]) => report(...nodes)?.conditions.at(-1)

test('nodes are counted, by their sizes too, and cost what they cost together', () => {
  assert.deepEqual(valuesOf(node('Standard_D2s_v5'), node('Standard_D2s_v5'), node('Standard_D4s_v3', { cpu: '4', memory: '16Gi' })), {
    'kubernetes-fleet.io/node-count': '3',
    'k8s.io/k8s-version': 'v1.35.1',
    'kubernetes.azure.com/vm-sizes/Standard_D2s_v5/count': '2',
    'kubernetes.azure.com/vm-sizes/Standard_D4s_v3/count': '1',
    'kubernetes.azure.com/per-cpu-core-cost': '0.048',
    'kubernetes.azure.com/per-gb-memory-cost': '0.012',
  })
})

test('a size without a price counts as free, and nothing but such sizes is a failure', () => {
  assert.deepEqual(costs(node('Standard_D2s_v5')), {
    type: 'AKSClusterCostPropertiesCollectionSucceeded',
    status: 'True',
    reason: 'CostsCalculated',
    message: 'All cost properties have been collected successfully',
  })
  assert.equal(
    costs(node('Standard_D2s_v5'), node('Odd'))?.message,
    'Cost properties are collected in a degraded mode with the following warning(s): [failed to find pricing information for one or more of the node SKUs ([Odd]) in the cluster; such SKUs are ignored in cost calculation]',
  )
  assert.equal(costs(node('Odd'))?.reason, 'CostsCalculationFailed')
  assert.equal(valuesOf(node('Odd'))['kubernetes.azure.com/per-cpu-core-cost'], undefined)
})

test('without a region the provider does not start', () => {
  assert.equal(report(node('Standard_D2s_v5', undefined, {})), undefined)
  assert.equal(notStarted.message, 'Failed to start the property provider: no nodes found with the region label')
})

for (const [size, price] of [
  ['Standard_D8ds_v5', 0.452],
  ['Standard_E2s_v3', 0.126],
  ['Standard_B2s', 0.0416],
  ['Standard_M64', undefined],
] as const) {
  test(`an hour of ${size} costs ${price}`, () => assert.equal(hourlyPrice(size), price))
}

test('a member that is an AKS cluster has the provider, and a placement chooses by what it reports', async () => {
  const members = [
    { name: 'small', nodes: 1 },
    { name: 'large', nodes: 3 },
    { name: 'plain', nodes: 2, propertyProvider: 'none' },
  ]
  const world = await createWorld(parseWorldFile(JSON.stringify({ azure: {}, fleet: { members } }), 'fleet.yaml'), { secret: 'properties' })
  world.clock.stop()
  const hub = world.clusters().find(({ spec }) => spec.flavor === 'hub')
  assert.ok(hub)
  const client = hub.clientOf(hub.admin)
  const member = async (name: string) => read(client, { apiVersion: 'cluster.kubernetes-fleet.io/v1', kind: 'MemberCluster', metadata: { name } })
  const conditions = (object: unknown) => conditionsOf(object).map(({ type, status, reason }) => `${type} ${status} ${reason}`)
  assert.deepEqual(conditions(await member('large')).slice(2), [
    'ClusterPropertyProviderStarted True Started',
    'ClusterPropertyCollectionSucceeded True PropertiesCollected',
    'AKSClusterCostPropertiesCollectionSucceeded True CostsCalculated',
  ])
  assert.equal(conditions(await member('plain')).length, 2)
  assert.equal(at(await member('large'), 'status', 'properties', 'kubernetes.azure.com/vm-sizes/Standard_D8ds_v5/count', 'value'), '3')
  const sorter = (name: string) => ({
    affinity: {
      clusterAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 20, preference: { propertySorter: { name, sortOrder: 'Descending' } } }],
      },
    },
  })
  await make(client, placementOf('biggest', { policy: { placementType: 'PickN', numberOfClusters: 1, ...sorter('resources.kubernetes-fleet.io/total-cpu') } }))
  const propertySelector = { matchExpressions: [{ name: 'kubernetes.azure.com/per-cpu-core-cost', operator: 'Le', values: ['1'] }] }
  const required = { clusterSelectorTerms: [{ propertySelector }] }
  const affinity = { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }
  await make(client, placementOf('priced', { policy: { placementType: 'PickAll', affinity } }))
  await world.clock.advance(1000)
  const picked = async (name: string) => {
    const targets = at(await read(client, fleetObject('ClusterSchedulingPolicySnapshot', `${name}-0`)), 'status', 'targetClusters')
    return (targets as readonly { clusterName: string; selected: boolean }[]).filter(({ selected }) => selected).map(({ clusterName }) => clusterName)
  }
  assert.deepEqual([await picked('biggest'), await picked('priced')], [['large'], ['large', 'small']])
  world.close()
})
