// az aks create: what is sent for a new cluster.
import type { Json, JsonObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, tags, text } from '../command.ts'
import { sshPublicKey } from '../ssh-keys.ts'
import { clusterOutput, clusterPath } from './aks-resource.ts'
import { locationOrGroups } from './location.ts'

/** `az aks create`. */
export const group: CommandGroup = { handlers: { 'aks create': create } }

async function create(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  refuseUnknown(call)
  const key = await sshPublicKey(call)
  await refuseExisting(call)
  const location = await locationOrGroups(call)
  const given = tags(values)
  const tier = text(values, 'tier') ?? 'free'
  const body = {
    location,
    properties: properties(call, key),
    ...(given === undefined ? {} : { tags: given }),
    identity: identity(call),
    sku: { name: 'Base', tier: tier.charAt(0).toUpperCase() + tier.slice(1).toLowerCase() },
  }
  const result = await call.arm.operate('PUT', { path: clusterPath(call), body }, { noWait: flag(values, 'no_wait') })
  return flag(values, 'no_wait') ? undefined : clusterOutput(result)
}

async function refuseExisting(call: Call): Promise<void> {
  try {
    await call.arm.get(clusterPath(call))
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return
    throw error
  }
  const [name, group] = [required(call.values, 'name'), required(call.values, 'resource_group_name')]
  throw new AzError(
    `The cluster '${name}' under resource group '${group}' already exists. Please use command 'az aks update' to update the existing cluster, or select a different cluster name to create a new cluster.`,
  )
}

const simulated = new Set(
  `resource_group_name name ssh_key_value location tags dns_name_prefix kubernetes_version tier nodepool_name node_vm_size node_osdisk_size node_osdisk_type
  node_count max_pods os_sku zones nodepool_labels nodepool_taints nodepool_tags enable_cluster_autoscaler min_count max_count admin_username generate_ssh_keys no_ssh_key
  network_plugin network_plugin_mode network_policy network_dataplane pod_cidr service_cidr dns_service_ip load_balancer_sku outbound_type enable_managed_identity assign_identity enable_aad
  enable_azure_rbac aad_admin_group_object_ids aad_tenant_id auto_upgrade_channel node_os_upgrade_channel disable_local_accounts disable_rbac enable_oidc_issuer
  enable_workload_identity node_resource_group vnet_subnet_id enable_private_cluster k8s_support_plan enable_keda enable_vpa api_server_authorized_ip_ranges
  no_wait yes vm_set_type bootstrap_artifact_source eviction_policy scale_down_mode service_principal client_secret`.split(/\s+/),
)

/** An argument that the real az has and that would change the cluster is not dropped in silence. */
function refuseUnknown({ given }: Call): void {
  const unknown = given.find((dest) => !dest.startsWith('_') && !simulated.has(dest))
  if (unknown !== undefined) throw new AzError(`'az aks create --${unknown.replaceAll('_', '-')}' is not simulated here.`)
}

function optional(entries: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null && value !== ''))
}

function properties(call: Call, key: string | undefined): JsonObject {
  const { values } = call
  const version = text(values, 'kubernetes_version') ?? ''
  return {
    agentPoolProfiles: [systemPool(call, version)],
    kubernetesVersion: version,
    dnsPrefix: text(values, 'dns_name_prefix') ?? defaultDnsPrefix(call),
    ...optional({ nodeResourceGroup: text(values, 'node_resource_group'), supportPlan: text(values, 'k8s_support_plan') }),
    disableLocalAccounts: flag(values, 'disable_local_accounts'),
    enableRBAC: !flag(values, 'disable_rbac'),
    ...(key === undefined ? {} : { linuxProfile: { adminUsername: text(values, 'admin_username') ?? 'azureuser', ssh: { publicKeys: [{ keyData: key }] } } }),
    networkProfile: networkProfile(call),
    addonProfiles: {},
    ...profiles(call),
    storageProfile: {},
    bootstrapProfile: { artifactSource: text(values, 'bootstrap_artifact_source') ?? 'Direct' },
  }
}

function systemPool({ values }: Call, version: string): JsonObject {
  const autoscaling = flag(values, 'enable_cluster_autoscaler')
  const labels = tags(values, 'nodepool_labels')
  const zones = list(values, 'zones')
  const taints = text(values, 'nodepool_taints')
  return {
    name: text(values, 'nodepool_name') ?? 'nodepool1',
    orchestratorVersion: version,
    vmSize: text(values, 'node_vm_size') ?? '',
    osType: 'Linux',
    ...optional({
      osSKU: text(values, 'os_sku'),
      osDiskSizeGB: Number(values.node_osdisk_size) > 0 ? Number(values.node_osdisk_size) : undefined,
      osDiskType: text(values, 'node_osdisk_type'),
      vnetSubnetID: text(values, 'vnet_subnet_id'),
      maxPods: Number(values.max_pods) > 0 ? Number(values.max_pods) : undefined,
      nodeLabels: labels,
      tags: tags(values, 'nodepool_tags'),
      availabilityZones: zones,
    }),
    enableNodePublicIP: false,
    count: Number(values.node_count ?? 3),
    enableAutoScaling: autoscaling,
    ...(autoscaling ? { minCount: Number(values.min_count), maxCount: Number(values.max_count) } : {}),
    scaleSetPriority: 'Regular',
    nodeTaints: taints === undefined || taints === '' ? [] : taints.split(','),
    upgradeSettings: {},
    type: 'VirtualMachineScaleSets',
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    enableFIPS: false,
    mode: 'System',
  }
}

function defaultDnsPrefix(call: Call): string {
  const clean = (value: string): string => value.replaceAll(/[^A-Za-z0-9-]/g, '')
  const name = clean(required(call.values, 'name')).slice(0, 10)
  const safe = /^[A-Za-z]/.test(name) ? name : `a${name.slice(0, 9)}`
  return `${safe}-${clean(required(call.values, 'resource_group_name')).slice(0, 16)}-${call.arm.subscriptionId().slice(0, 6)}`
}

function networkProfile({ values }: Call): JsonObject {
  return optional({
    networkPlugin: text(values, 'network_plugin'),
    networkPluginMode: text(values, 'network_plugin_mode'),
    networkPolicy: text(values, 'network_policy'),
    networkDataplane: text(values, 'network_dataplane'),
    podCidr: text(values, 'pod_cidr'),
    serviceCidr: text(values, 'service_cidr'),
    dnsServiceIP: text(values, 'dns_service_ip'),
    loadBalancerSku: text(values, 'load_balancer_sku')?.toLowerCase() ?? 'standard',
    outboundType: text(values, 'outbound_type') ?? 'loadBalancer',
  })
}

function profiles({ values }: Call): JsonObject {
  const admins = text(values, 'aad_admin_group_object_ids')
  const aad = flag(values, 'enable_aad')
    ? optional({
        managed: true,
        enableAzureRBAC: flag(values, 'enable_azure_rbac') ? true : undefined,
        adminGroupObjectIDs: admins?.split(','),
        tenantID: text(values, 'aad_tenant_id'),
      })
    : undefined
  const upgrade = optional({ upgradeChannel: text(values, 'auto_upgrade_channel'), nodeOSUpgradeChannel: text(values, 'node_os_upgrade_channel') })
  const scaler = optional({
    keda: flag(values, 'enable_keda') ? { enabled: true } : undefined,
    verticalPodAutoscaler: flag(values, 'enable_vpa') ? { enabled: true } : undefined,
  })
  const ranges = text(values, 'api_server_authorized_ip_ranges')
  const access = optional({ authorizedIPRanges: ranges?.split(','), enablePrivateCluster: flag(values, 'enable_private_cluster') ? true : undefined })
  const filled = (profile: JsonObject): JsonObject | undefined => (Object.keys(profile).length === 0 ? undefined : profile)
  return optional({
    aadProfile: aad,
    oidcIssuerProfile: flag(values, 'enable_oidc_issuer') ? { enabled: true } : undefined,
    apiServerAccessProfile: filled(access),
    autoUpgradeProfile: filled(upgrade),
    securityProfile: flag(values, 'enable_workload_identity') ? { workloadIdentity: { enabled: true } } : undefined,
    workloadAutoScalerProfile: filled(scaler),
  })
}

function identity({ values }: Call): JsonObject {
  const assigned = text(values, 'assign_identity')
  return assigned === undefined ? { type: 'SystemAssigned' } : { type: 'UserAssigned', userAssignedIdentities: { [assigned]: {} } }
}
