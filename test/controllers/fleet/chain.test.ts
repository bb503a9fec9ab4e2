// The whole chain of one placement, object by object, with every name, label, annotation, finalizer and owner that KubeFleet gives them.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { bindings, works } from '#runner/controllers/fleet/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf, read, remove, smallApp } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const [namespace, settings] = smallApp('web') as readonly [KubernetesObject, KubernetesObject]
const member = (fleet: TestFleet, name = 'member-east') => {
  const found = fleet.members[name]
  if (!found) throw new Error(`no ${name}`)
  return found.client
}
const key = (name: string): string => `kubernetes-fleet.io/${name}`
const nullHash = '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b'

describe('the chain of a placement', () => {
  let fleet: TestFleet
  let placement: KubernetesObject | undefined
  before(async () => {
    fleet = await startFleet()
    await make(fleet.hub.client, namespace, settings, placementOf('web'))
    await fleet.settle(10_000)
    placement = await read(fleet.hub.client, placementOf('web'))
  })
  const owner = () => ({
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourcePlacement',
    name: 'web',
    uid: placement?.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  })
  const metadataOf = async (kind: string, name: string) => (await read(fleet.hub.client, fleetObject(kind, name)))?.metadata

  test('the placement has two finalizers', () => {
    assert.deepEqual(placement?.metadata.finalizers, [key('crp-cleanup'), key('scheduler-cleanup')])
  })

  test('its policy snapshot', async () => {
    const metadata = await metadataOf('ClusterSchedulingPolicySnapshot', 'web-0')
    assert.deepEqual(metadata?.labels, { [key('is-latest-snapshot')]: 'true', [key('parent-CRP')]: 'web', [key('policy-index')]: '0' })
    assert.deepEqual(metadata?.annotations, { [key('CRP-generation')]: '1' })
    assert.deepEqual(metadata?.ownerReferences, [owner()])
    const snapshot = await read(fleet.hub.client, fleetObject('ClusterSchedulingPolicySnapshot', 'web-0'))
    assert.equal(at(snapshot, 'spec', 'policyHash'), 'OGNjNTdkZWU1OTY4NGZmODg3NjZlMjY5MzZjOGZiMTI1ZjRiZGUyMzRhMmJlYjVjNTRhZGVkNDU2OWRiMGQ1YQ==')
    assert.equal(at(snapshot, 'status', 'observedCRPGeneration'), 1)
  })

  test('its resource snapshot', async () => {
    const metadata = await metadataOf('ClusterResourceSnapshot', 'web-0-snapshot')
    assert.deepEqual(metadata?.labels, { [key('is-latest-snapshot')]: 'true', [key('parent-CRP')]: 'web', [key('resource-index')]: '0' })
    const { [key('resource-hash')]: hash, ...annotations } = metadata?.annotations ?? {}
    assert.match(hash ?? '', /^[0-9a-f]{64}$/)
    assert.deepEqual(annotations, { [key('number-of-resource-snapshots')]: '1', [key('number-of-enveloped-object')]: '0' })
    assert.deepEqual(metadata?.ownerReferences, [owner()])
  })

  test('its bindings have no owner', async () => {
    const { items } = await fleet.hub.client.list(bindings)
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name?.replace(/-[0-9a-f]{8}$/, '')),
      ['web-member-east', 'web-member-west'],
    )
    const [binding] = items
    assert.deepEqual(binding?.metadata.labels, { [key('parent-CRP')]: 'web' })
    assert.deepEqual(binding?.metadata.finalizers, [key('scheduler-crb-cleanup'), key('work-cleanup')])
    assert.equal(binding?.metadata.ownerReferences, undefined)
    const { clusterDecision: _, ...spec } = (binding?.spec ?? {}) as Record<string, unknown>
    assert.deepEqual(spec, {
      applyStrategy: { comparisonOption: 'PartialComparison', type: 'ClientSideApply', whenToApply: 'Always', whenToTakeOver: 'Always' },
      resourceSnapshotName: 'web-0-snapshot',
      schedulingPolicySnapshotName: 'web-0',
      state: 'Bound',
      targetCluster: 'member-east',
    })
  })

  test('its Work', async () => {
    const work = await fleet.hub.client.get(works, { namespace: 'fleet-member-member-east', name: 'web-work' })
    const [binding] = (await fleet.hub.client.list(bindings)).items
    assert.deepEqual(work?.metadata.labels, {
      [key('parent-CRP')]: 'web',
      [key('parent-resource-binding')]: binding?.metadata.name,
      [key('parent-resource-snapshot-index')]: '0',
    })
    assert.deepEqual(work?.metadata.annotations, {
      [key('parent-resource-snapshot-name')]: 'web-0-snapshot',
      [key('parent-resource-override-snapshot-hash')]: nullHash,
      [key('parent-cluster-resource-override-snapshot-hash')]: nullHash,
    })
    assert.deepEqual([work?.metadata.finalizers, work?.metadata.ownerReferences], [[key('work-cleanup')], undefined])
  })

  test('its AppliedWork, and what is placed', async () => {
    const applied = await read(member(fleet), fleetObject('AppliedWork', 'web-work'))
    assert.deepEqual(applied?.spec, { workName: 'web-work', workNamespace: 'fleet-member-member-east' })
    const placed = await read(member(fleet), settings)
    assert.deepEqual(placed?.metadata.ownerReferences, [
      { apiVersion: 'placement.kubernetes-fleet.io/v1beta1', kind: 'AppliedWork', name: 'web-work', uid: applied?.metadata.uid, blockOwnerDeletion: true },
    ])
    assert.deepEqual(Object.keys(placed?.metadata.annotations ?? {}).sort(), [key('last-applied-configuration'), key('spec-hash')])
    assert.deepEqual(
      (at(applied, 'status', 'appliedResources') as readonly object[]).map((each) => [at(each, 'ordinal'), at(each, 'resource'), at(each, 'name')]),
      [
        [0, 'namespaces', 'web'],
        [1, 'configmaps', 'settings'],
      ],
    )
  })

  test('what the hub keeps for a member', async () => {
    const of = async (apiVersion: string, kind: string, name: string, namespace?: string) =>
      read(fleet.hub.client, { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } })
    const place = await of('v1', 'Namespace', 'fleet-member-member-east')
    assert.equal(place?.metadata.labels?.[key('is-fleet-resource')], 'true')
    const rbac = 'rbac.authorization.k8s.io/v1'
    const roleBinding = await of(rbac, 'RoleBinding', 'fleet-rolebinding-member-east', 'fleet-member-member-east')
    assert.equal(at(roleBinding, 'roleRef', 'name'), 'fleet-role-member-east')
    const joined = await of('cluster.kubernetes-fleet.io/v1beta1', 'MemberCluster', 'member-east')
    assert.equal(joined?.metadata.labels?.[key('member-name')], 'member-east')
    assert.deepEqual(joined?.metadata.finalizers, [key('membercluster-finalizer'), key('cluster-profile-cleanup')])
  })

  test('a Work that somebody deletes is made again, and so is what it has placed', async () => {
    await fleet.hub.client.delete(works, { namespace: 'fleet-member-member-east', name: 'web-work' })
    await fleet.settle(30_000)
    assert.equal((await fleet.hub.client.get(works, { namespace: 'fleet-member-member-east', name: 'web-work' }))?.metadata.deletionTimestamp, undefined)
    assert.equal((await read(member(fleet), settings))?.metadata.name, 'settings')
  })
})

const taint = { key: 'a', value: 'b', effect: 'NoSchedule' }
const memberCluster = (name: string): KubernetesObject => ({ apiVersion: 'cluster.kubernetes-fleet.io/v1beta1', kind: 'MemberCluster', metadata: { name } })
const pickN = (numberOfClusters: number) => ({ placementType: 'PickN', numberOfClusters })
const onEast = {
  affinity: {
    clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [{ labelSelector: { matchLabels: { tier: 'a' } } }] } },
  },
}

interface Change {
  readonly what: string
  readonly policy: object
  act(fleet: TestFleet): Promise<unknown>
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const [east, west] = ['member-east', 'member-west']

const changes: readonly Change[] = [
  {
    what: 'a new member is added to PickAll',
    policy: { placementType: 'PickAll' },
    act: (fleet) => fleet.join('member-new'),
    before: [east, west],
    after: [east, 'member-new', west],
  },
  {
    what: 'a new member fills PickN that lacks one',
    policy: pickN(3),
    act: (fleet) => fleet.join('member-new'),
    before: [east, west],
    after: [east, 'member-new', west],
  },
  {
    what: 'a new member is nothing to PickN that is full',
    policy: pickN(2),
    act: (fleet) => fleet.join('member-new'),
    before: [east, west],
    after: [east, west],
  },
  {
    what: 'a new member fills the slot of PickFixed that waited for it',
    policy: { placementType: 'PickFixed', clusterNames: [east, 'member-new'] },
    act: (fleet) => fleet.join('member-new'),
    before: [east],
    after: [east, 'member-new'],
  },
  {
    what: 'a label that fits adds a member to PickAll',
    policy: { placementType: 'PickAll', ...onEast },
    act: ({ hub }) => change(hub.client, memberCluster(east), { metadata: { labels: { tier: 'a' } } }),
    before: [],
    after: [east],
  },
  {
    what: 'a taint takes nothing away',
    policy: { placementType: 'PickAll' },
    act: ({ hub }) => change(hub.client, memberCluster(west), { spec: { taints: [taint] } }),
    before: [east, west],
    after: [east, west],
  },
  {
    what: 'a member that leaves is replaced by PickN',
    policy: pickN(1),
    act: ({ hub }) => remove(hub.client, memberCluster(west)),
    before: [west],
    after: [east],
  },
  {
    what: 'a member that leaves leaves a slot of PickFixed open',
    policy: { placementType: 'PickFixed', clusterNames: [east, west] },
    act: ({ hub }) => remove(hub.client, memberCluster(west)),
    before: [east, west],
    after: [east],
  },
  {
    what: 'PickN of none takes everything away',
    policy: pickN(2),
    act: ({ hub }) => change(hub.client, placementOf('web'), { spec: { policy: { numberOfClusters: 0 } } }),
    before: [east, west],
    after: [],
  },
]

describe('what is scheduled anew when something changes', () => {
  for (const { what, policy, act, before: first, after } of changes) {
    test(what, async () => {
      const fleet = await startFleet()
      const { client } = fleet.hub
      const isKept = ({ metadata, spec }: KubernetesObject): boolean => metadata.deletionTimestamp === undefined && at(spec, 'state') !== 'Unscheduled'
      const targets = async () =>
        (await client.list(bindings)).items
          .filter(isKept)
          .map(({ spec }) => at(spec, 'targetCluster'))
          .sort()
      await make(client, namespace, settings, placementOf('web', { policy }))
      await fleet.settle(10_000)
      assert.deepEqual(await targets(), first)
      await act(fleet)
      await fleet.settle(60_000)
      assert.deepEqual(await targets(), after)
    })
  }
})
