import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, findCondition } from '#runner/controllers/fleet/conditions.ts'
import { clusterResourcePlacements } from '#runner/controllers/fleet/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { fleetObject, make, placementOf, read, smallApp, told } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const pickN = (numberOfClusters: number) => ({ policy: { placementType: 'PickN', numberOfClusters } })
const eviction = (spec: object = {}) =>
  fleetObject('ClusterResourcePlacementEviction', 'out', { spec: { placementName: 'app', clusterName: 'member-east', ...spec } })
const budget = (spec: object) => fleetObject('ClusterResourcePlacementDisruptionBudget', 'app', { spec })

async function evicted(options: { readonly placement?: object; readonly budget?: object; readonly eviction?: object; readonly webhooks?: boolean }) {
  const fleet = await startFleet({ webhooks: options.webhooks ?? true })
  const { client } = fleet.hub
  await make(client, ...smallApp('app'), placementOf('app', options.placement))
  await fleet.settle(20_000)
  if (options.budget) await make(client, budget(options.budget))
  await make(client, eviction(options.eviction))
  await fleet.settle()
  return { fleet, found: await read(client, eviction()) }
}

const words = (found: KubernetesObject | undefined, type: string): string | undefined => findCondition(conditionsOf(found), type)?.message
const clustersOf = async ({ hub }: TestFleet): Promise<readonly unknown[]> => {
  const placement = await hub.client.get(clusterResourcePlacements, { name: 'app' })
  const statuses = (at(placement, 'status', 'placementStatuses') ?? []) as readonly { readonly clusterName?: string }[]
  return statuses.map(({ clusterName }) => clusterName)
}

for (const [what, options, expected] of [
  ['without a budget', {}, 'Eviction is allowed, no ClusterResourcePlacementDisruptionBudget specified'],
  [
    'that leaves enough',
    { placement: pickN(2), budget: { minAvailable: 1 } },
    'Eviction is allowed by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2',
  ],
  [
    'that one may be missing for',
    { placement: pickN(2), budget: { maxUnavailable: 1 } },
    'Eviction is allowed by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2',
  ],
  [
    'that half may be missing for',
    { placement: pickN(2), budget: { maxUnavailable: '50%' } },
    'Eviction is allowed by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2',
  ],
] as const) {
  test(`an eviction ${what} is executed`, async () => {
    const { found } = await evicted(options)
    assert.deepEqual(told(found), ['Valid True ClusterResourcePlacementEvictionValid', 'Executed True ClusterResourcePlacementEvictionExecuted'])
    assert.equal(words(found, 'Executed'), expected)
  })
}

for (const [what, options, expected] of [
  [
    'that leaves too few',
    { placement: pickN(2), budget: { minAvailable: 2 } },
    'Eviction is blocked by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2',
  ],
  [
    'that all have to stay for',
    { placement: pickN(2), budget: { minAvailable: '51%' } },
    'Eviction is blocked by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2',
  ],
  [
    'with a budget that PickAll cannot keep',
    { budget: { maxUnavailable: 1 }, webhooks: false },
    'Eviction is blocked by misconfigured ClusterResourcePlacementDisruptionBudget, either MaxUnavailable is specified or MinAvailable is specified as a percentage for PickAll ClusterResourcePlacement',
  ],
  [
    'before the resources have gone there',
    { placement: { strategy: { type: 'External' } } },
    'Eviction is blocked, placement has not propagated resources to target cluster yet',
  ],
] as const) {
  test(`an eviction ${what} is blocked`, async () => {
    const { fleet, found } = await evicted(options)
    assert.equal(told(found)[1], 'Executed False ClusterResourcePlacementEvictionNotExecuted')
    assert.equal(words(found, 'Executed'), expected)
    assert.ok((await clustersOf(fleet)).includes('member-east'))
  })
}

for (const [what, options, expected] of [
  ['of no placement', { eviction: { placementName: 'none' } }, 'Failed to find ClusterResourcePlacement targeted by eviction'],
  [
    'from a cluster that does not have it',
    { eviction: { clusterName: 'none' } },
    'Failed to find scheduler decision for placement in cluster targeted by eviction',
  ],
  [
    'of a PickFixed placement',
    { placement: { policy: { placementType: 'PickFixed', clusterNames: ['member-east'] } }, webhooks: false },
    'Found ClusterResourcePlacement with PickFixed placement type targeted by eviction',
  ],
] as const) {
  test(`an eviction ${what} is invalid`, async () => {
    const { found } = await evicted(options)
    assert.deepEqual(told(found), ['Valid False ClusterResourcePlacementEvictionInvalid'])
    assert.equal(words(found, 'Valid'), expected)
  })
}

test('a PickAll placement comes back to the cluster unless that is cordoned; PickN may go elsewhere', async () => {
  const { fleet } = await evicted({})
  await fleet.settle(30_000)
  assert.deepEqual((await clustersOf(fleet)).toSorted(), ['member-east', 'member-west'])
  const one = await evicted({ placement: pickN(1), eviction: { clusterName: 'member-west' } })
  await one.fleet.settle(30_000)
  assert.equal((await clustersOf(one.fleet)).length, 1)
})

for (const [what, objects, message] of [
  [
    'an eviction from a PickFixed placement',
    [placementOf('app', { policy: { placementType: 'PickFixed', clusterNames: ['x'] } }), eviction()],
    'admission webhook "fleet.clusterresourceplacementeviction.validating" denied the request: cluster resource placement policy type PickFixed is not supported',
  ],
  [
    'a budget of unavailable clusters for PickAll',
    [placementOf('app'), budget({ maxUnavailable: 1 })],
    'admission webhook "fleet.clusterresourceplacementdisruptionbudget.validating" denied the request: cluster resource placement policy type PickAll is not supported with any specified max unavailable 1',
  ],
  [
    'a budget in per cent for PickAll',
    [placementOf('app'), budget({ minAvailable: '50%' })],
    'admission webhook "fleet.clusterresourceplacementdisruptionbudget.validating" denied the request: cluster resource placement policy type PickAll is not supported with min available as a percentage 50%',
  ],
] as const) {
  test(`the webhook refuses ${what}`, async () => {
    const { hub } = await startFleet({ members: {} })
    await assert.rejects(make(hub.client, ...objects), { message })
  })
}
