// The exercise as plain HTTP requests, for places where no bash runs: a browser, a stopped clock. Web standards only.
import { localPeer } from '../../runner/base/host.ts'
import type { JsonObject } from '../../runner/base/json.ts'
import { type WorldFile, worldSchema } from '../../runner/labs/world-file.ts'
import { fetchFrom } from '../../runner/world/hosts.ts'
import { createWorld, type World, type WorldOptions } from '../../runner/world/world.ts'

/** The exercise's world, with a fixed start, seed and secret, its clock standing still. */
export const exerciseFile: WorldFile = worldSchema.parse({ seed: 7, clock: { start: '2026-03-02T08:00:00Z' }, reservedNamespaces: 'own', azure: {} })

/** Makes the exercise's world. */
export function createExerciseWorld(options: WorldOptions = {}): Promise<World> {
  return createWorld(exerciseFile, { secret: 'fixed in tests', ...options })
}

/** An answer: status and parsed body. */
export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

const group = 'rg-aks-fleet-lab'
const clusters = { 'aks-fleet-east': 'eastus', 'aks-fleet-west': 'westus2' }

/** Sends a JSON request into a world as its signed-in user. */
export async function send(world: World, method: string, url: string, body?: JsonObject, contentType = 'application/json'): Promise<Answer> {
  const { azure } = world
  if (!azure) throw new Error('The exercise needs Azure')
  const cluster = world.clusters().find(({ spec }) => url.startsWith(`https://${spec.host}`) && spec.flavor === 'aks')
  const token = cluster ? cluster.adminToken : world.token(url.startsWith('https://management.azure.com') ? 'arm' : 'aks')
  const headers = { authorization: `Bearer ${token}`, 'content-type': contentType, 'user-agent': 'kubectl/v1.35.4' }
  const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const response = await fetchFrom(world.internet, request, localPeer)
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) }
}

/** Steps 2 to 4: group, clusters, fleet, members, the role on the hub. */
export async function buildFleet(world: World): Promise<void> {
  const root = groupUrl(world)
  const fleet = `${root}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`
  await put(world, root, { location: 'eastus' }, '2024-11-01')
  for (const [name, location] of Object.entries(clusters)) {
    const pool = { name: 'nodepool1', count: 1, mode: 'System' }
    await put(
      world,
      `${root}/providers/Microsoft.ContainerService/managedClusters/${name}`,
      { location, properties: { dnsPrefix: name, agentPoolProfiles: [pool] } },
      '2025-08-01',
    )
  }
  await put(world, fleet, { location: 'eastus', properties: { hubProfile: {} } }, '2025-08-01-preview')
  for (const [index, name] of Object.keys(clusters).entries()) {
    const clusterResourceId = `${root.slice('https://management.azure.com'.length)}/providers/Microsoft.ContainerService/managedClusters/${name}`
    const properties = { clusterResourceId, group: `stage${index + 1}` }
    await put(world, `${fleet}/members/member-${name.split('-').at(-1)}`, { properties }, '2025-08-01-preview')
  }
}

/** Step 4's role assignment; in effect after a moment of world time. */
export async function authorize(world: World): Promise<void> {
  const fleet = `${groupUrl(world)}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`
  const { azure } = world
  const roleDefinitionId = `/subscriptions/${subscriptionId(world)}/providers/Microsoft.Authorization/roleDefinitions/18ab4d3d-a1bf-4477-8ad9-8359bc988f69`
  const properties = { roleDefinitionId, principalId: azure?.state().users[0]?.objectId ?? '', principalType: 'User' }
  const url = `${fleet}/providers/Microsoft.Authorization/roleAssignments/0b2a4dc1-6a4a-4d2c-8a43-3c1f1a1f1e01?api-version=2022-04-01`
  const { status, body } = await send(world, 'PUT', url, { properties })
  if (status !== 201) throw new Error(`The role assignment was refused: ${JSON.stringify(body)}`)
  await world.clock.advance(5000)
}

/** Step 5: namespace, deployment and service on the hub. */
export async function deployToHub(world: World): Promise<void> {
  const hub = hubUrl(world)
  const labels = { app: 'web' }
  const container = { name: 'web', image: 'mcr.microsoft.com/oss/nginx/nginx:1.25.5', ports: [{ containerPort: 80 }] }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } }
  await post(world, `${hub}/api/v1/namespaces`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet-demo' } })
  await post(world, `${hub}/apis/apps/v1/namespaces/fleet-demo/deployments`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec })
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 80 }] } }
  await post(world, `${hub}/api/v1/namespaces/fleet-demo/services`, service)
}

/** Step 6: the placement, given half a minute to become available. */
export async function place(world: World): Promise<void> {
  const spec = { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'fleet-demo' }], policy: { placementType: 'PickAll' } }
  const body = { apiVersion: 'placement.kubernetes-fleet.io/v1', kind: 'ClusterResourcePlacement', metadata: { name: 'fleet-demo-all' }, spec }
  await post(world, `${hubUrl(world)}/apis/placement.kubernetes-fleet.io/v1/clusterresourceplacements`, body)
  await world.clock.advance(30_000)
}

/** Step 7: the deployment on member-west is deleted, and twenty seconds pass. */
export async function drift(world: World): Promise<void> {
  await send(world, 'DELETE', `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments/web`)
  await world.clock.advance(20_000)
}

/** Step 8: the strategy with two stages. */
export async function stage(world: World): Promise<void> {
  const stages = [
    { name: 'stage-1-canary', groups: [{ name: 'stage1' }], afterStageWaitInSeconds: 900 },
    { name: 'stage-2-production', groups: [{ name: 'stage2' }] },
  ]
  const url = `${groupUrl(world)}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab/updateStrategies/safe-rollout`
  await put(world, url, { properties: { strategy: { stages } } }, '2025-08-01-preview')
}

/** The whole exercise. */
export async function playExercise(world: World): Promise<void> {
  for (const part of [buildFleet, authorize, deployToHub, place, drift, stage]) await part(world)
}

/** `https://…` of the fleet's hub. */
export function hubUrl(world: World): string {
  return urlOf(world.clusters().find(({ spec }) => spec.flavor === 'hub'))
}

/** `https://…` of a member's cluster. */
export function memberUrl(world: World, member: string): string {
  const cluster = world.memberships().find((membership) => membership.member === member)?.cluster
  return urlOf(world.clusters().find(({ spec }) => spec.id === cluster))
}

function urlOf(cluster: ReturnType<World['clusters']>[number] | undefined): string {
  if (!cluster) throw new Error('There is no such cluster')
  return `https://${cluster.spec.host}`
}

/** Id of the world's subscription. */
export function subscriptionId(world: World): string {
  return world.azure?.state().subscriptions[0]?.id ?? ''
}

function groupUrl(world: World): string {
  return `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/${group}`
}

async function put(world: World, url: string, body: JsonObject, apiVersion: string): Promise<void> {
  const answer = await send(world, 'PUT', `${url}?api-version=${apiVersion}`, body)
  if (answer.status >= 300) throw new Error(`PUT ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
  for (let tries = 0; tries < 100; tries += 1) {
    const { body: shown } = await send(world, 'GET', `${url}?api-version=${apiVersion}`)
    const properties = shown.properties as JsonObject | undefined
    if (properties?.provisioningState === 'Succeeded') return
    await world.clock.advance(1000)
  }
  throw new Error(`PUT ${url}: never succeeded`)
}

async function post(world: World, url: string, body: JsonObject): Promise<void> {
  const answer = await send(world, 'POST', url, body)
  if (answer.status !== 201) throw new Error(`POST ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
}
