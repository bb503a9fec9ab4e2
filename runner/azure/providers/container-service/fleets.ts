// Microsoft.ContainerService/fleets: with a hub, which is a cluster of the world's, or without.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { toBase64 } from '../../../base/p256.ts'
import { hubKubeconfig } from '../../hooks.ts'
import { nameOf, parseId } from '../../resource-id.ts'
import { type ActionAnswer, type AzureContext, type Completion, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetBusy, fleetError, fleetNameRule } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { identityOf } from './identity.ts'
import { fullVersion } from './kubernetes-versions.ts'

const minutes = 60_000
const consonants = 'bcdfghjklmnpqrstvwxyz'
const lowerAlphanumeric = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Versions of the fleet service's interface, newest first. */
export const fleetApiVersions = [
  '2026-06-01',
  '2026-06-02-preview',
  '2025-08-01-preview',
  '2025-04-01-preview',
  '2025-03-01',
  '2024-05-02-preview',
  '2024-04-01',
  '2023-10-15',
] as const

/** The row of fleets. */
export const fleets = defineResourceType({
  type: 'Microsoft.ContainerService/fleets',
  apiVersions: fleetApiVersions,
  asyncVersion: '2016-03-30',
  tracked: true,
  sorted: true,
  systemData: true,
  recordsOperation: true,
  name: fleetNameRule('fleets', 63),
  eTag: fleetETag,
  busy: fleetBusy,
  put,
  patch({ body, old, context }) {
    const identity = isObject(body.identity) ? identityOf(body.identity, objectOf(old.body.identity), context) : undefined
    return { body: { ...old.body, ...(isObject(body.tags) ? { tags: body.tags } : {}), ...(identity ? { identity } : {}) } }
  },
  remove: ({ old }) => ({ state: 'Deleting', takes: { real: hubOf(old) ? 6 * minutes : 5000 } }),
  complete,
  async removed(fleet, context) {
    if (hubOf(fleet)) await context.hooks.fleet?.deleted?.(fleet)
  },
  actions: [{ name: 'listCredentials', run: listCredentials }],
})

/** A fleet's hub profile; undefined for a fleet without a hub. */
export function hubOf(fleet: Resource): JsonObject | undefined {
  const hub = propertiesOf(fleet).hubProfile
  return isObject(hub) ? hub : undefined
}

function put(request: WriteRequest): Draft {
  const { body, old, context } = request
  const asked = objectOf(body.properties).hubProfile
  const hubProfile = hubProfileOf(request, isObject(asked) ? asked : undefined)
  const identity = identityOf(objectOf(body.identity), objectOf(old?.body.identity), context)
  const state = old ? 'Updating' : 'Creating'
  const status = old ? { status: propertiesOf(old).status } : {}
  return {
    body: {
      location: String(body.location),
      ...(isObject(body.tags) ? { tags: body.tags } : {}),
      ...(identity ? { identity } : {}),
      properties: { ...(hubProfile ? { hubProfile } : {}), ...status },
    },
    operation: { state, takes: { real: hubProfile && !hubProfile.fqdn ? 4.5 * minutes : hubProfile ? 30_000 : 100 } },
  }
}

function hubProfileOf(request: WriteRequest, asked: JsonObject | undefined): JsonObject | undefined {
  const before = request.old && hubOf(request.old)
  if (!asked && before) throw fleetError(400, 'InvalidParameter', 'The hub of a fleet cannot be removed.', request)
  if (!asked) return undefined
  const { fqdn: _, portalFqdn: _portal, kubernetesVersion: _version, ...given } = asked
  const prefix = given.dnsPrefix
  if (typeof prefix === 'string' && !/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/.test(prefix))
    throw fleetError(400, 'InvalidParameter', `The dnsPrefix '${prefix}' is invalid.`, request)
  if (before && prefix !== undefined && prefix !== before.dnsPrefix)
    throw fleetError(400, 'InvalidParameter', 'The property hubProfile.dnsPrefix cannot be changed.', request)
  const servers = {
    enablePrivateCluster: false,
    enableVnetIntegration: false,
    ...objectOf(before?.apiServerAccessProfile),
    ...objectOf(given.apiServerAccessProfile),
  }
  return { ...before, ...given, apiServerAccessProfile: servers, agentProfile: { ...objectOf(before?.agentProfile), ...objectOf(given.agentProfile) } }
}

async function complete({ resource, context }: Completion): Promise<{ body: JsonObject } | undefined> {
  const hub = hubOf(resource)
  if (!hub || hub.fqdn !== undefined) return undefined
  const properties = { ...propertiesOf(resource), hubProfile: { ...hub, ...hubAddress(resource, hub, context), kubernetesVersion: fullVersion('') ?? '' } }
  await context.hooks.fleet?.created?.({ ...resource, body: { ...resource.body, properties } })
  return { body: { properties } }
}

function hubAddress(fleet: Resource, hub: JsonObject, context: AzureContext): JsonObject {
  const given = hub.dnsPrefix
  const prefix = typeof given === 'string' ? given.toLowerCase() : `hub-${context.random.letters(6, consonants)}`
  const label = `${prefix}-${context.random.letters(8, lowerAlphanumeric)}`
  return { fqdn: `${label}.hcp.${fleet.body.location ?? ''}.azmk8s.io`, portalFqdn: `${label}.portal.hcp.${fleet.body.location ?? ''}.azmk8s.io` }
}

async function listCredentials(request: WriteRequest & { old: Resource }): Promise<ActionAnswer> {
  const { old, context } = request
  const hub = hubOf(old)
  if (!hub || typeof hub.fqdn !== 'string') throw fleetError(400, 'InvalidHubOperation', 'The operation is only valid for a fleet with a hub.', request)
  const place = { name: nameOf(old.id), group: parseId(old.id).group ?? '', location: old.body.location ?? '', fqdn: hub.fqdn, tenant: context.tenant.id }
  const text = (await context.hooks.fleet?.credentials?.(old)) ?? hubKubeconfig(place, '')
  return { body: { kubeconfigs: [{ name: 'clusterUser', value: toBase64(new TextEncoder().encode(text)) }] } }
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
