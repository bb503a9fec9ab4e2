// Traffic Manager profiles of a hub are Azure's: each has its endpoints from the Services that members export, weighted, and goes with them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, findCondition } from '#runner/controllers/fleet/conditions.ts'
import { serviceExports, trafficManagerBackends, trafficManagerProfiles } from '#runner/controllers/fleet/networking/kinds.ts'
import { namespaces, services } from '#runner/controllers/resources.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import { createWorld, type World } from '#runner/world/world.ts'

const key = { namespace: 'shop', name: 'web' }

async function startWorld(azure: object | null = {}): Promise<World> {
  const members = ['east', 'west'].map((name) => ({ name, nodes: 1 }))
  const file = JSON.stringify({ ...(azure ? { azure } : {}), fleet: { hub: { networking: true }, members } })
  const world = await createWorld(parseWorldFile(file, 'fleet.yaml'), { secret: 'traffic' })
  world.clock.stop()
  return world
}

function clientOf(world: World, name: string): Client {
  const cluster = world.clusters().find(({ spec }) => spec.name === name)
  if (!cluster) throw new Error(`no ${name}`)
  return cluster.clientOf(cluster.admin, 'kubectl')
}

async function make(client: Client, resource: Resource, rest: object = {}): Promise<void> {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
  const { metadata = {}, ...other } = rest as { metadata?: object }
  await client.create(resource, { apiVersion, kind: resource.kind, metadata: { ...key, ...metadata }, ...other } as KubernetesObject)
}

async function said(client: Client, resource: Resource, type: string): Promise<string> {
  const { status, reason, message } = findCondition(conditionsOf(await client.get(resource, key)), type) ?? {}
  return `${status} ${reason}: ${message}`
}

async function profileInAzure(world: World, id: unknown): Promise<AzureProfile | undefined> {
  const host = world.azure?.hosts['management.azure.com']
  const headers = { authorization: `Bearer ${world.token('arm')}` }
  const response = await host?.fetch(new Request(`https://management.azure.com${id}?api-version=2022-04-01`, { headers }), { address: '127.0.0.1' } as never)
  return response?.ok ? ((await response.json()) as AzureProfile) : undefined
}

interface AzureProfile {
  readonly properties?: { readonly endpoints?: readonly object[] }
}

const profile = (resourceGroup: string) => ({ spec: { resourceGroup, monitorConfig: { port: 8080 } } })
const backend = { spec: { profile: { name: 'web' }, backend: { name: 'web' }, weight: 100 } }

function exported(type: string, label: object = { 'service.beta.kubernetes.io/azure-dns-label-name': 'shop' }): object {
  return { metadata: { annotations: label }, spec: { type, selector: { app: 'web' }, ports: [{ port: 80 }] } }
}

test('exported Services become weighted endpoints of a profile in Azure, and go with their backend', async () => {
  const world = await startWorld()
  const hub = clientOf(world, 'hub')
  for (const name of ['hub', 'east', 'west'])
    await clientOf(world, name).create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await make(hub, trafficManagerBackends, backend)
  await world.clock.advance(1000)
  assert.equal(await said(hub, trafficManagerBackends, 'Accepted'), 'False Invalid: TrafficManagerProfile "web" is not found')
  await make(hub, trafficManagerProfiles, profile('rg-aks-fleet-lab'))
  await world.clock.advance(1000)
  assert.equal(await said(hub, trafficManagerProfiles, 'Programmed'), 'True Programmed: Successfully configured the Azure Traffic Manager profile')
  assert.equal(await said(hub, trafficManagerBackends, 'Accepted'), 'False Invalid: ServiceImport "web" is not found')
  const stored = await hub.get(trafficManagerProfiles, key)
  assert.equal(at(stored, 'status', 'dnsName'), 'shop-web.trafficmanager.net')
  const id = at(stored, 'status', 'resourceID')
  assert.match(String(id), new RegExp(`/trafficmanagerprofiles/fleet-${stored?.metadata.uid}$`, 'i'))
  for (const [name, weight] of [
    ['east', '1'],
    ['west', '3'],
  ] as const) {
    await make(clientOf(world, name), services, exported('LoadBalancer'))
    await make(clientOf(world, name), serviceExports, { metadata: { annotations: { 'networking.fleet.azure.com/weight': weight } } })
  }
  await world.clock.advance(60_000)
  assert.equal(
    await said(hub, trafficManagerBackends, 'Accepted'),
    'True Accepted: 2 service(s) exported from clusters have been accepted as Traffic Manager endpoints',
  )
  const endpoints = at(await hub.get(trafficManagerBackends, key), 'status', 'endpoints') as readonly object[]
  assert.deepEqual(
    endpoints.map((each) => [at(each, 'from', 'cluster'), at(each, 'weight')]),
    [
      ['east', 25],
      ['west', 75],
    ],
  )
  assert.equal((await profileInAzure(world, id))?.properties?.endpoints?.length, 2)
  await clientOf(world, 'west').delete(serviceExports, key)
  await world.clock.advance(10_000)
  assert.equal((await profileInAzure(world, id))?.properties?.endpoints?.length, 1)
  await hub.delete(trafficManagerBackends, key)
  await world.clock.advance(10_000)
  assert.equal(await hub.get(trafficManagerBackends, key), undefined)
  assert.equal((await profileInAzure(world, id))?.properties?.endpoints?.length, 0)
  await hub.delete(trafficManagerProfiles, key)
  await world.clock.advance(10_000)
  assert.deepEqual([await hub.get(trafficManagerProfiles, key), await profileInAzure(world, id)], [undefined, undefined])
  world.close()
})

test('a group that is not there, and Services without a public name: each says why', async () => {
  const world = await startWorld()
  const hub = clientOf(world, 'hub')
  for (const name of ['hub', 'east']) await clientOf(world, name).create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await make(hub, trafficManagerProfiles, profile('nowhere'))
  await make(hub, trafficManagerBackends, backend)
  await world.clock.advance(1000)
  assert.match(await said(hub, trafficManagerProfiles, 'Programmed'), /^False Invalid: Invalid profile: ResourceGroupNotFound: /)
  assert.match(await said(hub, trafficManagerBackends, 'Accepted'), /^False Invalid: Invalid trafficManagerProfile "web": Invalid profile: /)
  await hub.delete(trafficManagerProfiles, key)
  await world.clock.advance(1000)
  await make(hub, trafficManagerProfiles, profile('rg-aks-fleet-lab'))
  await make(clientOf(world, 'east'), services, exported('ClusterIP'))
  await make(clientOf(world, 'east'), serviceExports)
  await world.clock.advance(10_000)
  const invalid =
    'False Invalid: 1 service(s) exported from clusters cannot be exposed as the Azure Traffic Manager, for example, service exported from east is invalid:'
  assert.equal(await said(hub, trafficManagerBackends, 'Accepted'), `${invalid} unsupported service type "ClusterIP"`)
  world.close()
})

test('without an Azure nobody looks at profiles', async () => {
  const world = await startWorld(null)
  const hub = clientOf(world, 'hub')
  await hub.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await make(hub, trafficManagerProfiles, profile('any'))
  await world.clock.advance(10_000)
  assert.equal((await hub.get(trafficManagerProfiles, key))?.status, undefined)
  world.close()
})
