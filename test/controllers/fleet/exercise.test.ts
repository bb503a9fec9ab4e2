import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf } from '#runner/controllers/fleet/conditions.ts'
import { appliedWorks, bindings, clusterResourcePlacements, memberClusters, works } from '#runner/controllers/fleet/resources.ts'
import { deployments, namespaces, pods, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { type FleetOptions, startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const web = { name: 'web', namespace: 'fleet-demo' }

/** Steps 5 and 6 of the exercise, up to the moment at which nothing moves without time. */
async function place(options: FleetOptions = {}): Promise<TestFleet> {
  const fleet = await startFleet({ reservedNamespaces: 'own', ...options })
  const { client } = fleet.hub
  const labels = { app: 'web' }
  const spec = { containers: [{ name: 'web', image: 'mcr.microsoft.com/oss/nginx/nginx:1.25.5', ports: [{ containerPort: 80 }] }] }
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet-demo' } })
  await client.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: web,
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  })
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: web, spec: { selector: labels, ports: [{ port: 80, targetPort: 80 }] } })
  await client.create(clusterResourcePlacements, {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourcePlacement',
    metadata: { name: 'fleet-demo-all' },
    spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'fleet-demo' }], policy: { placementType: 'PickAll' } },
  })
  await fleet.settle()
  return fleet
}

async function stateOf({ hub }: TestFleet): Promise<readonly string[]> {
  const placement = await hub.client.get(clusterResourcePlacements, { name: 'fleet-demo-all' })
  return conditionsOf(placement).map(({ type, status, reason }) => `${type.replace('ClusterResourcePlacement', '')} ${status} ${reason}`)
}

function westOf(fleet: TestFleet) {
  const west = fleet.members['member-west']
  if (!west) throw new Error('no member-west')
  return west.client
}

async function uidOf(fleet: TestFleet): Promise<string | undefined> {
  return (await westOf(fleet).get(deployments, web))?.metadata.uid
}

const done = [
  'Scheduled True SchedulingPolicyFulfilled',
  'RolloutStarted True RolloutStarted',
  'Overridden True NoOverrideSpecified',
  'WorkSynchronized True WorkSynchronized',
  'Applied True ApplySucceeded',
]

test('a placement is applied at once and available with the pass after five seconds', async () => {
  const fleet = await place()
  assert.deepEqual(await stateOf(fleet), [...done, 'Available False ResourceNotAvailableYet'])
  await fleet.settle(4900)
  assert.equal((await stateOf(fleet)).at(-1), 'Available False ResourceNotAvailableYet')
  await fleet.settle(1200)
  assert.deepEqual(await stateOf(fleet), [...done, 'Available True ResourceAvailable'])
})

test('the hub runs nothing, the members do', async () => {
  const fleet = await place()
  await fleet.settle(10_000)
  assert.equal((await fleet.hub.client.list(pods, { namespace: 'fleet-demo' })).items.length, 0)
  for (const { client } of Object.values(fleet.members)) assert.equal((await client.list(pods, { namespace: 'fleet-demo' })).items.length, 1)
})

test('a deleted Deployment comes back in the pass in which a real agent would notice, owned by the AppliedWork and written by the applier', async () => {
  const fleet = await place()
  await fleet.settle(6000)
  const before = await uidOf(fleet)
  await westOf(fleet).delete(deployments, web)
  await fleet.settle()
  assert.equal(await uidOf(fleet), undefined)
  await fleet.settle(5000)
  const repaired = await westOf(fleet).get(deployments, web)
  assert.notEqual(repaired?.metadata.uid, before)
  const applied = await westOf(fleet).get(appliedWorks, { name: 'fleet-demo-all-work' })
  assert.deepEqual(repaired?.metadata.ownerReferences, [
    {
      apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
      blockOwnerDeletion: true,
      kind: 'AppliedWork',
      name: 'fleet-demo-all-work',
      uid: applied?.metadata.uid,
    },
  ])
  assert.equal(repaired?.metadata.managedFields?.find(({ fieldsV1 }) => fieldsV1 && 'f:spec' in fieldsV1)?.manager, 'work-api-agent')
  const resources = at(applied, 'status', 'appliedResources') as readonly { readonly kind: string; readonly uid: string }[]
  assert.equal(resources.find(({ kind }) => kind === 'Deployment')?.uid, repaired?.metadata.uid)
})

test('after seven minutes of quiet the repair takes more than a minute', async () => {
  const fleet = await place()
  await fleet.settle(420_000)
  await westOf(fleet).delete(deployments, web)
  await fleet.settle(50_000)
  assert.equal(await uidOf(fleet), undefined)
  await fleet.settle(70_000)
  assert.notEqual(await uidOf(fleet), undefined)
})

test('what the manifest sets is set back, what it does not know stays', async () => {
  const fleet = await place()
  await fleet.settle(10_000)
  const patch = { metadata: { labels: { owner: 'me' } }, spec: { replicas: 4, revisionHistoryLimit: 3 } }
  await westOf(fleet).patch(deployments, web, patch, { type: 'merge', fieldManager: 'kubectl-patch' })
  await fleet.settle(30_000)
  const healed = await westOf(fleet).get(deployments, web)
  assert.deepEqual([at(healed, 'spec', 'replicas'), at(healed, 'spec', 'revisionHistoryLimit'), healed?.metadata.labels?.owner], [1, 10, 'me'])
})

test('a fleet at rest has no timer of its own', async () => {
  const fleet = await place()
  await fleet.settle(60_000)
  const fleetTimers = fleet.clock.state().timers.filter(({ owner }) => /hub-agent|-agent/.test(owner))
  assert.deepEqual(fleetTimers, [])
})

test('heartbeats move on without a write', async () => {
  const fleet = await place()
  const seen = async (): Promise<KubernetesObject | undefined> => fleet.hub.client.get(memberClusters, { name: 'member-east' })
  const before = await seen()
  await fleet.settle(61_000)
  const after = await seen()
  const beat = (member: KubernetesObject | undefined): number => {
    const agents = at(member, 'status', 'agentStatus') as readonly { readonly lastReceivedHeartbeat: string }[]
    return Date.parse(agents[0]?.lastReceivedHeartbeat ?? '')
  }
  assert.equal(beat(after) - beat(before), 60_000)
})

test('deleting the placement takes everything back', async () => {
  const fleet = await place()
  await fleet.settle(10_000)
  await fleet.hub.client.delete(clusterResourcePlacements, { name: 'fleet-demo-all' })
  await fleet.settle(20_000)
  assert.equal(await fleet.hub.client.get(clusterResourcePlacements, { name: 'fleet-demo-all' }), undefined)
  assert.deepEqual([(await fleet.hub.client.list(bindings)).items.length, (await fleet.hub.client.list(works)).items.length], [0, 0])
  assert.equal(await westOf(fleet).get(namespaces, { name: 'fleet-demo' }), undefined)
  assert.notEqual(await fleet.hub.client.get(namespaces, { name: 'fleet-demo' }), undefined)
})

test('a hub edit waits fifteen seconds, then goes out one member after the other', async () => {
  const fleet = await place()
  await fleet.settle(60_000)
  await fleet.hub.client.patch(deployments, web, { spec: { replicas: 2 } }, { type: 'merge' })
  await fleet.settle(13_000)
  assert.equal(at(await westOf(fleet).get(deployments, web), 'spec', 'replicas'), 1)
  await fleet.settle(3000)
  const counts = await Promise.all(Object.values(fleet.members).map(async ({ client }) => at(await client.get(deployments, web), 'spec', 'replicas')))
  assert.deepEqual(counts.sort(), [1, 2])
  await fleet.settle(15_000)
  assert.equal(at(await westOf(fleet).get(deployments, web), 'spec', 'replicas'), 2)
})

test('a reserved namespace is refused in words', async () => {
  const fleet = await place({ reservedNamespaces: 'upstream' })
  const placement = await fleet.hub.client.get(clusterResourcePlacements, { name: 'fleet-demo-all' })
  const message =
    'The resource selectors are invalid: failed to process the request due to a client error: invalid clusterRresourcePlacement fleet-demo-all: namespace fleet-demo is not allowed to propagate'
  assert.deepEqual(
    conditionsOf(placement).map((condition) => condition.message),
    [message],
  )
  assert.deepEqual(placement?.metadata.finalizers, ['kubernetes-fleet.io/crp-cleanup'])
})

test('without its scheduler a hub schedules nothing, without its applier a member applies nothing', async () => {
  assert.deepEqual(await stateOf(await place({ without: ['fleet-scheduler'] })), ['Scheduled Unknown SchedulePending'])
  const silent = await place({ silent: ['member-west'] })
  assert.equal((await silent.hub.client.list(bindings)).items.length, 1)
  assert.equal(await westOf(silent).get(namespaces, { name: 'fleet-demo' }), undefined)
})
