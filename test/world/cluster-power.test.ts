// A cluster that Azure stops is gone from the network until it is started; one whose certificates are renewed takes no old ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, type World } from '#runner/world/world.ts'
import { buildFleet, createExerciseWorld, memberUrl, send, subscriptionId } from '#test/support/exercise-requests.ts'

const version = 'api-version=2025-08-01'

function clusterUrl(world: World): string {
  return `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east`
}

async function fleetWorld(): Promise<{ world: World; host: string; act(action: string, world?: World): Promise<number> }> {
  const world = await createExerciseWorld()
  await buildFleet(world)
  const host = new URL(memberUrl(world, 'member-east')).hostname
  async function act(action: string, in_: World = world): Promise<number> {
    const { status } = await send(in_, 'POST', `${clusterUrl(in_)}/${action}?${version}`)
    await in_.clock.advance(2000)
    return status
  }
  return { world, host, act }
}

const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', namespace: 'default' }, data: { colour: 'blue' } }

test('a stopped cluster has no address, in a restored world too; started, it has what it had and works on', async () => {
  const { world, host, act } = await fleetWorld()
  const member = memberUrl(world, 'member-east')
  await send(world, 'POST', `${member}/api/v1/namespaces/default/configmaps`, settings)
  assert.equal(await act('stop'), 202)
  assert.equal(world.internet.host(host), undefined)
  const update = await send(world, 'PUT', `${clusterUrl(world)}?${version}`, { location: 'eastus', properties: { kubernetesVersion: '1.35.2' } })
  assert.equal(update.status, 400)
  const again = await createWorld(world.file, { snapshot: await world.snapshot() })
  assert.equal(again.internet.host(host), undefined)
  assert.equal(await act('start', again), 202)
  assert.deepEqual((await send(again, 'GET', `${member}/api/v1/namespaces/default/configmaps/kept`)).body.data, { colour: 'blue' })
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    },
  }
  await send(again, 'POST', `${member}/apis/apps/v1/namespaces/default/replicasets`, deployment)
  await again.clock.advance(5000)
  const { body } = await send(again, 'GET', `${member}/apis/apps/v1/namespaces/default/replicasets/web`)
  assert.equal((body.status as { readyReplicas?: number }).readyReplicas, 1)
})

test('renewed certificates are of another authority, and the old administrator’s token opens nothing; so it is after a restore', async () => {
  const { world, host, act } = await fleetWorld()
  const before = world.internet.identity(host)?.clientCa
  const [cluster] = world.clusters().filter(({ spec }) => spec.host === host)
  const old = cluster?.adminToken
  assert.equal(await act('rotateClusterCertificates'), 202)
  assert.notEqual(world.internet.identity(host)?.clientCa, before)
  assert.notEqual(cluster?.adminToken, old)
  const again = await createWorld(world.file, { snapshot: await world.snapshot() })
  const [restored] = again.clusters().filter(({ spec }) => spec.host === host)
  assert.equal(restored?.adminToken, cluster?.adminToken)
  assert.equal(again.internet.identity(host)?.clientCa, world.internet.identity(host)?.clientCa)
})
