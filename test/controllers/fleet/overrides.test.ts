import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyPatch, type PatchOperation } from '#runner/controllers/fleet/overrides/json-patch.ts'
import { at } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf, read, remove, smallApp, told } from '#test/support/fleet-objects.ts'
import { startFleet } from '#test/support/start-fleet.ts'

const document = { spec: { replicas: 1, list: ['a', 'b'] } }

for (const [operation, result] of [
  [{ op: 'add', path: '/spec/paused', value: true }, { spec: { replicas: 1, list: ['a', 'b'], paused: true } }],
  [{ op: 'add', path: '/spec/list/1', value: 'x' }, { spec: { replicas: 1, list: ['a', 'x', 'b'] } }],
  [{ op: 'add', path: '/spec/list/-', value: 'x' }, { spec: { replicas: 1, list: ['a', 'b', 'x'] } }],
  [{ op: 'replace', path: '/spec/list/0', value: 'x' }, { spec: { replicas: 1, list: ['x', 'b'] } }],
  [{ op: 'remove', path: '/spec/list/0' }, { spec: { replicas: 1, list: ['b'] } }],
  [{ op: 'remove', path: '/spec/replicas' }, { spec: { list: ['a', 'b'] } }],
  [{ op: 'add', path: '/metadata/labels/where', value: 'x' }, 'add operation does not apply: doc is missing path: "/metadata/labels/where": missing value'],
  [{ op: 'replace', path: '/nothing/here', value: 3 }, 'replace operation does not apply: doc is missing path: /nothing/here: missing value'],
  [{ op: 'replace', path: '/spec/here', value: 3 }, 'replace operation does not apply: doc is missing key: /spec/here: missing value'],
  [{ op: 'remove', path: '/spec/here' }, "error in remove for path: '/spec/here': unable to remove nonexistent key: here: missing value"],
  [{ op: 'remove', path: '/spec/list/5' }, "error in remove for path: '/spec/list/5': Unable to access invalid index: 5: invalid index referenced"],
  [{ op: 'add', path: '/spec/list/x', value: 1 }, "error in add for path: '/spec/list/x': value was not a proper array index: 'x'"],
] as const) {
  test(`applyPatch(): ${operation.op} ${operation.path}`, () => {
    const apply = () => applyPatch(document, [operation as PatchOperation])
    if (typeof result === 'string') assert.throws(apply, { message: result })
    else assert.deepEqual(apply(), result)
  })
}

const everywhere = { clusterSelectorTerms: [] }

function override(name: string, rule: object, more: object = {}) {
  const selector = { group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }
  return fleetObject('ResourceOverride', `app/${name}`, {
    spec: { placement: { name: 'app' }, resourceSelectors: [selector], policy: { overrideRules: [rule] }, ...more },
  })
}

const variables = (text: string): string => text.replaceAll('%', '$')

test('variables are filled in for each member, and a changed override makes a new snapshot and a rollout', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const value = variables('%{MEMBER-CLUSTER-NAME} in %{MEMBER-CLUSTER-LABEL-KEY-fleet.azure.com/location}')
  const made = override('where', { clusterSelector: everywhere, jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value }] })
  await make(client, ...smallApp('app'), made, placementOf('app'))
  await fleet.settle(10_000)
  const colorIn = async (member: string) => at(await read(fleet.members[member]?.client ?? client, smallApp('app')[1] ?? made), 'data', 'color')
  assert.deepEqual([await colorIn('member-east'), await colorIn('member-west')], ['member-east in eastus', 'member-west in westus2'])
  const rules = [{ clusterSelector: everywhere, jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value: 'red' }] }]
  await change(client, made, { spec: { policy: { overrideRules: rules } } })
  await fleet.settle(10_000)
  assert.equal(await colorIn('member-west'), 'red')
  const placement = await read(client, placementOf('app'))
  assert.deepEqual(at(placement, 'status', 'placementStatuses', '0', 'applicableResourceOverrides'), [{ name: 'where-1', namespace: 'app' }])
  assert.ok(told(placement).includes('Overridden True OverriddenSucceeded'))
})

test('a member that an override says Delete for does not get the object, and gets it when the override goes', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const west = { clusterSelectorTerms: [{ labelSelector: { matchLabels: { 'fleet.azure.com/location': 'westus2' } } }] }
  const made = override('gone', { clusterSelector: west, overrideType: 'Delete' })
  await make(client, ...smallApp('app'), made, placementOf('app'))
  await fleet.settle(10_000)
  const inWest = async () => read(fleet.members['member-west']?.client ?? client, smallApp('app')[1] ?? made)
  assert.equal(await inWest(), undefined)
  await remove(client, made)
  await fleet.settle(10_000)
  assert.equal((await inWest())?.metadata.name, 'settings')
})

test('an override that selects no cluster changes nothing', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const made = override('none', { jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value: 'red' }] })
  await make(client, ...smallApp('app'), made, placementOf('app'))
  await fleet.settle(10_000)
  assert.ok(told(await read(client, placementOf('app'))).includes('Overridden True NoOverrideSpecified'))
})

test('no more than ten snapshots of an override are kept', async () => {
  const fleet = await startFleet({ members: {} })
  const { client } = fleet.hub
  const rules = (value: number) => [{ clusterSelector: everywhere, jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value }] }]
  const made = override('many', rules(0)[0] ?? {})
  await make(client, ...smallApp('app'), made)
  await fleet.settle()
  for (let value = 1; value < 14; value += 1) {
    await change(client, made, { spec: { policy: { overrideRules: rules(value) } } })
    await fleet.settle(1000)
  }
  const resource = await client.resourceFor('placement.kubernetes-fleet.io/v1beta1', 'ResourceOverrideSnapshot')
  const names = resource ? (await client.list(resource)).items.map(({ metadata }) => metadata.name) : []
  assert.equal(names.length, 10)
  assert.deepEqual([names.includes('many-3'), names.includes('many-4'), names.includes('many-13')], [false, true, true])
})
