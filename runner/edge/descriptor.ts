// What `world up` tells of a world: the descriptor and the kubeconfig, made from the world and its open ports.
import { formatKubeconfig } from '../world/kubeconfig.ts'
import type { World } from '../world/world.ts'
import type { Ports } from './loopback-ports.ts'

/** What `world up` writes: a contract. */
export interface Descriptor {
  readonly proxy: string
  readonly caFile: string
  readonly kubeconfig: string
  readonly clusters: Readonly<Record<string, { readonly server: string; readonly token: string; readonly context: string }>>
  readonly azure?: AzureDescriptor
  readonly clock: string
}

/** The cloud's part of it. */
export interface AzureDescriptor {
  readonly arm: string
  readonly entra: string
  readonly graph: string
  readonly direct: { readonly arm: string; readonly entra: string; readonly graph: string }
  readonly tenantId: string
  readonly subscriptionId: string
  readonly userName: string
  readonly password: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Where the cloud answers, in the descriptor's words. */
export const azureHosts = { arm: 'management.azure.com', entra: 'login.microsoftonline.com', graph: 'graph.microsoft.com' } as const

type Cluster = ReturnType<World['clusters']>[number]

function contextOf({ spec }: Cluster): string {
  return spec.context ?? spec.name
}

/** The clusters by name; one whose name another has too goes by its id. */
export function clustersPart(clusters: readonly Cluster[], servers: ReadonlyMap<string, string>): Descriptor['clusters'] {
  const parts: Record<string, Descriptor['clusters'][string]> = {}
  for (const cluster of clusters) {
    const { id, name } = cluster.spec
    parts[name in parts ? id : name] = { server: servers.get(id) ?? '', token: cluster.adminToken, context: contextOf(cluster) }
  }
  return parts
}

/** A kubeconfig with a context for each cluster, as its administrator. */
export function kubeconfigOf(clusters: readonly Cluster[], { servers, ca }: { servers: ReadonlyMap<string, string>; ca: string }): string {
  return formatKubeconfig(
    clusters.map((cluster) => {
      const { key, certificate } = cluster.adminCertificate()
      const context = contextOf(cluster)
      const credentials = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }
      return { context, cluster: cluster.spec.name, user: `${context}-admin`, server: servers.get(cluster.spec.id) ?? '', ca, credentials }
    }),
  )
}

/** The cloud's part, with the first user and the first application of its tenant; undefined for a world without one. */
export async function azurePart({ azure }: World, ports: Ports): Promise<AzureDescriptor | undefined> {
  if (!azure) return undefined
  const { tenant, subscriptions, users, servicePrincipals } = azure.state()
  const [user, application] = [users[0], servicePrincipals[0]]
  return {
    arm: `https://${azureHosts.arm}`,
    entra: `https://${azureHosts.entra}`,
    graph: `https://${azureHosts.graph}`,
    direct: {
      arm: await ports.url({ host: azureHosts.arm }),
      entra: await ports.url({ host: azureHosts.entra }),
      graph: await ports.url({ host: azureHosts.graph }),
    },
    tenantId: tenant.id,
    subscriptionId: subscriptions[0]?.id ?? '',
    userName: user?.userPrincipalName ?? '',
    password: user?.password ?? '',
    clientId: application?.appId ?? '',
    clientSecret: application?.secret ?? '',
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
