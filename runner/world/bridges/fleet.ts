// A fleet with a hub becomes a cluster that runs the hub agent; a member that joins gets a member agent of its own.

import { type AzureHooks, hubKubeconfig } from '../../azure/hooks.ts'
import type { Resource } from '../../azure/state.ts'
import { hubAccessObject, hubControllers, hubObjects, memberClusterObject, memberControllers, memberObjects } from '../../controllers/fleet/index.ts'
import { hubAgentUser, memberAgentUser, memberAgentUserOnHub } from '../../controllers/fleet/names.ts'
import type { Client } from '../../kubernetes/client.ts'
import { systemUser, type UserInfo } from '../../kubernetes/identity.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import type { Cluster, ClusterSpec } from '../cluster.ts'
import { encode } from '../kubeconfig.ts'
import { type BridgeGround, fleetSettings, type Membership } from './ground.ts'

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
  const { networking } = settings
  hub.run({
    name: 'hub-agent',
    definitions: hubControllers({ reservedNamespaces, networking }).filter(({ name }) => !hub.spec.without.includes(name)),
    user: hubAgent,
  })
}

/** Starts the member agent of one membership: when it joins, and when a world is restored. */
export function runMember(ground: BridgeGround, membership: Membership): void {
  const hub = ground.cluster(membership.hub)
  const member = ground.cluster(membership.cluster)
  if (!hub || !member) return
  const hubClient = hub.clientOf(hubUserOf(membership.member), 'work-api-agent')
  const name = `member-agent/${membership.member}`
  member.end(name)
  member.run({
    name,
    definitions: memberControllers({ memberName: membership.member, networking: fleetSettings(ground.file).hub.networking }).filter(
      ({ name }) => !member.spec.without.includes(name),
    ),
    others: { hub: hubClient },
    settings: { memberName: membership.member },
    user: memberAgent,
  })
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
    without: ['scheduler', 'kubelet', ...(ground.file.azure?.without ?? [])],
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
  if (member) for (const object of memberObjects(fleetSettings(ground.file).hub)) await createIfAbsent(member.clientOf(installer), object)
  await createIfAbsent(hub.clientOf(installer), hubAccessObject(membership.member))
  await createIfAbsent(hub.clientOf(installer), memberClusterObject({ name: membership.member, ...options }))
  // No cluster stands behind a connected one: the hub knows it, and never hears of it.
  if (!member) return
  ground.setMemberships([...ground.memberships(), membership])
  runMember(ground, membership)
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
