// What hangs on managed clusters beside their pools: access profiles, machines, addresses that they need, snapshots of pools.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { type CredentialHolder, credentialNames } from '../../hooks.ts'
import { nameOf, parentOf, type ResourceId, resourceId } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { agentPools } from './agent-pools.ts'
import { kubeconfigOf } from './cluster-actions.ts'
import outboundEndpoints from './outbound-endpoints.json' with { type: 'json' }

const common = { apiVersions: agentPools.apiVersions, lowerCaseGroup: true } as const

/** `managedClusters/{c}/accessProfiles/{clusterUser|clusterAdmin}`, and its `listCredential`: the older way to a kubeconfig. */
export const accessProfiles = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/accessProfiles',
  provisioned: false,
  missing: (id) => error(404, 'NotFound', `The access profile '${nameOf(id)}' could not be found.`),
  actions: [
    {
      name: 'listCredential',
      anew: true,
      async run({ id, name, context }) {
        const cluster = context.store.get(parentOf(id) ?? '')
        const who = Object.entries(credentialNames).find(([, one]) => one.toLowerCase() === name.toLowerCase())?.[0] as CredentialHolder | undefined
        if (!cluster || !who) throw error(404, 'NotFound', `The access profile '${name}' could not be found.`)
        const properties = { kubeConfig: await kubeconfigOf(cluster, who, context) }
        return { body: { id, name, type: 'Microsoft.ContainerService/ManagedClusters/AccessProfiles', location: cluster.body.location ?? '', properties } }
      },
    },
  ],
})

/** `agentPools/{p}/machines`: a machine for each node that the pool is to have. */
export const machines = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/agentPools/machines',
  provisioned: false,
  read: (id, context) => machinesOf(resourceId(parentOf(id) ?? ''), context).find((machine) => machine.name === nameOf(id)),
  listVirtual: machinesOf,
})

/** `managedClusters/{c}/outboundNetworkDependenciesEndpoints`: what nodes must reach, by category. */
export const outboundNetworkEndpoints = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/managedClusters/outboundNetworkDependenciesEndpoints',
  provisioned: false,
  listVirtual(cluster, context) {
    const location = context.store.get(cluster)?.body.location ?? ''
    return outboundEndpoints.map(({ category, endpoints }) => ({
      category,
      endpoints: endpoints.map(({ domainName, port, protocol }) => ({
        domainName: domainName.replace('{location}', location),
        endpointDetails: [{ port, protocol }],
      })),
    }))
  },
})

/** Snapshots of node pools: what a pool was like, to make others like it. */
export const snapshots = defineResourceType({
  ...common,
  type: 'Microsoft.ContainerService/snapshots',
  tracked: true,
  provisioned: false,
  systemData: true,
  put: putSnapshot,
  patch: ({ body, old }) => ({ body: { ...old.body, ...(isObject(body.tags) ? { tags: body.tags } : {}) } }),
  remove: () => undefined,
})

function putSnapshot({ body, context }: WriteRequest): Draft {
  const given = isObject(body.properties) ? body.properties : {}
  const source = isObject(given.creationData) ? String(given.creationData.sourceResourceId ?? '') : ''
  const pool = source === '' ? undefined : context.store.get(source)
  if (!pool || pool.type !== agentPools.type)
    throw error(400, 'InvalidParameter', `The value of parameter creationData.sourceResourceId is invalid: the agent pool '${source}' was not found.`)
  const { nodeImageVersion = null, osType = null, osSKU = null, vmSize = null, enableFIPS = null, currentOrchestratorVersion = null } = propertiesOf(pool)
  const seen = { nodeImageVersion, osType, osSku: osSKU, vmSize, enableFIPS, kubernetesVersion: currentOrchestratorVersion }
  return { body: { ...body, properties: { snapshotType: 'NodePool', creationData: given.creationData ?? {}, ...seen } } }
}

function machinesOf(pool: ResourceId, context: AzureContext): readonly JsonObject[] {
  const found = context.store.get(pool)
  const cluster = found && context.store.get(parentOf(pool) ?? '')
  if (!found || !cluster) return []
  const type = 'Microsoft.ContainerService/managedClusters/agentPools/machines'
  return Array.from({ length: Number(propertiesOf(found).count ?? 0) }, (_, index) => {
    const vm = `aks-${found.body.name}-${String(cluster.inner?.nodeSuffix ?? '')}-vmss`
    const name = `${vm}${index.toString(36).padStart(6, '0')}`
    const properties = { resourceId: scaleSetOf(cluster, vm, index), provisioningState: 'Succeeded', status: {} }
    return { id: `${found.id}/machines/${name}`, name, type, properties }
  })
}

function scaleSetOf(cluster: Resource, name: string, index: number): string {
  const [subscription = ''] = /^\/subscriptions\/[^/]+/i.exec(cluster.id) ?? []
  const group = String(propertiesOf(cluster).nodeResourceGroup ?? '')
  return `${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${name}/virtualMachines/${index}`
}
