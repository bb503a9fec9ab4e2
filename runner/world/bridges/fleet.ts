// A fleet with a hub becomes a cluster that runs the hub agent; a member that joins gets a member agent of its own.

import { type AzureHooks, hubKubeconfig } from '../../azure/hooks.ts'
import type { Resource } from '../../azure/state.ts'
import { hubAccessObject, hubControllers, hubObjects, memberClusterObject, memberControllers, memberObjects } from '../../controllers/fleet/index.ts'
import { hubAgentUser, memberAgentUser, memberAgentUserOnHub } from '../../controllers/fleet/names.ts'
import type { Client } from '../../kubernetes/client.ts'
import { systemUser, type UserInfo } from '../../kubernetes/identity.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { fleetMembers, type MemberFile } from '../../labs/world-file.ts'
import type { Cluster, ClusterSpec } from '../cluster.ts'
import { encode } from '../kubeconfig.ts'
import { type BridgeGround, fleetSettings, type Membership } from './ground.ts'
import { agentProcess, hasNodes, memberAgentObjects } from './member-agent.ts'
import { trafficManagersOf } from './traffic-managers.ts'

/** The user that the member agent is on its member: a service account of the agent's own namespace. */
const memberAgent: UserInfo = {
  name: memberAgentUser,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:fleet-system', 'system:authenticated', 'system:masters'],
}

/** Azure's own hand, which installs agents and joins members. */
const installer = systemUser('aks-service')

const hubAgent: UserInfo = { ...memberAgent, name: hubAgentUser }

/** What the world does when Azure makes a fleet's hub, and when members join and leave. */
export function fleetHooks(ground: BridgeGround): Required<Pick<AzureHooks, 'fleet' | 'member'>> {
  return {
    fleet: {
      async created(fleet) {
        const known = ground.cluster(fleet.id.toLowerCase())
        await installHub(known ?? ground.addCluster(hubSpec(fleet, ground)), ground)
      },
      async deleted(fleet) {
        ground.removeCluster(fleet.id.toLowerCase())
      },
      async credentials(fleet) {
        const named = {
          name: fleet.body.name,
          group: fleet.id.split('/')[4] ?? '',
          location: fleet.body.location ?? '',
          fqdn: fqdnOf(fleet),
          tenant: ground.azure().tenantId,
        }
        return hubKubeconfig(named, encode(ground.ca))
      },
    },
    member: {
      async joined(member, fleet, cluster) {
        await joinFleet(ground, { member: member.body.name, hub: fleet.id.toLowerCase(), cluster: cluster.id.toLowerCase() }, { labels: labelsOf(member) })
      },
      async updated(member, fleet) {
        await relabel(ground, { hub: fleet.id.toLowerCase(), name: member.body.name }, labelsOf(member))
      },
      async left(member, fleet) {
        await leave(ground, { hub: fleet.id.toLowerCase(), name: member.body.name })
      },
    },
  }
}

/** Makes a cluster a hub: KubeFleet's definitions and namespaces, then the hub agent at work. */
export async function installHub(hub: Cluster, ground: BridgeGround): Promise<void> {
  for (const object of hubObjects(fleetSettings(ground.file).hub)) await createIfAbsent(hub.clientOf(installer), object)
  runHub(hub, ground)
}

/** Starts the hub agent's controllers on a hub: at its birth, and when a world is restored. */
export function runHub(hub: Cluster, ground: BridgeGround): void {
  const { reservedNamespaces, hub: settings } = fleetSettings(ground.file)
  hub.run({
    name: 'hub-agent',
    definitions: hubControllers({ ...settings, reservedNamespaces, trafficManagers: trafficManagersOf(ground), without: hub.spec.without }),
    user: hubAgent,
  })
}

/** Starts the member agent of one membership, and what looks after it: when it joins, and when a world is restored. */
export function runMember(ground: BridgeGround, membership: Membership): void {
  const member = ground.cluster(membership.cluster)
  if (!member) return
  if (runsAgent(membership)) runAgent(ground, membership)
  const process = agentProcess((runs) => setAgent(ground, membership, runs))
  if (membership.deployed) member.run({ name: `member-agent-process/${membership.member}`, definitions: [process] })
}

function runsAgent({ silence }: Membership): boolean {
  return silence === undefined || silence.until !== undefined
}

function runAgent(ground: BridgeGround, { member: memberName, hub, cluster, silence }: Membership): void {
  const member = ground.cluster(cluster)
  const hubClient = ground.cluster(hub)?.clientOf(hubUserOf(memberName), 'work-api-agent')
  if (!hubClient || !member) return
  const without = withoutOf(ground, memberName, member)
  const definitions = memberControllers({ memberName, networking: fleetSettings(ground.file).hub.networking, without })
  member.run({
    name: agentSet(memberName),
    definitions,
    others: { hub: hubClient },
    settings: {
      memberName,
      propertyProvider: providerOf(ground, memberName, member),
      ...publicAddresses(member),
      ...(silence ? { begun: String(silence.until) } : {}),
    },
    user: memberAgent,
  })
}

function agentSet(member: string): string {
  return `member-agent/${member}`
}

/** Where Azure keeps the public addresses of an AKS cluster's load balancer. */
function publicAddresses({ spec }: Cluster): Readonly<Record<string, string>> {
  if (!spec.aks) return {}
  const { subscriptionId, resourceGroup, location } = spec.aks
  const group = `MC_${resourceGroup}_${spec.name}_${location}`
  return { publicAddresses: `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/publicIPAddresses` }
}

/** AKS clusters have Azure's property provider. */
function providerOf(ground: BridgeGround, name: string, { spec }: Cluster): string {
  return memberFile(ground, name)?.propertyProvider ?? (spec.flavor === 'aks' ? 'azure' : 'none')
}

function memberFile({ file }: BridgeGround, name: string): MemberFile | undefined {
  return file.fleet && fleetMembers(file.fleet).find((member) => member.name === name)
}

/** What is left out of a member's agent: by its cluster, or by the world file's fleet. */
function withoutOf(ground: BridgeGround, name: string, { spec }: Cluster): readonly string[] {
  return [...spec.without, ...(memberFile(ground, name)?.without ?? [])]
}

/** The agent's process has ended, or has begun anew: then it reports at once, and the hub hears of it. */
function setAgent(ground: BridgeGround, { hub, member: name }: Membership, runs: boolean): void {
  const membership = ground.memberships().find((each) => each.hub === hub && each.member === name)
  if (!membership || runs === runsAgent(membership)) return
  const { since = ground.now() } = membership.silence ?? {}
  const next: Membership = { ...membership, silence: runs ? { since, until: ground.now() } : { since: ground.now() } }
  ground.setMemberships(ground.memberships().map((each) => (each === membership ? next : each)))
  if (runs) runAgent(ground, next)
  else ground.cluster(next.cluster)?.end(agentSet(name))
}

function hubSpec(fleet: Resource, ground: BridgeGround): ClusterSpec {
  const version = String(at(fleet.body, 'properties', 'hubProfile', 'kubernetesVersion') ?? '1.34.0')
  return {
    id: fleet.id.toLowerCase(),
    name: 'hub',
    host: fqdnOf(fleet),
    port: 443,
    flavor: 'hub',
    version,
    serviceCidr: '10.0.0.0/16',
    podCidr: '10.244.0.0/16',
    authorization: ['RBAC'],
    without: ['scheduler', 'kubelet', ...(ground.file.azure?.without ?? []), ...fleetSettings(ground.file).hub.without],
    born: ground.now(),
    ...(ground.file.fleet ? { context: ground.file.fleet.hub.context } : {}),
  }
}

function fqdnOf(fleet: Resource): string {
  return String(at(fleet.body, 'properties', 'hubProfile', 'fqdn'))
}

/** What a member is joined with, beside its name. */
export interface JoinOptions {
  readonly labels: Readonly<Record<string, string>>
  readonly taints?: readonly unknown[]
}

/** Joins a cluster to a hub: the agent's objects on the member, a MemberCluster on the hub, and the agent at work. */
export async function joinFleet(ground: BridgeGround, membership: Membership, options: JoinOptions): Promise<void> {
  const hub = ground.cluster(membership.hub)
  const member = ground.cluster(membership.cluster)
  if (!hub) return
  if (!member) {
    // No cluster stands behind a connected one: the hub knows it, and never hears of it.
    await createIfAbsent(hub.clientOf(installer), hubAccessObject(membership.member))
    await createIfAbsent(hub.clientOf(installer), memberClusterObject({ name: membership.member, ...options }))
    return
  }
  const onMember = member.clientOf(installer)
  for (const object of memberObjects(fleetSettings(ground.file).hub)) await createIfAbsent(onMember, object)
  const deployed = (await hasNodes(onMember)) && !withoutOf(ground, membership.member, member).includes('member-agent')
  if (deployed) for (const object of memberAgentObjects(membership.member)) await createIfAbsent(onMember, object)
  await createIfAbsent(hub.clientOf(installer), hubAccessObject(membership.member))
  await createIfAbsent(hub.clientOf(installer), memberClusterObject({ name: membership.member, ...options }))
  const joined: Membership = deployed ? { ...membership, deployed } : membership
  ground.setMemberships([...ground.memberships(), joined])
  runMember(ground, joined)
}

async function leave(ground: BridgeGround, of: { hub: string; name: string }): Promise<void> {
  const membership = ground.memberships().find(({ hub, member }) => hub === of.hub && member === of.name)
  const hub = ground.cluster(of.hub)
  if (!hub) return
  const client = hub.clientOf(installer)
  const resource = await client.resourceFor('cluster.kubernetes-fleet.io/v1beta1', 'MemberCluster')
  if (resource) await client.delete(resource, { name: of.name }).catch(ignoreMissing)
  ground.setMemberships(ground.memberships().filter((entry) => entry !== membership))
}

async function relabel(ground: BridgeGround, of: { hub: string; name: string }, labels: Readonly<Record<string, string>>): Promise<void> {
  const client = ground.cluster(of.hub)?.clientOf(installer)
  const resource = await client?.resourceFor('cluster.kubernetes-fleet.io/v1beta1', 'MemberCluster')
  if (client && resource) await client.patch(resource, { name: of.name }, { metadata: { labels } }, { type: 'merge' }).catch(ignoreMissing)
}

/** Who a member's agent is to its hub: the identity that the MemberCluster names. */
function hubUserOf(member: string): UserInfo {
  return { name: memberAgentUserOnHub(member), groups: ['system:serviceaccounts', 'system:serviceaccounts:fleet-system', 'system:authenticated'] }
}

function labelsOf(member: Resource): Readonly<Record<string, string>> {
  const labels = at(member.body, 'properties', 'labels')
  return typeof labels === 'object' && labels !== null && !Array.isArray(labels) ? (labels as Readonly<Record<string, string>>) : {}
}

async function createIfAbsent(client: Client, object: KubernetesObject): Promise<void> {
  const resource = await client.resourceFor(object.apiVersion, object.kind)
  if (!resource) throw new Error(`${object.kind} of ${object.apiVersion} is not served`)
  await client.create(resource, object).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error
  })
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error
}
