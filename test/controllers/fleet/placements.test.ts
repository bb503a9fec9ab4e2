import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, findCondition } from '#runner/controllers/fleet/conditions.ts'
import { bindings, namespacedBindings, resourceSnapshots, works } from '#runner/controllers/fleet/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf, read, remove, smallApp, told } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const [namespace, settings] = smallApp('app') as readonly [KubernetesObject, KubernetesObject]
const configMaps = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }]
const namespaced = (spec: object = {}) =>
  fleetObject('ResourcePlacement', 'app/rp', { spec: { resourceSelectors: configMaps, policy: { placementType: 'PickAll' }, ...spec } })

const done = ['Scheduled', 'RolloutStarted', 'Overridden', 'WorkSynchronized', 'Applied', 'Available']

function memberOf(fleet: TestFleet, name: string) {
  const member = fleet.members[name]
  if (!member) throw new Error(`no ${name}`)
  return member.client
}

async function withNamespace(...members: readonly string[]): Promise<TestFleet> {
  const fleet = await startFleet()
  await make(fleet.hub.client, namespace, settings)
  for (const member of members) await make(memberOf(fleet, member), namespace)
  return fleet
}

test('a ResourcePlacement has snapshots and bindings in its namespace, Works with its name, and conditions of its kind', async () => {
  const fleet = await withNamespace('member-east', 'member-west')
  const { client } = fleet.hub
  await make(client, namespaced())
  await fleet.settle(10_000)
  const placement = await read(client, namespaced())
  assert.deepEqual(
    conditionsOf(placement).map(({ type, status }) => `${type} ${status}`),
    done.map((step) => `ResourcePlacement${step} True`),
  )
  assert.deepEqual(placement?.metadata.finalizers, ['kubernetes-fleet.io/crp-cleanup', 'kubernetes-fleet.io/scheduler-cleanup'])
  assert.equal((await read(client, fleetObject('SchedulingPolicySnapshot', 'app/rp-0')))?.metadata.name, 'rp-0')
  assert.equal((await read(client, fleetObject('ResourceSnapshot', 'app/rp-0-snapshot')))?.metadata.name, 'rp-0-snapshot')
  assert.equal((await client.list(namespacedBindings, { namespace: 'app' })).items.length, 2)
  const work = (await client.list(works, { namespace: 'fleet-member-member-east' })).items[0]
  assert.deepEqual([work?.metadata.name, work?.metadata.labels?.['kubernetes-fleet.io/parent-placement-namespace']], ['app.rp-work', 'app'])
  assert.equal((await read(memberOf(fleet, 'member-west'), settings))?.metadata.name, 'settings')
})

test('a ResourcePlacement makes no namespace: a member without it says so', async () => {
  const fleet = await withNamespace('member-east')
  await make(fleet.hub.client, namespaced())
  await fleet.settle(10_000)
  const placement = await read(fleet.hub.client, namespaced())
  assert.equal(told(placement).at(-1), 'Applied False ApplyFailed')
  const failed = at(placement, 'status', 'placementStatuses', '1', 'failedPlacements', '0', 'condition', 'message')
  assert.match(String(failed), /namespaces "app" not found/)
})

for (const [what, resourceSelectors, message] of [
  [
    'its namespace',
    [{ group: '', version: 'v1', kind: 'Namespace', name: 'app' }],
    'invalid placement app/rp: cannot select cluster-scoped resource Namespace in a resourcePlacement',
  ],
  [
    'anything else of the cluster',
    [{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'x' }],
    'invalid placement app/rp: cannot select cluster-scoped resource rbac.authorization.k8s.io/v1, Resource=clusterroles in a resourcePlacement',
  ],
  [
    'a kind that is not there',
    [{ group: 'no.example.org', version: 'v1', kind: 'Thing', name: 'x' }],
    'invalid placement app/rp, failed to get GVR of the selector: no matches for kind "Thing" in version "no.example.org/v1"',
  ],
  [
    'one object twice',
    [...configMaps, ...configMaps],
    'found duplicate resource {Group: Version:v1 Kind:ConfigMap Name:settings Namespace:app Envelope:<nil>}',
  ],
] as const) {
  test(`a ResourcePlacement cannot select ${what}`, async () => {
    const fleet = await withNamespace()
    await make(fleet.hub.client, namespaced({ resourceSelectors }))
    await fleet.settle()
    const placement = await read(fleet.hub.client, namespaced())
    assert.deepEqual(told(placement), ['Scheduled False InvalidResourceSelectors'])
    const full = `The resource selectors are invalid: failed to process the request due to a client error: ${message}`
    assert.equal(findCondition(conditionsOf(placement), 'ResourcePlacementScheduled')?.message, full)
  })
}

test('a deleted ResourcePlacement takes everything with it but the namespace', async () => {
  const fleet = await withNamespace('member-east', 'member-west')
  const { client } = fleet.hub
  await make(client, namespaced())
  await fleet.settle(10_000)
  await remove(client, namespaced())
  await fleet.settle(30_000)
  assert.equal(await read(client, namespaced()), undefined)
  assert.equal((await client.list(namespacedBindings, { namespace: 'app' })).items.length, 0)
  assert.equal(await read(memberOf(fleet, 'member-east'), settings), undefined)
  assert.equal((await read(memberOf(fleet, 'member-east'), namespace))?.metadata.name, 'app')
})

test('with NamespaceWithResourceSelectors a ClusterResourcePlacement takes single objects of one namespace', async () => {
  const fleet = await withNamespace()
  const { client } = fleet.hub
  await make(client, { ...settings, metadata: { name: 'other', namespace: 'app' } })
  const scoped = { group: '', version: 'v1', kind: 'Namespace', name: 'app', selectionScope: 'NamespaceWithResourceSelectors' }
  await make(client, placementOf('app', { resourceSelectors: [scoped, ...configMaps] }))
  await fleet.settle(10_000)
  const names = (at(await read(client, placementOf('app')), 'status', 'selectedResources') ?? []) as readonly { readonly name: string }[]
  assert.deepEqual(
    names.map(({ name }) => name),
    ['app', 'settings'],
  )
})

test('what is too large for one snapshot goes on in further ones, each with a Work of its own, and comes together on the members', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const large = Array.from({ length: 5 }, (_, index): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `large-${index}`, namespace: 'app' }, data: { text: 'x'.repeat(300_000) } }
  })
  await make(client, namespace, ...large, placementOf('app'))
  await fleet.settle(10_000)
  const snapshots = (await client.list(resourceSnapshots)).items.map(({ metadata }) => metadata)
  assert.deepEqual(snapshots.map(({ name }) => name).toSorted(), ['app-0-0', 'app-0-1', 'app-0-snapshot'])
  const master = snapshots.find(({ name }) => name === 'app-0-snapshot')
  assert.equal(master?.annotations?.['kubernetes-fleet.io/number-of-resource-snapshots'], '3')
  assert.equal(snapshots.find(({ name }) => name === 'app-0-1')?.annotations?.['kubernetes-fleet.io/subindex-of-resource-snapshot'], '1')
  const names = (await client.list(works, { namespace: 'fleet-member-member-east' })).items.map(({ metadata }) => metadata.name)
  assert.deepEqual(names.toSorted(), ['app-0', 'app-1', 'app-work'])
  assert.deepEqual(told(await read(client, placementOf('app'))).at(-1), 'Available True ResourceAvailable')
  for (const object of large) assert.ok(await read(memberOf(fleet, 'member-west'), object))
  for (const object of large.slice(1)) await remove(client, object)
  await fleet.settle(60_000)
  assert.deepEqual(
    (await client.list(works, { namespace: 'fleet-member-member-east' })).items.map(({ metadata }) => metadata.name),
    ['app-work'],
  )
  assert.equal(await read(memberOf(fleet, 'member-west'), large[4] ?? settings), undefined)
})

test('ReportDiff says what differs and changes nothing', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const east = memberOf(fleet, 'member-east')
  await make(client, namespace, settings)
  await make(east, namespace, { ...settings, data: { color: 'red', extra: 'yes' } } as KubernetesObject)
  await make(client, placementOf('app', { strategy: { applyStrategy: { type: 'ReportDiff', whenToTakeOver: 'Never' } } }))
  await fleet.settle(10_000)
  const placement = await read(client, placementOf('app'))
  assert.deepEqual(told(placement).at(-1), 'DiffReported True DiffReportingCompleted')
  const [eastern, western] = at(placement, 'status', 'placementStatuses') as readonly { readonly diffedPlacements: readonly object[] }[]
  const details = (entry: object | undefined) => [at(entry, 'observedDiffs'), at(entry, 'targetClusterObservedGeneration')]
  assert.deepEqual(details(eastern?.diffedPlacements[0]), [[{ path: '/data/color', valueInHub: 'blue', valueInMember: 'red' }], 0])
  assert.deepEqual(details(western?.diffedPlacements[0]), [[{ path: '/', valueInHub: '(the whole object)' }], undefined])
  assert.deepEqual(at(await read(east, settings), 'data'), { color: 'red', extra: 'yes' })
  assert.equal(await read(memberOf(fleet, 'member-west'), namespace), undefined)
})

test('ReportDiff with FullComparison also names what only the member has', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, namespace, settings)
  await make(memberOf(fleet, 'member-east'), namespace, { ...settings, data: { color: 'blue', extra: 'yes' } } as KubernetesObject)
  const applyStrategy = { type: 'ReportDiff', whenToTakeOver: 'Never', comparisonOption: 'FullComparison' }
  await make(client, placementOf('app', { strategy: { applyStrategy } }))
  await fleet.settle(10_000)
  const diffs = at(await read(client, placementOf('app')), 'status', 'placementStatuses', '0', 'diffedPlacements', '0', 'observedDiffs')
  assert.deepEqual(diffs, [{ path: '/data/extra', valueInMember: 'yes' }])
})

test('a change that the member would refuse is a drift in degraded mode', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const east = memberOf(fleet, 'member-east')
  const fixed = { ...settings, immutable: true } as unknown as KubernetesObject
  await make(client, namespace, fixed)
  await make(east, namespace, { ...fixed, data: { color: 'red' } } as unknown as KubernetesObject)
  await make(client, placementOf('app', { strategy: { applyStrategy: { type: 'ReportDiff', whenToTakeOver: 'Never' } } }))
  await fleet.settle(10_000)
  const work = await client.get(works, { name: 'app-work', namespace: 'fleet-member-member-east' })
  assert.equal(at(work, 'status', 'manifestConditions', '1', 'conditions', '0', 'reason'), 'FoundDiffInDegradedMode')
})

test('no more revisions are kept than the limit, of policies and of resources', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, namespace, settings, placementOf('app', { revisionHistoryLimit: 2 }))
  await fleet.settle(10_000)
  for (const color of ['red', 'green', 'white']) {
    await change(client, settings, { data: { color } })
    await fleet.settle(60_000)
  }
  const names = (await client.list(resourceSnapshots)).items.map(({ metadata }) => metadata.name)
  assert.deepEqual(names, ['app-2-snapshot', 'app-3-snapshot'])
})

test('a policy that is taken back makes a new revision of the same hash, and nobody is moved', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, namespace, settings, placementOf('app'))
  await fleet.settle(10_000)
  const uid = (await read(memberOf(fleet, 'member-east'), settings))?.metadata.uid
  await change(client, placementOf('app'), { spec: { policy: { tolerations: [{ key: 'a', operator: 'Exists' }] } } })
  await fleet.settle(10_000)
  const first = await read(client, fleetObject('ClusterSchedulingPolicySnapshot', 'app-0'))
  const second = await read(client, fleetObject('ClusterSchedulingPolicySnapshot', 'app-1'))
  assert.notEqual(at(first, 'spec', 'policyHash'), at(second, 'spec', 'policyHash'))
  assert.deepEqual(
    [first, second].map((each) => each?.metadata.labels?.['kubernetes-fleet.io/is-latest-snapshot']),
    ['false', 'true'],
  )
  assert.equal((await read(memberOf(fleet, 'member-east'), settings))?.metadata.uid, uid)
})

test('a member whose agent never answers is let go 15 minutes after it was deleted', async () => {
  const fleet = await startFleet({ silent: ['member-west'] })
  const { client } = fleet.hub
  const member: KubernetesObject = { apiVersion: 'cluster.kubernetes-fleet.io/v1beta1', kind: 'MemberCluster', metadata: { name: 'member-west' } }
  await remove(client, member)
  await fleet.settle(890_000)
  assert.ok(await read(client, member))
  await fleet.settle(20_000)
  assert.equal(await read(client, member), undefined)
  assert.equal(await read(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet-member-member-west' } }), undefined)
})

test('a list of clusters that is empty is let in, and never scheduled', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, ...smallApp('app'))
  const fixed = placementOf('app', { policy: { placementType: 'PickFixed' } })
  await make(client, fixed)
  await fleet.settle(10_000)
  assert.deepEqual(told(await read(client, fixed)), ['Scheduled Unknown SchedulePending'])
  await change(client, fixed, { spec: { policy: { clusterNames: ['member-east'] } } })
  await fleet.settle(10_000)
  assert.equal(told(await read(client, fixed)).at(-1), 'Available True ResourceAvailable')
})

test('a selector without a group is one of the core group', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, ...smallApp('app'))
  await make(client, placementOf('app', { resourceSelectors: [{ version: 'v1', kind: 'Namespace', name: 'app' }] }))
  await fleet.settle(10_000)
  const placement = await read(client, placementOf('app'))
  assert.equal(at(placement, 'spec', 'resourceSelectors', '0', 'group'), '')
  assert.equal(told(placement).at(-1), 'Available True ResourceAvailable')
})

test('the name of a binding is cut to 63 characters', async () => {
  const fleet = await startFleet({ members: { [`member-${'c'.repeat(40)}`]: {} } })
  const { client } = fleet.hub
  const name = `app-${'p'.repeat(50)}`
  await make(client, ...smallApp(name), placementOf(name))
  await fleet.settle(10_000)
  const [binding] = (await client.list(bindings)).items
  assert.match(binding?.metadata.name ?? '', /^app-p{22}-member-c{20}-[0-9a-f]{8}$/)
  assert.equal(told(await read(client, placementOf(name))).at(-1), 'Available True ResourceAvailable')
})

test('with FullComparison what only the member has is a drift, which is noticed whenever it comes and leaves the placement available', async () => {
  const fleet = await withNamespace()
  const { client } = fleet.hub
  const strategy = { applyStrategy: { comparisonOption: 'FullComparison' } }
  await make(client, placementOf('app', { policy: { placementType: 'PickFixed', clusterNames: ['member-east'] }, strategy }))
  await fleet.settle(10_000)
  const drifts = async () => at(await read(client, placementOf('app')), 'status', 'placementStatuses', '0', 'driftedPlacements', '0', 'observedDrifts')
  assert.equal(await drifts(), undefined)
  await change(memberOf(fleet, 'member-east'), settings, { data: { more: 'yes' } })
  await fleet.settle(60_000)
  assert.deepEqual(await drifts(), [{ path: '/data/more', valueInMember: 'yes' }])
  assert.equal(told(await read(client, placementOf('app'))).at(-1), 'Available True ResourceAvailable')
  await change(memberOf(fleet, 'member-east'), settings, { data: { more: null } })
  await fleet.settle(120_000)
  assert.equal(await drifts(), undefined)
})
