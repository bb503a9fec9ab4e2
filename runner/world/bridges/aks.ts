// A managed cluster in Azure becomes a cluster on the world's internet, and its kubeconfig opens it.

import { type AzureHooks, clusterKubeconfig } from '../../azure/hooks.ts'
import type { Resource } from '../../azure/state.ts'
import { localPeer } from '../../base/host.ts'
import { at } from '../../kubernetes/object.ts'
import type { Cluster, ClusterSpec } from '../cluster.ts'
import { encode } from '../kubeconfig.ts'
import type { BridgeGround } from './ground.ts'
import { runKubectl } from './kubectl.ts'
import { fitPools, type WantedPool } from './node-pools.ts'
import { upgradeNodes, upgrader } from './node-upgrade.ts'

/** The spec of the cluster behind a managed cluster. Its id is the resource's, in lower case. */
export function aksSpec(resource: Resource, options: { now: number; context?: string; without: readonly string[] }): ClusterSpec {
  const network = at(resource.body, 'properties', 'networkProfile')
  return {
    id: resource.id.toLowerCase(),
    name: resource.body.name,
    host: String(at(resource.body, 'properties', 'fqdn')),
    port: 443,
    flavor: 'aks',
    version: String(at(resource.body, 'properties', 'currentKubernetesVersion') ?? at(resource.body, 'properties', 'kubernetesVersion')),
    serviceCidr: String(at(network, 'serviceCidr') ?? '10.0.0.0/16'),
    podCidr: String(at(network, 'podCidr') ?? '10.244.0.0/16'),
    authorization: ['RBAC'],
    without: options.without,
    born: options.now,
    aks: aksFacts(resource),
    ...(options.context === undefined ? {} : { context: options.context }),
  }
}

function aksFacts(resource: Resource): NonNullable<ClusterSpec['aks']> {
  const [, , subscriptionId = '', , resourceGroup = ''] = resource.id.split('/')
  const pools = at(resource.body, 'properties', 'agentPoolProfiles')
  return {
    subscriptionId,
    resourceGroup,
    location: resource.body.location ?? '',
    nodeSuffix: String(resource.inner?.nodeSuffix ?? ''),
    nodePools: Array.isArray(pools) ? pools.map(poolFacts) : [],
  }
}

function poolFacts(pool: unknown): NonNullable<ClusterSpec['aks']>['nodePools'][number] {
  return {
    name: String(at(pool, 'name')),
    count: Number(at(pool, 'count') ?? 0),
    vmSize: String(at(pool, 'vmSize')),
    imageVersion: String(at(pool, 'nodeImageVersion')),
    mode: at(pool, 'mode') === 'User' ? 'User' : 'System',
  }
}

/** What a pool says of its nodes beside what they are born from. */
function wantedOf(resource: Resource, name: string, usual: string): Pick<WantedPool, 'version' | 'labels' | 'taints'> {
  const pools = at(resource.body, 'properties', 'agentPoolProfiles')
  const pool = Array.isArray(pools) ? pools.find((one) => at(one, 'name') === name) : undefined
  const taints = at(pool, 'nodeTaints')
  const labels = at(pool, 'nodeLabels')
  return {
    version: String(at(pool, 'currentOrchestratorVersion') ?? usual),
    ...(typeof labels === 'object' && labels !== null ? { labels: labels as Readonly<Record<string, string>> } : {}),
    ...(Array.isArray(taints) ? { taints: taints.map(taintOf) } : {}),
  }
}

/** `sku=gpu:NoSchedule` as a node has it. */
function taintOf(text: unknown): { readonly key: string; readonly value?: string; readonly effect: string } {
  const [, key = '', value, effect = 'NoSchedule'] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(String(text)) ?? []
  return { key, ...(value === undefined ? {} : { value }), effect }
}

/** What the world does when Azure makes, changes or deletes a managed cluster. */
export function aksHooks(ground: BridgeGround): NonNullable<AzureHooks['managedCluster']> {
  return {
    async created(resource) {
      // An operation that a killed process left unfinished ends once more.
      if (ground.cluster(resource.id.toLowerCase())) return
      const context = contextOf(ground, resource)
      ground.addCluster(aksSpec(resource, { now: ground.now(), without: ground.file.azure?.without ?? [], ...(context === undefined ? {} : { context }) }))
    },
    async updated(resource) {
      const cluster = ground.cluster(resource.id.toLowerCase())
      if (!cluster) return { done: true }
      const version = String(at(resource.body, 'properties', 'currentKubernetesVersion'))
      if (version !== (cluster.spec.upgraded ?? cluster.spec.version)) ground.upgradeCluster(cluster.spec.id, version)
      const facts = aksFacts(resource)
      const pools = facts.nodePools.map((pool) => ({ ...pool, ...wantedOf(resource, pool.name, version) }))
      // A cluster that was born without nodes is no more than an API server, and stays so.
      if (pools.every(({ count }) => count === 0)) return { done: true }
      return fitPools(cluster.clientOf(upgrader), { ...facts, clusterName: resource.body.name, version, now: ground.now() }, pools)
    },
    async command(resource, command, token) {
      const cluster = ground.cluster(resource.id.toLowerCase())
      if (!cluster) throw new Error(`The cluster ${resource.body.name} has not been made yet`)
      return runKubectl(command, (path, accept) => {
        const headers = { accept, authorization: `Bearer ${token ?? cluster.adminToken}`, 'user-agent': 'kubectl' }
        return cluster.server.host.fetch(new Request(`https://${cluster.spec.host}${path}`, { headers }), localPeer)
      })
    },
    async power(resource, on) {
      ground.powerCluster(resource.id.toLowerCase(), on)
    },
    async renewed(resource) {
      ground.renewCluster(resource.id.toLowerCase())
    },
    async deleted(resource) {
      ground.removeCluster(resource.id.toLowerCase())
    },
    async upgrade(resource, target) {
      const cluster = ground.cluster(resource.id.toLowerCase())
      if (!cluster) return { done: true }
      if (target.controlPlane !== undefined) ground.upgradeCluster(cluster.spec.id, target.controlPlane)
      return target.nodes ? upgradeNodes(cluster.clientOf(upgrader), target.nodes) : { done: true }
    },
    async credentials(resource, who) {
      const cluster = ground.cluster(resource.id.toLowerCase())
      if (!cluster) throw new Error(`The cluster ${resource.body.name} has not been made yet`)
      const named = { name: resource.body.name, group: resource.id.split('/')[4] ?? '', fqdn: cluster.spec.host, tenant: ground.azure().tenantId }
      return clusterKubeconfig(named, who, credentialsOf(cluster, ground))
    },
  }
}

function credentialsOf(cluster: Cluster, ground: BridgeGround): Parameters<typeof clusterKubeconfig>[2] {
  const pair = cluster.adminCertificate()
  return { certificateAuthority: encode(ground.ca), clientCertificate: encode(pair.certificate), clientKey: encode(pair.key), token: cluster.adminToken }
}

/** The context that a world file's fleet gives to a member's cluster. */
function contextOf(ground: BridgeGround, resource: Resource): string | undefined {
  const members = ground.file.fleet?.members
  if (!Array.isArray(members)) return undefined
  return members.find((member) => (member.cluster ?? member.name) === resource.body.name)?.context
}
