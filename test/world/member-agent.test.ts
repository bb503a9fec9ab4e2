// A member agent is a Deployment of its member: while none of its pods runs it reports nothing and repairs nothing, and the hub places nothing new there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import { createWorld, forkWorld, type World } from '#runner/world/world.ts'
import { change, fleetObject, make, placementOf, read, remove, smallApp, told } from '#test/support/fleet-objects.ts'

const minute = 60_000
const [namespace, settings] = smallApp('app') as readonly [KubernetesObject, KubernetesObject]
const deployment: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'member-agent', namespace: 'fleet-system' } }
const east = fleetMember('member-east')

function fleetMember(name: string): KubernetesObject {
  return { apiVersion: 'cluster.kubernetes-fleet.io/v1beta1', kind: 'MemberCluster', metadata: { name } }
}

async function startWorld(hub: object = {}, member: object = {}): Promise<World> {
  const members = [
    { name: 'member-east', nodes: 1, ...member },
    { name: 'member-west', nodes: 1 },
  ]
  const world = await createWorld(parseWorldFile(JSON.stringify({ fleet: { hub, members } }), 'fleet.yaml'), { secret: 'agents' })
  world.clock.stop()
  await world.clock.advance(minute)
  return world
}

function clientOf(world: World, name: string): Client {
  const cluster = world.clusters().find(({ spec }) => spec.name === name)
  if (!cluster) throw new Error(`no ${name}`)
  return cluster.clientOf(cluster.admin, 'kubectl')
}

async function lastSeen(world: World): Promise<number> {
  const beat = at(await read(clientOf(world, 'hub'), east), 'status', 'agentStatus', '0', 'lastReceivedHeartbeat')
  return world.clock.now() - Date.parse(String(beat))
}

test('an agent whose Deployment is scaled to nothing is silent, and reports at once when it is back', async () => {
  const world = await startWorld()
  const hub = clientOf(world, 'hub')
  const member = clientOf(world, 'member-east')
  assert.equal(at(await read(member, deployment), 'status', 'availableReplicas'), 1)
  assert.ok((await lastSeen(world)) < 15_000)
  await change(member, deployment, { spec: { replicas: 0 } })
  await world.clock.advance(6 * minute)
  assert.ok((await lastSeen(world)) > 5.9 * minute)
  await make(hub, namespace, settings, placementOf('app'))
  await world.clock.advance(minute)
  assert.deepEqual(
    told(await read(hub, placementOf('app')))
      .map((line) => line.split(' ').slice(0, 2).join(' '))
      .slice(0, 1),
    ['Scheduled True'],
  )
  const snapshot = fleetObject('ClusterSchedulingPolicySnapshot', 'app-0')
  const decisions = at(await read(hub, snapshot), 'status', 'targetClusters') as readonly { clusterName: string; selected: boolean; reason: string }[]
  assert.deepEqual(
    decisions.map(({ clusterName, selected }) => [clusterName, selected]),
    [
      ['member-west', true],
      ['member-east', false],
    ],
  )
  assert.match(
    decisions[1]?.reason ?? '',
    /^ClusterUnschedulable, cluster is not connected to the fleet: no recent heartbeat signals \(last received \d\.\d\d minutes ago\)$/,
  )
  assert.deepEqual(told(await read(hub, east)), ['ReadyToJoin True MemberClusterReadyToJoin', 'Joined True MemberClusterJoined'])
  await change(member, deployment, { spec: { replicas: 1 } })
  await world.clock.advance(10_000)
  assert.ok((await lastSeen(world)) < 15_000)
  assert.equal((await read(member, settings))?.metadata.name, 'settings')
  world.close()
})

test('at whichever second of the heartbeat an agent comes back, the hub hears of it', async () => {
  const first = await startWorld()
  await change(clientOf(first, 'member-east'), deployment, { spec: { replicas: 0 } })
  await first.clock.advance(6 * minute)
  await make(clientOf(first, 'hub'), namespace, settings, placementOf('app'))
  await first.clock.advance(minute)
  for (let second = 0; second < 15; second += 1) {
    const world = await forkWorld(first)
    await world.clock.advance(second * 1000)
    await change(clientOf(world, 'member-east'), deployment, { spec: { replicas: 1 } })
    await world.clock.advance(10_000)
    assert.equal((await read(clientOf(world, 'member-east'), settings))?.metadata.name, 'settings', `second ${second}`)
    world.close()
  }
  first.close()
})

test('what is placed stays while the agent is away, is not repaired, and a copy of the world knows of it', async () => {
  const first = await startWorld()
  await make(clientOf(first, 'hub'), namespace, settings, placementOf('app'))
  await first.clock.advance(minute)
  await remove(clientOf(first, 'member-east'), deployment)
  await first.clock.advance(1000)
  const world = await forkWorld(first)
  first.close()
  const member = clientOf(world, 'member-east')
  await remove(member, settings)
  await world.clock.advance(20 * minute)
  assert.equal(await read(member, settings), undefined)
  assert.ok((await lastSeen(world)) > 20 * minute)
  assert.deepEqual(told(await read(clientOf(world, 'hub'), placementOf('app'))).at(-1), 'Available True ResourceAvailable')
  world.close()
})

test('a member that is deleted while its agent is away is let go after fifteen minutes', async () => {
  const world = await startWorld()
  const hub = clientOf(world, 'hub')
  await change(clientOf(world, 'member-east'), deployment, { spec: { replicas: 0 } })
  await world.clock.advance(1000)
  await remove(hub, east)
  await world.clock.advance(14 * minute)
  assert.notEqual(await read(hub, east), undefined)
  await world.clock.advance(2 * minute)
  assert.equal(await read(hub, east), undefined)
  world.close()
})

test('a hub without our hub agent serves its kinds, and nobody of ours touches what is placed', async () => {
  const world = await startWorld({ without: ['hub-agent'] })
  const hub = clientOf(world, 'hub')
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'default' }, spec: { containers: [{ name: 'one', image: 'nginx' }] } }
  await make(hub, namespace, settings, { ...placementOf('app'), apiVersion: 'placement.kubernetes-fleet.io/v1' }, pod as KubernetesObject)
  const hook = { name: 'fleet.pod.validating', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig: { url: 'https://127.0.0.1:9443/validate' } }
  await make(hub, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'fleet-validating-webhook-configuration' },
    webhooks: [hook],
  } as KubernetesObject)
  const before = await read(hub, placementOf('app'))
  await world.clock.advance(5 * minute)
  const placement = await read(hub, placementOf('app'))
  assert.equal(placement?.metadata.resourceVersion, before?.metadata.resourceVersion)
  assert.deepEqual([placement?.metadata.finalizers, placement?.status, placement?.metadata.generation], [undefined, undefined, 1])
  assert.equal(at(placement, 'spec', 'strategy'), undefined)
  assert.deepEqual([(await read(hub, east))?.metadata.finalizers, (await read(hub, east))?.status], [undefined, undefined])
  assert.equal(await read(hub, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet-member-member-east' } }), undefined)
  world.close()
})

test('a member without our member agent is given a place, and nothing is done there', async () => {
  const world = await startWorld({}, { without: ['member-agent'] })
  const hub = clientOf(world, 'hub')
  await make(hub, namespace, settings, placementOf('app'))
  await world.clock.advance(minute)
  assert.deepEqual(told(await read(hub, east)), ['ReadyToJoin True MemberClusterReadyToJoin', 'Joined Unknown MemberClusterJoinStateUnknown'])
  assert.equal(await read(clientOf(world, 'member-east'), deployment), undefined)
  assert.equal(await read(clientOf(world, 'member-east'), settings), undefined)
  assert.equal((await read(clientOf(world, 'member-west'), settings))?.metadata.name, 'settings')
  world.close()
})

test('what has changed in a member is reported with its next heartbeat, once', async () => {
  const world = await startWorld()
  const hub = clientOf(world, 'hub')
  const available = async () => at(await read(hub, east), 'status', 'resourceUsage', 'available', 'cpu')
  const before = await available()
  const container = { name: 'one', image: 'nginx', resources: { requests: { cpu: '300m' } } }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'default' }, spec: { containers: [container] } }
  await make(clientOf(world, 'member-east'), pod as KubernetesObject)
  await world.clock.advance(16_000)
  assert.notEqual(await available(), before)
  const written = (await read(hub, east))?.metadata.resourceVersion
  await world.clock.advance(2 * minute)
  assert.equal((await read(hub, east))?.metadata.resourceVersion, written)
  world.close()
})
