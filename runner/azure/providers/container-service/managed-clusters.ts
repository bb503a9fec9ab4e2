// Microsoft.ContainerService/managedClusters: AKS. The cluster behind one is the world's, reached by hooks.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, resourceId } from '../../resource-id.ts'
import { type AzureContext, type Completion, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource, ResourceBody } from '../../state.ts'
import { completePool } from './agent-pool-profile.ts'
import { agentPools, putPool, settlePools } from './agent-pools.ts'
import { clusterActions, refuseStopped, withoutPools } from './cluster-actions.ts'
import { clusterBusy } from './cluster-busy.ts'
import { fitCluster } from './fit-cluster.ts'
import { clusterBody, missing } from './managed-cluster-body.ts'
import { runCommand } from './run-command.ts'

const minutes = 60_000
const createPhases = [
  'InProgress',
  'ProvisioningNetworkResources',
  'ProvisioningControlPlane',
  'ReconcilingDNS',
  'CreatingAgentPools: 0/1 nodes completed',
  'CreatingAgentPools: 1/1 nodes completed',
]

/** The row of managed clusters. */
export const managedClusters = defineResourceType({
  type: 'Microsoft.ContainerService/managedClusters',
  shownType: 'Microsoft.ContainerService/ManagedClusters',
  apiVersions: ['2026-06-01', '2026-05-01', '2026-04-01', '2025-10-01', '2025-08-01', '2022-11-01'],
  asyncVersion: '2025-03-01',
  lowerCaseGroup: true,
  tracked: true,
  name: {
    pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
    refuse: (name) =>
      error(
        400,
        'InvalidParameter',
        `The value of parameter name is invalid. Error details: The managed cluster name '${name}' may only contain letters, numbers, hyphens and underscores, must begin and end with a letter or number, and be at most 63 characters long. Please see https://aka.ms/aks-naming-rules for more details.`,
      ),
  },
  eTag: (context) => context.requestId(),
  busy: (cluster) => clusterBusy(nameOf(cluster.id), String(propertiesOf(cluster).provisioningState)),
  put,
  patch(request) {
    refuseStopped(request.old)
    const tags = isObject(request.body.tags) ? request.body.tags : request.old.body.tags
    return { body: { ...request.old.body, ...(tags === undefined ? {} : { tags }) }, operation: { state: 'Updating', takes: { real: minutes } } }
  },
  remove: () => ({ state: 'Deleting', takes: { real: 4 * minutes } }),
  complete,
  removed: async (cluster, context) => context.hooks.managedCluster?.deleted?.(cluster),
  present,
  actions: [...clusterActions, runCommand],
})

function put(request: WriteRequest): Draft {
  const { id, old, context } = request
  if (old) refuseStopped(old)
  const body = clusterBody(request)
  const profiles = profilesOf(request.body)
  if (!old && profiles.length === 0) throw missing('agentPoolProfiles')
  const properties = isObject(body.properties) ? body.properties : {}
  const setting = {
    location: String(body.location),
    version: String(properties.kubernetesVersion),
    currentVersion: String(properties.currentKubernetesVersion),
  }
  const state = stateOf(old, setting.currentVersion)
  const pools = profiles.map((profile) => {
    const poolId = resourceId(`${id}/agentPools/${String(profile.name)}`)
    const before = context.store.get(poolId)
    const mode = before || profiles.some((one) => one.mode === 'System') ? {} : { mode: 'System' }
    return { poolId, properties: completePool({ ...mode, ...profile }, { ...setting, ...(before ? { old: propertiesOf(before) } : {}) }) }
  })
  for (const pool of pools) putPool(pool.poolId, pool.properties, state, context)
  const inner = old?.inner ?? { nodeSuffix: context.random.letters(8, '0123456789') }
  const takes = { real: state === 'Creating' ? 3.5 * minutes : state === 'Upgrading' ? 10 * minutes : minutes }
  return { body, inner, operation: { state, takes, ...(old ? {} : { phases: createPhases }) } }
}

function stateOf(old: Resource | undefined, version: string): string {
  if (!old) return 'Creating'
  return propertiesOf(old).currentKubernetesVersion === version ? 'Updating' : 'Upgrading'
}

function profilesOf(body: JsonObject): JsonObject[] {
  const properties = isObject(body.properties) ? body.properties : {}
  const profiles = properties.agentPoolProfiles
  const listed = Array.isArray(profiles) ? profiles.filter(isObject) : []
  const nameless = listed.find((profile) => typeof profile.name !== 'string' || profile.name === '')
  if (nameless) throw missing('agentPoolProfile.name')
  return listed
}

async function complete({ resource, operation, context }: Completion): Promise<{ body?: JsonObject; again?: number } | undefined> {
  const hooks = context.hooks.managedCluster
  const body = powerAfter(resource, operation.verb)
  if (operation.verb === 'rotateclustercertificates') await hooks?.renewed?.(resource)
  if (body) await hooks?.power?.(resource, operation.verb === 'start')
  else if (!operation.created) {
    const again = await fitCluster(resource, context)
    if (again !== undefined) return { again }
  }
  settlePools(resource.id, context)
  const now = { ...resource, body: present({ ...resource, body: { ...resource.body, ...body } }, context) }
  if (operation.created) await hooks?.created?.(now)
  return body && { body }
}

function powerAfter(cluster: Resource, verb: string): { properties: JsonObject } | undefined {
  const code = { start: 'Running', stop: 'Stopped' }[verb]
  return code === undefined ? undefined : { properties: { ...withoutPools(cluster), powerState: { code } } }
}

function present(cluster: Resource, context: AzureContext): ResourceBody {
  const profiles = context.store.children(cluster.id, agentPools.type).map((pool) => ({ name: pool.body.name, ...propertiesOf(pool) }))
  const { provisioningState, powerState, kubernetesVersion, currentKubernetesVersion, dnsPrefix, fqdn, azurePortalFQDN, ...rest } = propertiesOf(cluster)
  const first = { provisioningState, powerState, kubernetesVersion, currentKubernetesVersion, dnsPrefix, fqdn, azurePortalFQDN }
  return { ...cluster.body, properties: { ...first, agentPoolProfiles: profiles, ...rest } }
}
