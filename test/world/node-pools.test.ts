// What Azure says of a cluster's node pools and versions is what its nodes become.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import type { World } from '#runner/world/world.ts'
import { buildFleet, createExerciseWorld, memberUrl, send, subscriptionId } from '#test/support/exercise-requests.ts'

const version = 'api-version=2025-08-01'

function clusterUrl(world: World): string {
  return `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east`
}

interface NodeShown {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly { readonly key: string }[] }
  readonly status: {
    readonly nodeInfo: { readonly kubeletVersion: string }
    readonly conditions: readonly { readonly type: string; readonly status: string }[]
  }
}

async function nodes(world: World): Promise<readonly string[]> {
  const items = (await send(world, 'GET', `${memberUrl(world, 'member-east')}/api/v1/nodes`)).body.items as unknown as readonly NodeShown[]
  return items.map(({ metadata, spec, status }) => {
    const ready = status.conditions.find(({ type }) => type === 'Ready')?.status
    const taints = (spec.taints ?? []).map(({ key }) => key).join(',')
    return `${metadata.labels.agentpool} ${status.nodeInfo.kubeletVersion} ${ready}${spec.unschedulable ? ' cordoned' : ''}${taints ? ` ${taints}` : ''}`
  })
}

async function settled(world: World, url: string): Promise<JsonObject> {
  for (let second = 0; second < 120; second += 1) {
    const { body } = await send(world, 'GET', `${url}?${version}`)
    const state = (body.properties as JsonObject | undefined)?.provisioningState
    if (state === undefined || state === 'Succeeded' || state === 'Failed') return body
    await world.clock.advance(1000)
  }
  throw new Error(`${url} does not come to an end`)
}

async function fleetWorld(): Promise<{ world: World; pool(name: string): string }> {
  const world = await createExerciseWorld()
  await buildFleet(world)
  return { world, pool: (name) => `${clusterUrl(world)}/agentPools/${name}` }
}

test('a pool that is scaled out gets nodes, scaled in loses them after a drain, a further pool brings its labels and taints and takes its nodes along', async () => {
  const { world, pool } = await fleetWorld()
  const [first] = await nodes(world)
  const { body } = await send(world, 'GET', `${pool('nodepool1')}?${version}`)
  const scale = (count: number): Promise<unknown> =>
    send(world, 'PUT', `${pool('nodepool1')}?${version}`, { properties: { ...(body.properties as JsonObject), count } })
  await scale(3)
  assert.equal(((await settled(world, pool('nodepool1'))).properties as JsonObject).count, 3)
  await world.clock.advance(5000)
  assert.deepEqual(await nodes(world), [first, first, first])
  await scale(1)
  await settled(world, pool('nodepool1'))
  assert.deepEqual(await nodes(world), [first])
  const properties = { count: 2, vmSize: 'Standard_D4s_v5', mode: 'User', nodeLabels: { tier: 'batch' }, nodeTaints: ['sku=batch:NoSchedule'] }
  assert.equal((await send(world, 'PUT', `${pool('batch')}?${version}`, { properties })).status, 201)
  await settled(world, pool('batch'))
  await world.clock.advance(5000)
  assert.deepEqual((await nodes(world)).map((node) => node.replace(/ v\S+/, '')).sort(), ['batch True sku', 'batch True sku', 'nodepool1 True'])
  await send(world, 'DELETE', `${pool('batch')}?${version}`)
  await world.clock.advance(20_000)
  assert.deepEqual(await nodes(world), [first])
})

test('an upgrade of the cluster by itself changes its API server and its nodes', async () => {
  const { world } = await fleetWorld()
  const { body } = await send(world, 'GET', `${clusterUrl(world)}?${version}`)
  const properties = body.properties as JsonObject
  const pools = (properties.agentPoolProfiles as readonly JsonObject[]).map((one) => ({ ...one, orchestratorVersion: '1.35.2' }))
  const asked = { ...body, properties: { ...properties, kubernetesVersion: '1.35.2', agentPoolProfiles: pools } }
  const put = await send(world, 'PUT', `${clusterUrl(world)}?${version}`, asked)
  assert.equal((put.body.properties as JsonObject).provisioningState, 'Upgrading')
  const after = (await settled(world, clusterUrl(world))).properties as JsonObject
  assert.deepEqual([after.provisioningState, after.currentKubernetesVersion], ['Succeeded', '1.35.2'])
  assert.deepEqual(await nodes(world), ['nodepool1 v1.35.2 True'])
  assert.equal((await send(world, 'GET', `${memberUrl(world, 'member-east')}/version`)).body.gitVersion, 'v1.35.2')
})
