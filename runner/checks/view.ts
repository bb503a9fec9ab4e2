// The clusters and Azure as a check sees them: over fetch, read-only, outside the learner's reach.
import type { JsonObject } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import { type KubernetesObject, parseApiVersion } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { Unreachable } from './verdict.ts'

/** One cluster, to be read. Missing objects and kinds are absent, not errors. */
export interface ClusterView {
  readonly name: string
  get(apiVersion: string, kind: string, key: { readonly name: string; readonly namespace?: string }): Promise<KubernetesObject | undefined>
  list(apiVersion: string, kind: string, namespace?: string): Promise<readonly KubernetesObject[]>
}

/** A member of the fleet and its cluster. */
export interface MemberView {
  /** Name of the member in the fleet. */
  readonly name: string
  readonly cluster: ClusterView
}

/** A fleet in Azure with its children, as ARM shows them. */
export interface FleetView {
  readonly name: string
  readonly id: string
  readonly hasHub: boolean
  readonly members: readonly JsonObject[]
  readonly strategies: readonly JsonObject[]
}

/** What a check may look at. */
export interface View {
  readonly parameters: Readonly<Record<string, string>>
  /** The fleet's hub, or undefined while there is none. */
  hub(): Promise<ClusterView | undefined>
  /** The fleet's members whose clusters exist, by name. */
  members(): Promise<readonly MemberView[]>
  /** Every fleet of the subscription, by name. */
  fleets(): Promise<readonly FleetView[]>
  /** Every managed cluster of the subscription, as ARM shows them. */
  managedClusters(): Promise<readonly JsonObject[]>
  /** Role assignments at a resource and above it, as ARM shows them. */
  roleAssignments(id: string): Promise<readonly JsonObject[]>
}

/** A cluster that a view is made over. */
export interface ClusterSource {
  readonly role: 'hub' | 'member'
  readonly name: string
  readonly client: Client
}

/** Reads ARM: the parsed answer of a GET. Paths start at the subscription's own, without `/subscriptions/…`. */
export interface AzureSource {
  get(path: string): Promise<{ readonly status: number; readonly body: JsonObject }>
  /** Calls back after anything in Azure changed. */
  onChange(listener: () => void): () => void
}

/** All that a view and a watcher are made over: a simulated world, or real clusters. */
export interface Surroundings {
  readonly azure?: AzureSource
  clusters(): readonly ClusterSource[]
  /** Calls back after clusters appeared, went or changed their role. */
  onChange(listener: () => void): () => void
  /** Who made the write that left an object at this resource version, where a request log tells. */
  writer(cluster: string, resourceVersion: string): string | undefined
  /** Calls back after a while, where a cluster that cannot be reached now may be later. */
  readonly later?: (again: () => void) => void
}

const clusterType = '/providers/Microsoft.ContainerService/managedClusters'
const fleetType = '/providers/Microsoft.ContainerService/fleets'
const apiVersion = 'api-version=2025-08-01-preview'

/** A view over surroundings with a lab's parameters. */
export function createView(surroundings: Surroundings, parameters: Readonly<Record<string, string>>): View {
  const ofRole = (role: ClusterSource['role']): readonly ClusterSource[] => surroundings.clusters().filter((cluster) => cluster.role === role)
  const azureHere = (): AzureSource => {
    if (!surroundings.azure) throw new Unreachable('Azure', 'there is no Azure to look at')
    return surroundings.azure
  }
  return {
    parameters,
    managedClusters: async () => listArm(azureHere(), `${clusterType}?api-version=2025-08-01`),
    roleAssignments: async (id) => listArm(azureHere(), `${pathOf(id)}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`),
    async hub() {
      const [hub] = ofRole('hub')
      return hub && clusterView(hub)
    },
    async members() {
      return ofRole('member').map((member) => ({ name: member.name, cluster: clusterView(member) }))
    },
    async fleets() {
      const azure = azureHere()
      const fleets = await listArm(azure, `${fleetType}?${apiVersion}`)
      return Promise.all(fleets.map((fleet) => fleetView(azure, fleet)))
    },
  }
}

async function fleetView(azure: AzureSource, fleet: JsonObject): Promise<FleetView> {
  const id = String(fleet.id)
  const path = pathOf(id)
  const properties = fleet.properties as JsonObject | undefined
  return {
    id,
    name: String(fleet.name),
    hasHub: properties?.hubProfile !== undefined && properties.hubProfile !== null,
    members: await listArm(azure, `${path}/members?${apiVersion}`),
    strategies: await listArm(azure, `${path}/updateStrategies?${apiVersion}`),
  }
}

/** Paths of an Azure source start below the subscription. */
function pathOf(id: string): string {
  return id.replace(/^\/subscriptions\/[^/]+/i, '')
}

async function listArm(azure: AzureSource, path: string): Promise<readonly JsonObject[]> {
  const { status, body } = await azure.get(path)
  if (status === 404) return []
  if (status !== 200) throw new Unreachable(`Azure, ${path.split('?')[0]}`, `ARM answered ${status}`)
  return Array.isArray(body.value) ? (body.value as readonly JsonObject[]) : []
}

function clusterView(source: ClusterSource): ClusterView {
  const reach = async <result>(what: string, read: () => Promise<result>): Promise<result> => {
    try {
      return await read()
    } catch (error) {
      throw new Unreachable(`${source.name}, ${what}`, error instanceof StatusError ? error.message : String(error))
    }
  }
  return {
    name: source.name,
    get: (apiVersion, kind, key) =>
      reach(`${kind} ${key.name}`, async () => {
        const resource = await source.client.resourceFor(apiVersion, kind)
        return resource && source.client.get(resource, key)
      }),
    list: (apiVersion, kind, namespace) =>
      reach(`${kind} of ${parseApiVersion(apiVersion).group || 'core'}`, async () => {
        const resource = await source.client.resourceFor(apiVersion, kind)
        if (!resource) return []
        return (await source.client.list(resource, namespace === undefined ? {} : { namespace })).items
      }),
  }
}
