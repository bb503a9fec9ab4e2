// What the bridges between Azure and Kubernetes stand on: the world's clusters, made and taken away by their specs.
import type { Azure } from '../../azure/arm-server.ts'
import type { Silence } from '../../controllers/fleet/index.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { FleetFile, WorldFile } from '../../labs/world-file.ts'
import type { Cluster, ClusterSpec } from '../cluster.ts'

/** How a member's cluster is tied to a hub; plain data, it stands in the snapshot. */
export interface Membership {
  readonly member: string
  /** Id of the member's cluster. */
  readonly cluster: string
  /** Id of the hub's cluster. */
  readonly hub: string
  /** True where the agent is a Deployment of the member, which starts and ends it. */
  readonly deployed?: boolean
  /** When the agent last ended, and when it began anew; absent if it has run ever since. */
  readonly silence?: Silence
}

/** The world as its bridges see it. */
export interface BridgeGround {
  readonly file: WorldFile
  readonly now: () => number
  /** When the world is to begin, ms; its births may be played before. */
  readonly born: number
  /** PEM of the world's CA. */
  readonly ca: string
  azure(): Azure
  cluster(id: string): Cluster | undefined
  /** Makes a cluster that lives on the internet under its host name. */
  addCluster(spec: ClusterSpec, own?: readonly KubernetesObject[]): Cluster
  removeCluster(id: string): void
  /** The cluster's API server is of another version from now on. */
  upgradeCluster(id: string, version: string): void
  /** A cluster off has no address on the internet and nothing works in it; on again, it goes on with what it had. */
  powerCluster(id: string, on: boolean): void
  /** A cluster's certificates and its administrator's token are others from now on. */
  renewCluster(id: string): void
  memberships(): readonly Membership[]
  setMemberships(memberships: readonly Membership[]): void
}

/** The member that an imported EndpointSlice is from, by its name: of the importer's own fleet. */
export function exporterOf(
  slice: string,
  { memberships, importer }: { readonly memberships: readonly Membership[]; readonly importer: string },
): Membership | undefined {
  const hubs = memberships.filter(({ cluster }) => cluster === importer).map(({ hub }) => hub)
  const fitting = memberships.filter(({ hub, member }) => hubs.includes(hub) && slice.startsWith(`${member}-`))
  return fitting.toSorted((a, b) => b.member.length - a.member.length)[0]
}

/** Settings of a fleet that the world file gives, with the defaults of a world that has none. */
export function fleetSettings(file: WorldFile): { hub: FleetFile['hub']; reservedNamespaces: WorldFile['reservedNamespaces'] } {
  const usual = { context: 'hub', webhooks: true, guardRail: true, networking: false, without: [] }
  return { hub: file.fleet?.hub ?? usual, reservedNamespaces: file.reservedNamespaces }
}
