// What a member agent says of an object that was there before, by who owns it (pkg/controllers/workapplier/process.go of KubeFleet), and how many overrides there may be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, type KubernetesObject, type OwnerReference } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, read, smallApp } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const [namespace, settings] = smallApp('app') as readonly [KubernetesObject, KubernetesObject]
const theirs: KubernetesObject = { ...settings, metadata: { name: 'theirs', namespace: 'app' } }

function placement(name: string, applyStrategy: object = {}): KubernetesObject {
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }]
  return fleetObject('ResourcePlacement', `app/${name}`, {
    spec: { resourceSelectors, policy: { placementType: 'PickFixed', clusterNames: ['member-east'] }, strategy: { applyStrategy } },
  })
}

async function fleetWithApp(): Promise<TestFleet> {
  const fleet = await startFleet()
  await make(fleet.hub.client, namespace, settings)
  await make(east(fleet), namespace, theirs)
  return fleet
}

/** An owner that lives on the member: the garbage collector takes what only others own. */
async function stranger(fleet: TestFleet): Promise<OwnerReference> {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: 'theirs', uid: String((await read(east(fleet), theirs))?.metadata.uid) }
}

async function ownedBy(fleet: TestFleet, owned: boolean, data: object): Promise<KubernetesObject> {
  const ownerReferences = owned ? [await stranger(fleet)] : []
  return { ...settings, ...data, metadata: { ...settings.metadata, ownerReferences } }
}

function east(fleet: TestFleet) {
  const member = fleet.members['member-east']
  if (!member) throw new Error('no member-east')
  return member.client
}

async function failureOf(fleet: TestFleet, name: string): Promise<string> {
  await fleet.settle(10_000)
  const placed = await read(fleet.hub.client, placement(name))
  const { reason, message } = (at(placed, 'status', 'placementStatuses', '0', 'failedPlacements', '0', 'condition') ?? {}) as Record<string, string>
  return `${reason}: ${message}`
}

for (const [what, owned, data, strategy, expected] of [
  [
    'of somebody else',
    true,
    {},
    {},
    /^FailedToTakeOver: .*already owned by some other sources\(s\) and co-ownership is disallowed \(existingOwnerRefs: \[\{APIVersion:v1 Kind:ConfigMap Name:theirs /,
  ],
  [
    'where nothing is taken over',
    false,
    {},
    { whenToTakeOver: 'Never' },
    /^NotTakenOver: .*no ownership of the object in the member cluster; takeover is needed/,
  ],
  [
    'that differs',
    false,
    { data: { other: 'value' } },
    { whenToTakeOver: 'IfNoDiff' },
    /^FailedToTakeOver: .*cannot take over object: configuration differences are found between the manifest object and the corresponding object in the member cluster/,
  ],
] as const) {
  test(`an object ${what} stays as it is`, async () => {
    const fleet = await fleetWithApp()
    const present = await ownedBy(fleet, owned, data)
    await make(east(fleet), present)
    await make(fleet.hub.client, placement('rp', strategy))
    assert.match(await failureOf(fleet, 'rp'), expected)
    const left = await read(east(fleet), settings)
    assert.deepEqual([left?.metadata.ownerReferences ?? [], at(left, 'data')], [present.metadata.ownerReferences, at(present, 'data')])
  })
}

test('with co-ownership an object of somebody else is taken over, and keeps both owners', async () => {
  const fleet = await fleetWithApp()
  await make(east(fleet), await ownedBy(fleet, true, {}))
  await make(fleet.hub.client, placement('rp', { allowCoOwnership: true }))
  await fleet.settle(10_000)
  assert.deepEqual(
    (await read(east(fleet), settings))?.metadata.ownerReferences?.map(({ kind }) => kind),
    ['ConfigMap', 'AppliedWork'],
  )
})

test('what another placement has put there is not taken over, with co-ownership or without', async () => {
  const fleet = await fleetWithApp()
  await make(fleet.hub.client, placement('first', { allowCoOwnership: true }))
  await fleet.settle(10_000)
  await make(fleet.hub.client, placement('second', { allowCoOwnership: true }), placement('third'))
  const taken = /^FailedToTakeOver: .*the object is already owned by another Fleet AppliedWork object/
  assert.match(await failureOf(fleet, 'second'), taken)
  assert.match(
    await failureOf(fleet, 'third'),
    /^FailedToTakeOver: .*co-ownership is disallowed \(existingOwnerRefs: .* Kind:AppliedWork Name:app\.first-work /,
  )
})

test('an owner that came later stops what disallows co-ownership', async () => {
  const fleet = await fleetWithApp()
  await make(fleet.hub.client, placement('rp'))
  await fleet.settle(10_000)
  const ours = (await read(east(fleet), settings))?.metadata.ownerReferences ?? []
  await change(east(fleet), settings, { metadata: { ownerReferences: [...ours, await stranger(fleet)] } })
  await change(fleet.hub.client, settings, { data: { more: 'x' } })
  assert.match(await failureOf(fleet, 'rp'), /failed to validate owner references: object is co-owned by multiple objects but co-ownership has been disallowed/)
})

for (const [kind, prefix, selectors, selector, message] of [
  [
    'ClusterResourceOverride',
    '',
    'clusterResourceSelectors',
    { group: '', version: 'v1', kind: 'Namespace' },
    'clusterResourceOverride limit has been reached: at most 100 cluster resources can be created.',
  ],
  [
    'ResourceOverride',
    'app/',
    'resourceSelectors',
    { group: '', version: 'v1', kind: 'ConfigMap' },
    'resourceOverride limit has been reached: at most 100 resources can be created.',
  ],
] as const) {
  test(`the hundred and first ${kind} is refused`, async () => {
    const fleet = await fleetWithApp()
    const override = (index: number) =>
      fleetObject(kind, `${prefix}o-${index}`, {
        spec: {
          [selectors]: [{ ...selector, name: `n-${index}` }],
          policy: { overrideRules: [{ clusterSelector: { clusterSelectorTerms: [] }, overrideType: 'Delete' }] },
        },
      })
    for (let index = 1; index <= 100; index += 1) await make(fleet.hub.client, override(index))
    await assert.rejects(make(fleet.hub.client, override(101)), {
      message: `admission webhook "fleet.${kind.toLowerCase()}.validating" denied the request: ${message}`,
    })
  })
}
