// Plays a world file's beginning: its clusters, what stands in its Azure, its fleet with the members that have joined.
import type { Activity } from '../../base/activity.ts'
import type { WorldClock } from '../../base/clock.ts'
import { localPeer } from '../../base/host.ts'
import type { JsonObject } from '../../base/json.ts'
import { fleetMembers, type WorldFile } from '../../labs/world-file.ts'
import { ownerToken, subscriptionOf } from '../azure-birth.ts'
import { installHub, joinFleet } from '../bridges/fleet.ts'
import type { BridgeGround } from '../bridges/ground.ts'
import { addFileCluster, usualCluster } from './file-cluster.ts'

/** Makes everything that the file says is there when the world begins; time goes on meanwhile. */
export async function playBirth(file: WorldFile, options: { ground: BridgeGround; clock: WorldClock; activity: Activity }): Promise<void> {
  const { ground, clock, activity } = options
  for (const cluster of file.clusters) await addFileCluster(ground, cluster)
  if (file.azure) await playAzure(file, ground, clock)
  else if (file.fleet) await playPlainFleet(file, ground)
  await activity.settled()
}

/** How long a fleet is given to settle before its world begins, in world ms. */
export const settlingTime = 120_000

interface ArmCall {
  readonly id: string
  readonly apiVersion: string
  readonly body: JsonObject
}

async function playAzure(file: WorldFile, ground: BridgeGround, clock: WorldClock): Promise<void> {
  const calls = [...groupCalls(file, ground), ...(file.azure?.resources ?? []).map(resourceCall)]
  for (const call of calls) await put(ground, clock, call)
  if (!file.fleet) return
  for (const wave of fleetCalls(file, ground)) {
    for (const call of wave) await put(ground, clock, call)
  }
  await clock.advance(Math.max(0, ground.born - clock.now()))
}

function root(ground: BridgeGround): string {
  return `/subscriptions/${subscriptionOf(ground.azure())}/resourceGroups`
}

function groupCalls(file: WorldFile, ground: BridgeGround): ArmCall[] {
  const groups = [...(file.azure?.groups ?? []), ...(file.fleet ? [{ name: file.fleet.group, location: file.fleet.location }] : [])]
  return groups.map(({ name, location }) => ({ id: `${root(ground)}/${name}`, apiVersion: '2024-11-01', body: { location } }))
}

function resourceCall(resource: NonNullable<WorldFile['azure']>['resources'][number]): ArmCall {
  const { id, location, properties } = resource
  return { id, apiVersion: '2025-08-01', body: { ...(location === undefined ? {} : { location }), properties: (properties ?? {}) as JsonObject } }
}

/** Clusters first, then the fleet, then its members: each wave is settled before the next. */
function fleetCalls(file: WorldFile, ground: BridgeGround): ArmCall[][] {
  const { fleet } = file
  if (!fleet) return []
  const containers = `${root(ground)}/${fleet.group}/providers/Microsoft.ContainerService`
  const fleetId = `${containers}/fleets/${fleet.name}`
  const members = fleetMembers(fleet)
  const clusterId = (member: (typeof members)[number]): string => `${containers}/managedClusters/${member.cluster ?? member.name}`
  const clusters = members.map((member) => ({ id: clusterId(member), apiVersion: '2025-08-01', body: clusterBody(member) }))
  const hub = { id: fleetId, apiVersion: '2025-08-01-preview', body: { location: fleet.location, properties: { hubProfile: {} } } }
  const joins = members.map((member) => ({
    id: `${fleetId}/members/${member.name}`,
    apiVersion: '2025-08-01-preview',
    body: memberBody(member, clusterId(member)),
  }))
  return [clusters, [hub], joins]
}

function clusterBody(member: ReturnType<typeof fleetMembers>[number]): JsonObject {
  const pool = { name: 'nodepool1', count: member.nodes, mode: 'System', osType: 'Linux', type: 'VirtualMachineScaleSets' }
  return {
    location: member.location,
    identity: { type: 'SystemAssigned' },
    properties: { dnsPrefix: member.cluster ?? member.name, agentPoolProfiles: [pool] },
  }
}

function memberBody(member: ReturnType<typeof fleetMembers>[number], clusterResourceId: string): JsonObject {
  const { updateGroup, labels } = member
  return {
    properties: { clusterResourceId, ...(updateGroup === undefined ? {} : { group: updateGroup }), ...(Object.keys(labels).length === 0 ? {} : { labels }) },
  }
}

/** PUTs a resource as the owner and waits until its operation is over. */
async function put(ground: BridgeGround, clock: WorldClock, call: ArmCall): Promise<void> {
  const answer = await ask(ground, 'PUT', call)
  if (answer.status >= 300) throw new Error(`The world file's resource ${call.id} was refused: ${JSON.stringify(answer.body)}`)
  for (let tries = 0; tries < patience; tries += 1) {
    const state = String((await ask(ground, 'GET', call)).body.properties?.provisioningState)
    if (state === 'Succeeded') return
    if (state === 'Failed' || state === 'Canceled') throw new Error(`The world file's resource ${call.id} ended as ${state}`)
    await clock.advance(Math.max(1000, (clock.next() ?? 0) - clock.now()))
  }
  throw new Error(`The world file's resource ${call.id} does not come to an end`)
}

const patience = 10_000

async function ask(ground: BridgeGround, method: string, call: ArmCall): Promise<{ status: number; body: { properties?: JsonObject } }> {
  const azure = ground.azure()
  const token = ownerToken(azure, 'arm')
  const request = new Request(`https://management.azure.com${call.id}?api-version=${call.apiVersion}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'PUT' ? { body: JSON.stringify(call.body) } : {}),
  })
  const host = azure.hosts['management.azure.com']
  if (!host) throw new Error('This world has no ARM')
  const response = await host.fetch(request, localPeer)
  return { status: response.status, body: (await response.json()) as { properties?: JsonObject } }
}

/** A fleet without an Azure around it: the hub and the members are plain clusters. */
async function playPlainFleet(file: WorldFile, ground: BridgeGround): Promise<void> {
  const { fleet } = file
  if (!fleet) return
  const hub = await addFileCluster(
    ground,
    usualCluster({ name: 'hub', context: fleet.hub.context, nodes: 0, flavor: 'hub', without: ['scheduler', 'kubelet', ...fleet.hub.without] }),
  )
  await installHub(hub, ground)
  for (const member of fleetMembers(fleet)) {
    const context = member.context ?? member.name
    const cluster = await addFileCluster(ground, usualCluster({ name: member.name, context, nodes: member.nodes, flavor: 'plain', without: member.without }))
    await joinFleet(ground, { member: member.name, hub: hub.spec.id, cluster: cluster.spec.id }, { labels: plainLabels(member), taints: member.taints })
  }
}

function plainLabels(member: ReturnType<typeof fleetMembers>[number]): Readonly<Record<string, string>> {
  return {
    'fleet.azure.com/location': member.location,
    'fleet.azure.com/resource-group': 'fleet',
    'fleet.azure.com/subscription-id': 'subscription',
    ...member.labels,
  }
}
