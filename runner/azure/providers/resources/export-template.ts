// A group as a template that would make it again: names as parameters, what only the service sets left away.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { nameOf, parentOf, parseId } from '../../resource-id.ts'
import type { AzureContext } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'

/** What a template may not say: the service sets it. */
const readOnly = new Set([
  ...['provisioningState', 'powerState', 'currentKubernetesVersion', 'currentOrchestratorVersion', 'fqdn', 'azurePortalFQDN', 'portalFqdn', 'resourceUID'],
  ...['status', 'eTag', 'lastOperationId', 'effectiveOutboundIPs', 'maxAgentPools', 'createdOn', 'updatedOn', 'createdBy', 'updatedBy', 'nodeImageVersion'],
])

/** The template of what a group holds. `wanted`: ids, or `*` alone; `plain`: names stand as they are, without parameters. */
export function exportTemplate(
  group: Resource,
  options: { readonly wanted: readonly string[]; readonly plain: boolean; readonly context: AzureContext; readonly apiVersionOf: (type: string) => string },
): JsonObject {
  const { wanted, plain, context, apiVersionOf } = options
  const all = context.store
    .below(group.id)
    .filter(({ type }) => apiVersionOf(type) !== '' && !type.startsWith('Microsoft.Authorization/') && type !== 'Microsoft.Resources/deployments')
  const ids = wanted.map((id) => id.toLowerCase())
  const chosen = all.filter((one) => ids.includes('*') || ids.some((id) => one.id.toLowerCase() === id || one.id.toLowerCase().startsWith(`${id}/`)))
  const name = (one: Resource): Json => (plain ? pathOf(one) : nameExpression(one))
  const parameters = plain ? [] : chosen.filter((one) => parentOf(one.id) === undefined || depth(one) === 1).map(parameterOf)
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(parameters),
    variables: {},
    resources: chosen.map((one) => resourceOf(one, name(one), { apiVersion: apiVersionOf(one.type), plain })),
  }
}

function resourceOf(resource: Resource, name: Json, { apiVersion, plain }: { apiVersion: string; plain: boolean }): JsonObject {
  const { location, tags, identity, sku, kind, properties } = resource.body
  const parents = depth(resource) === 1 ? {} : { dependsOn: [dependency(resource, plain)] }
  const said = { location, tags, sku, kind, identity: isObject(identity) ? { type: identity.type ?? 'None' } : undefined }
  return {
    type: resource.type,
    apiVersion,
    name,
    ...Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[key, value as Json]]))),
    ...parents,
    properties: writable(properties ?? {}),
  }
}

function writable(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => writable(one))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (readOnly.has(key) || one === undefined ? [] : [[key, writable(one)]])))
}

function depth(resource: Resource): number {
  return parseId(resource.id).names.length
}

function pathOf({ id }: Resource): string {
  return parseId(id).names.join('/')
}

function parameterOf(resource: Resource): readonly [string, JsonObject] {
  return [parameterName(resource), { defaultValue: nameOf(resource.id), type: 'String' }]
}

/** `managedClusters_aks_east_name`, as the service forms them. */
function parameterName({ id, type }: Resource): string {
  const { names } = parseId(id)
  return `${type.split('/')[1] ?? ''}_${(names[0] ?? '').replace(/[^a-z0-9]/gi, '_')}_name`
}

function nameExpression(resource: Resource): string {
  const [, ...below] = parseId(resource.id).names
  const top = `parameters('${parameterName(resource)}')`
  return below.length === 0 ? `[${top}]` : `[concat(${top}, '/${below.join('/')}')]`
}

function dependency(resource: Resource, plain: boolean): string {
  const type = resource.type.split('/').slice(0, -1).join('/')
  const names = parseId(resource.id).names.slice(0, -1)
  const said = names.map((name, index) => (index === 0 && !plain ? `parameters('${parameterName(resource)}')` : `'${name}'`))
  return `[resourceId('${type}', ${said.join(', ')})]`
}
