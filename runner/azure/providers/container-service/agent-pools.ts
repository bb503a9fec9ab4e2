// Microsoft.ContainerService/managedClusters/agentPools: the node pools of a cluster, written by themselves or with their cluster.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, type ResourceId } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, isSettled, propertiesOf, provisioningState, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { completePool } from './agent-pool-profile.ts'
import { fitCluster } from './fit-cluster.ts'
import { nodeImages } from './kubernetes-versions.ts'

const minutes = 60_000

/** The row of node pools. */
export const agentPools = defineResourceType({
  type: 'Microsoft.ContainerService/managedClusters/agentPools',
  apiVersions: ['2026-06-01', '2026-05-01', '2026-04-01', '2025-10-01', '2025-08-01', '2022-11-01'],
  asyncVersion: '2025-03-01',
  lowerCaseGroup: true,
  name: {
    pattern: /^[a-z][a-z0-9]{0,11}$/,
    refuse: (name) =>
      error(
        400,
        'InvalidParameter',
        `The value of parameter agentPool.name is invalid. Error details: agentPool.name '${name}' may only contain lowercase alphanumeric characters, must begin with a lowercase letter, and be at most 12 characters long. Please see https://aka.ms/aks-naming-rules for more details.`,
      ),
  },
  busy: (pool) => poolBusy(pool.body.name, provisioningState(pool)),
  put(request): Draft {
    const cluster = clusterOf(request)
    const properties = completePool(objectOf(request.body.properties), settingOf(cluster, request.old))
    const state = request.old ? 'Updating' : 'Creating'
    return { body: { properties: { ...properties, eTag: request.context.requestId() } }, operation: { state, takes: { real: 2 * minutes } } }
  },
  remove(request) {
    const others = request.context.store.children(clusterOf(request).id, agentPools.type).filter((pool) => pool.id !== request.old.id)
    if (!others.some((pool) => propertiesOf(pool).mode === 'System'))
      throw error(
        400,
        'OperationNotAllowed',
        'There has to be at least one system agent pool. For more information, please check https://aka.ms/aks/system-pool',
      )
    return { state: 'Deleting', takes: { real: 2 * minutes } }
  },
  async complete({ resource, operation, context }) {
    const { nodeImageVersion } = propertiesOf(resource)
    const image = operation.verb === 'upgradenodeimageversion' ? nodeImages.latest : nodeImageVersion
    const properties: JsonObject = { ...propertiesOf(resource), ...(image === undefined ? {} : { nodeImageVersion: image }), eTag: context.requestId() }
    const cluster = context.store.get(parentOf(resource.id) ?? '')
    const after = { ...resource, body: { ...resource.body, properties } }
    context.store.put(after)
    const again = cluster && (await fitCluster(shownCluster(cluster, context), context))
    return again === undefined ? { body: { properties } } : { again }
  },
  async leaving({ resource, context }) {
    const cluster = context.store.get(parentOf(resource.id) ?? '')
    return cluster && fitCluster(shownCluster(cluster, context, resource), context)
  },
  actions: [
    {
      name: 'upgradeNodeImageVersion',
      run: ({ old }) => ({ draft: { body: old.body, operation: { state: 'UpgradingNodeImageVersion', takes: { real: 5 * minutes } } } }),
    },
  ],
})

/** Stores a pool that came with its cluster; it has no operation of its own. */
export function putPool(id: ResourceId, properties: JsonObject, state: string, context: AzureContext): void {
  const body = { id, name: nameOf(id), type: agentPools.type, properties: { ...properties, provisioningState: state, eTag: context.requestId() } }
  context.store.put({ id, type: agentPools.type, body })
}

/** Ends what runs on a cluster's pools with the cluster's own operation. */
export function settlePools(cluster: ResourceId, context: AzureContext): void {
  for (const pool of context.store.children(cluster, agentPools.type)) {
    if (isSettled(pool)) continue
    const properties = { ...propertiesOf(pool), provisioningState: 'Succeeded', eTag: context.requestId() }
    context.store.put({ ...pool, body: { ...pool.body, properties } })
  }
}

/** The cluster with its pools, but for one that goes. */
function shownCluster(cluster: Resource, context: AzureContext, without?: Resource): Resource {
  const pools = context.store.children(cluster.id, agentPools.type).filter(({ id }) => id !== without?.id)
  const profiles = pools.map((pool) => ({ name: pool.body.name, ...propertiesOf(pool) }))
  return { ...cluster, body: { ...cluster.body, properties: { ...propertiesOf(cluster), agentPoolProfiles: profiles } } }
}

function clusterOf({ id, context }: WriteRequest): Resource {
  const cluster = context.store.get(parentOf(id) ?? '')
  if (!cluster) throw error(404, 'NotFound', 'Could not find the managed cluster.')
  if (!isSettled(cluster)) throw poolBusy(cluster.body.name, provisioningState(cluster))
  return cluster
}

function settingOf(cluster: Resource, old: Resource | undefined): Parameters<typeof completePool>[1] {
  const { kubernetesVersion, currentKubernetesVersion } = propertiesOf(cluster)
  const setting = { location: cluster.body.location ?? '', version: String(kubernetesVersion), currentVersion: String(currentKubernetesVersion) }
  return old ? { ...setting, old: propertiesOf(old) } : setting
}

function poolBusy(name: string, state: string): ReturnType<typeof error> {
  return error(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: Another operation (${name} - ${state}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  )
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
