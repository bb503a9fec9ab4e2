// What a cluster and its pools may be upgraded to: computed from their versions, nothing is stored.
import type { JsonObject } from '../../../base/json.ts'
import { parentOf, type ResourceId } from '../../resource-id.ts'
import { type AzureContext, defineResourceType, propertiesOf } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { agentPools } from './agent-pools.ts'
import { nodeImages, offeredVersions, upgradesFrom } from './kubernetes-versions.ts'

const common = { apiVersions: agentPools.apiVersions, lowerCaseGroup: true, provisioned: false } as const

/** `managedClusters/{c}/upgradeProfiles/default`. */
export const clusterUpgradeProfiles = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/upgradeProfiles',
  read(id, context) {
    const cluster = parentResource(id, context)
    return cluster && named(id, 'Microsoft.ContainerService/ManagedClusters/upgradeProfiles', clusterProfile(cluster, context))
  },
})

/** `agentPools/{p}/upgradeProfiles/default`. */
export const poolUpgradeProfiles = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles',
  read(id, context) {
    const pool = parentResource(id, context)
    if (!pool) return undefined
    const type = 'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles'
    return named(id, type, { ...poolProfile(pool), latestNodeImageVersion: nodeImages.latest })
  },
})

/** `managedClusters/{c}/availableAgentPoolVersions`, asked for without a name. */
export const availablePoolVersions = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/availableAgentPoolVersions',
  single: true,
  read(id, context) {
    const cluster = parentResource(id, context)
    if (!cluster) return undefined
    const version = versionOf(cluster, 'currentKubernetesVersion')
    const versions = [version, ...offeredVersions.flatMap(({ patches }) => patches)].filter(
      (patch, index, all) => all.indexOf(patch) === index && !upgradesFrom(version).includes(patch),
    )
    const agentPoolVersions = versions.map((kubernetesVersion) =>
      kubernetesVersion === version ? { kubernetesVersion, default: true } : { kubernetesVersion },
    )
    return named(id, 'Microsoft.ContainerService/ManagedClusters/availableAgentpoolVersions', { agentPoolVersions })
  },
})

/** `managedClusters/{c}/maintenanceConfigurations`: stored as they are given. */
export const maintenanceConfigurations = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations',
  put: ({ body }) => ({ body: { properties: body.properties ?? {} } }),
  remove: () => undefined,
})

function clusterProfile(cluster: Resource, context: AzureContext): JsonObject {
  const pools = context.store.children(cluster.id, agentPools.type)
  return {
    controlPlaneProfile: profile(versionOf(cluster, 'currentKubernetesVersion'), upgradesFrom(versionOf(cluster, 'currentKubernetesVersion'))),
    agentPoolProfiles: pools.map((pool) => ({ ...poolProfile(pool), name: pool.body.name })),
  }
}

/** What a pool may go to; its control plane must be there first. */
function poolProfile(pool: Resource): JsonObject {
  const version = versionOf(pool, 'currentOrchestratorVersion')
  return profile(version, upgradesFrom(version))
}

function profile(kubernetesVersion: string, upgrades: readonly string[]): JsonObject {
  return { kubernetesVersion, osType: 'Linux', upgrades: upgrades.map((version) => ({ kubernetesVersion: version })) }
}

function named(id: ResourceId, type: string, properties: JsonObject): JsonObject {
  return { id: id.replace(/\/upgradeProfiles\//i, '/upgradeprofiles/'), name: 'default', type, properties }
}

function parentResource(id: ResourceId, context: AzureContext): Resource | undefined {
  return context.store.get(parentOf(id) ?? '')
}

function versionOf(resource: Resource, property: string): string {
  return String(propertiesOf(resource)[property] ?? '')
}
