// A managed cluster's body: what the service fills in, what it keeps from before, and what it refuses.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { parseId } from '../../resource-id.ts'
import type { AzureContext, WriteRequest } from '../../resource-type.ts'
import { unsupportedVersion } from './agent-pool-profile.ts'
import { identityOf } from './identity.ts'
import { defaultMinor, fullVersion, upgradesFrom } from './kubernetes-versions.ts'

const lowerAlphanumeric = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A cluster's body from a PUT, without its pools, which are resources of their own. */
export function clusterBody(request: WriteRequest): JsonObject {
  const { body, old, context } = request
  const given = objectOf(body.properties)
  const before = objectOf(old?.body.properties)
  const location = String(body.location)
  const version = versionOf(given, before)
  const { agentPoolProfiles: _, powerState: _power, windowsProfile: _windows, ...asked } = given
  const properties = {
    ...made(request, location, given, before),
    ...withoutUnset(asked),
    ...version,
    ...fixed(given, before),
    powerState: before.powerState ?? { code: 'Running' },
    networkProfile: networkProfile(objectOf(given.networkProfile), objectOf(before.networkProfile), request),
    ...entra(given, before, context),
    storageProfile: { ...storage, ...objectOf(before.storageProfile), ...objectOf(given.storageProfile) },
  }
  const identity = identityOf(objectOf(body.identity), objectOf(old?.body.identity), context)
  return {
    location,
    ...(isObject(body.tags) ? { tags: body.tags } : {}),
    properties: dropEmpty(properties, ['addonProfiles']),
    ...(identity ? { identity } : {}),
    sku: { name: 'Base', tier: 'Free', ...objectOf(old?.body.sku), ...objectOf(body.sku) },
  }
}

const storage: JsonObject = { diskCSIDriver: { enabled: true }, fileCSIDriver: { enabled: true }, snapshotController: { enabled: true } }

const plain: JsonObject = {
  servicePrincipalProfile: { clientId: 'msi' },
  enableRBAC: true,
  supportPlan: 'KubernetesOfficial',
  maxAgentPools: 100,
  autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage' },
  disableLocalAccounts: false,
  securityProfile: {},
  oidcIssuerProfile: { enabled: false },
  workloadAutoScalerProfile: {},
  metricsProfile: { costAnalysis: { enabled: false } },
  nodeProvisioningProfile: { mode: 'Manual', defaultNodePools: 'Auto' },
  bootstrapProfile: { artifactSource: 'Direct' },
}

/** What a new cluster gets from the service, and an old one keeps. */
function made({ id, name, context }: WriteRequest, location: string, given: JsonObject, before: JsonObject): JsonObject {
  if (before.fqdn !== undefined) return before
  const { subscription = '', group = '' } = parseId(id)
  const nodeGroup = text(given.nodeResourceGroup) || `MC_${group}_${name}_${location}`
  return {
    ...addresses(given, location, context),
    nodeResourceGroup: nodeGroup,
    ...plain,
    identityProfile: {
      kubeletidentity: {
        resourceId: `/subscriptions/${subscription}/resourcegroups/${nodeGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-agentpool`,
        clientId: context.random.uuid(),
        objectId: context.random.uuid(),
      },
    },
    resourceUID: context.random.letters(24, '0123456789abcdef'),
  }
}

/** Members that no write changes. */
function fixed(given: JsonObject, before: JsonObject): JsonObject {
  if (before.fqdn === undefined) return {}
  const names = ['fqdn', 'azurePortalFQDN', 'dnsPrefix', 'nodeResourceGroup', 'resourceUID', 'identityProfile', 'maxAgentPools']
  if (text(given.dnsPrefix) && given.dnsPrefix !== before.dnsPrefix) throw immutable('dnsPrefix')
  return Object.fromEntries(names.map((name) => [name, before[name]]))
}

/** A cluster whose users Entra knows names the tenant. */
function entra(given: JsonObject, before: JsonObject, { tenant }: AzureContext): JsonObject {
  const profile = { ...objectOf(before.aadProfile), ...objectOf(given.aadProfile) }
  return Object.keys(profile).length === 0 ? {} : { aadProfile: { ...profile, tenantID: tenant.id } }
}

function addresses(given: JsonObject, location: string, context: AzureContext): JsonObject {
  const subdomain = text(given.fqdnSubdomain)
  const dnsPrefix = text(given.dnsPrefix)
  if (dnsPrefix === '' && subdomain === '') throw missing('dnsPrefix')
  const label = `${(dnsPrefix || subdomain).toLowerCase()}-${context.random.letters(8, lowerAlphanumeric)}`
  return { dnsPrefix, fqdn: `${label}.hcp.${location}.azmk8s.io`, azurePortalFQDN: `${label}.portal.hcp.${location}.azmk8s.io` }
}

function versionOf(given: JsonObject, before: JsonObject): JsonObject {
  const asked = text(given.kubernetesVersion) || text(before.kubernetesVersion) || defaultMinor()
  const current = text(before.currentKubernetesVersion)
  if (current !== '' && (asked === current || current.startsWith(`${asked}.`))) return { kubernetesVersion: asked, currentKubernetesVersion: current }
  const full = fullVersion(asked)
  if (full === undefined) throw unsupportedVersion(asked)
  const next = upgradesFrom(current)
  if (current !== '' && !next.includes(full)) throw upgradeRefused(current, full, next)
  return { kubernetesVersion: asked, currentKubernetesVersion: full }
}

function networkProfile(given: JsonObject, before: JsonObject, { id, name, context, body }: WriteRequest): JsonObject {
  const { subscription = '', group = '' } = parseId(id)
  const profile = {
    networkPlugin: 'azure',
    ...(given.networkPlugin === undefined || given.networkPlugin === 'azure' ? { networkPluginMode: 'overlay' } : {}),
    networkPolicy: 'none',
    networkDataplane: 'azure',
    loadBalancerSku: 'standard',
    podCidr: '10.244.0.0/16',
    serviceCidr: '10.0.0.0/16',
    dnsServiceIP: '10.0.0.10',
    outboundType: 'loadBalancer',
    ipFamilies: ['IPv4'],
    podLinkLocalAccess: 'IMDS',
    ...before,
    ...withoutUnset(given),
  }
  const { loadBalancerProfile: old } = before
  const address = `/subscriptions/${subscription}/resourceGroups/MC_${group}_${name}_${String(body.location)}/providers/Microsoft.Network/publicIPAddresses`
  const balancer = isObject(old)
    ? { ...old, ...objectOf(given.loadBalancerProfile) }
    : { managedOutboundIPs: { count: 1 }, effectiveOutboundIPs: [{ id: `${address}/${context.random.uuid()}` }], backendPoolType: 'nodeIPConfiguration' }
  return { ...profile, loadBalancerProfile: balancer, podCidrs: [profile.podCidr], serviceCidrs: [profile.serviceCidr] }
}

/** The refusal of a required member that is not there. */
export function missing(parameter: string): Error {
  return error(400, 'InvalidParameter', `Required parameter ${parameter} is missing (null).`)
}

function immutable(parameter: string): Error {
  return error(400, 'PropertyChangeNotAllowed', `Changing property 'properties.${parameter}' is not allowed.`)
}

/** The refusal of a version that cannot be gone to. */
export function upgradeRefused(from: string, to: string, available: readonly string[]): ReturnType<typeof error> {
  return error(
    400,
    'OperationNotAllowed',
    `Upgrading Kubernetes version ${from} to ${to} is not allowed. Available upgrades: [${available.join(' ')}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`,
  )
}

function dropEmpty(properties: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => {
      return !(names.includes(key) && isObject(value) && Object.keys(value).length === 0)
    }),
  )
}

function withoutUnset(given: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '' && value !== null))
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
