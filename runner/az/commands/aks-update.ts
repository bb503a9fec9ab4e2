// az aks update: changes to a cluster.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError, unexpectedError } from '../cli-error.ts'
import { type Call, flag, tags, text } from '../command.ts'
import { askYesNo } from '../prompts.ts'
import { clusterInput, clusterOutput, clusterPath } from './aks-resource.ts'

type Change = (properties: Record<string, Json | undefined>, call: Call) => void

/** What each argument changes of a cluster's properties. */
const changes: Readonly<Record<string, Change>> = {
  auto_upgrade_channel: (properties, { values }) => merge(properties, 'autoUpgradeProfile', { upgradeChannel: text(values, 'auto_upgrade_channel') }),
  node_os_upgrade_channel: (properties, { values }) =>
    merge(properties, 'autoUpgradeProfile', { nodeOSUpgradeChannel: text(values, 'node_os_upgrade_channel') }),
  disable_local_accounts: (properties) => assign(properties, { disableLocalAccounts: true }),
  enable_local_accounts: (properties) => assign(properties, { disableLocalAccounts: false }),
  enable_aad: (properties) => merge(properties, 'aadProfile', { managed: true }),
  enable_azure_rbac: (properties) => merge(properties, 'aadProfile', { enableAzureRBAC: true }),
  disable_azure_rbac: (properties) => merge(properties, 'aadProfile', { enableAzureRBAC: false }),
  aad_admin_group_object_ids: (properties, { values }) =>
    merge(properties, 'aadProfile', { adminGroupObjectIDs: (text(values, 'aad_admin_group_object_ids') ?? '').split(',') }),
  enable_oidc_issuer: (properties) => merge(properties, 'oidcIssuerProfile', { enabled: true }),
  enable_workload_identity: (properties) => merge(properties, 'securityProfile', { workloadIdentity: { enabled: true } }),
  disable_workload_identity: (properties) => merge(properties, 'securityProfile', { workloadIdentity: { enabled: false } }),
  enable_keda: (properties) => merge(properties, 'workloadAutoScalerProfile', { keda: { enabled: true } }),
  disable_keda: (properties) => merge(properties, 'workloadAutoScalerProfile', { keda: { enabled: false } }),
  enable_cluster_autoscaler: (properties, call) => firstPool(properties, { enableAutoScaling: true, ...range(call) }),
  update_cluster_autoscaler: (properties, call) => firstPool(properties, range(call)),
  disable_cluster_autoscaler: (properties) => firstPool(properties, { enableAutoScaling: false, minCount: undefined, maxCount: undefined }),
  network_policy: (properties, { values }) => merge(properties, 'networkProfile', { networkPolicy: text(values, 'network_policy') }),
  nodepool_labels: (properties, { values }) => firstPool(properties, { nodeLabels: tags(values, 'nodepool_labels') }),
  api_server_authorized_ip_ranges: (properties, { values }) => {
    const ranges = text(values, 'api_server_authorized_ip_ranges') ?? ''
    merge(properties, 'apiServerAccessProfile', { authorizedIPRanges: ranges === '' ? [] : ranges.split(',') })
  },
}

function assign(properties: Record<string, Json | undefined>, values: JsonObject): void {
  Object.assign(properties, values)
}

function merge(properties: Record<string, Json | undefined>, key: string, values: JsonObject): void {
  const before = properties[key]
  properties[key] = { ...(isObject(before) ? before : {}), ...values }
}

function firstPool(properties: Record<string, Json | undefined>, values: JsonObject): void {
  const pools = Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isObject) : []
  properties.agentPoolProfiles = pools.map((pool, index) => (index === 0 ? { ...pool, ...values } : pool))
}

function range({ values }: Call): JsonObject {
  return { minCount: Number(values.min_count), maxCount: Number(values.max_count) }
}

const quiet = new Set(['resource_group_name', 'name', 'no_wait', 'yes', 'if_match', 'if_none_match', 'aks_custom_headers'])

/** Reads the cluster, changes what the arguments say, and sends it back. */
export async function updateCluster(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const given = call.given.filter((dest) => !dest.startsWith('_') && !quiet.has(dest))
  const known = given.filter((dest) => dest in changes || ['tags', 'tier', 'min_count', 'max_count'].includes(dest))
  const unknown = given.find((dest) => !known.includes(dest))
  if (unknown !== undefined) throw new AzError(`'az aks update --${unknown.replaceAll('_', '-')}' is not simulated here.`)
  if (given.length === 0 && !(await reconciles(call))) return undefined
  const input = clusterInput(await call.arm.get(clusterPath(call)))
  const properties = { ...(isObject(input.properties) ? input.properties : {}) }
  if (properties.storageProfile !== undefined) properties.storageProfile = {}
  for (const dest of known) changes[dest]?.(properties, call)
  const tier = text(values, 'tier')
  const newTags = tags(values)
  const sku = isObject(input.sku) ? input.sku : {}
  const body = {
    ...input,
    properties,
    ...(newTags === undefined ? {} : { tags: newTags }),
    ...(tier === undefined ? {} : { sku: { ...sku, tier: tier.charAt(0).toUpperCase() + tier.slice(1) } }),
  }
  const result = await call.arm.operate('PUT', { path: clusterPath(call), body }, { noWait: flag(values, 'no_wait') })
  return flag(values, 'no_wait') ? undefined : clusterOutput(result)
}

async function reconciles(call: Call): Promise<boolean> {
  if (flag(call.values, 'yes')) return true
  const answer = await askYesNo(call.context, 'no argument specified to update would you like to reconcile to current settings?', 'n')
  if (answer === undefined) throw unexpectedError('knack.prompting.NoTTYException', '')
  return answer
}
