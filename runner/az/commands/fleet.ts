// az fleet: fleets and their hub's credentials.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, required, tags, text } from '../command.ts'
import { kubeconfigOf, mergeKubeconfig } from '../kubeconfig.ts'
import { pullCredentials } from './aks-credentials.ts'
import { change, fleetInput, fleetOutput, fleetPath, subscriptionFleetsPath } from './fleet-resource.ts'
import { locationOrGroups } from './location.ts'
import { isResourceId, parseResourceId } from './resource-ids.ts'
import { waitFor } from './wait.ts'

/** Commands of `az fleet`. */
export const group: CommandGroup = {
  handlers: {
    'fleet create': create,
    'fleet update': update,
    'fleet show': async (call) => fleetOutput('Fleet', await call.arm.get(onePath(call))),
    'fleet list': listFleets,
    'fleet delete': async (call) => {
      await call.arm.operate('DELETE', { path: onePath(call) }, { final: 'location', interval: 5, noWait: flag(call.values, 'no_wait') })
    },
    'fleet get-credentials': getCredentials,
    'fleet reconcile': reconcile,
    'fleet wait': (call) => waitFor(call, async () => fleetOutput('Fleet', await call.arm.get(fleetPath(call, [required(call.values, 'fleet_name')])))),
  },
}

function onePath(call: Call, below: readonly string[] = []): string {
  return fleetPath(call, [required(call.values, 'name'), ...below])
}

async function create(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const location = await locationOrGroups(call)
  checkIds(call)
  const hub = flag(values, 'enable_hub')
  const hubOptions = ['dns_name_prefix', 'apiserver_subnet_id', 'agent_subnet_id'].some((name) => text(values, name) !== undefined)
  if (!hub && (hubOptions || flag(values, 'enable_private_cluster') || flag(values, 'enable_vnet_integration'))) {
    throw new AzError('The parameters for private cluster, vnet & subnet integration are only valid if hub is enabled.')
  }
  const body: Record<string, Json> = { location, ...withTags(call), identity: identity(call, flag(values, 'enable_managed_identity')) ?? { type: 'None' } }
  if (hub) body.properties = { hubProfile: hubProfile(call) }
  return change(call, 'PUT', { path: onePath(call), body }, 'Fleet', { interval: hub ? 30 : 5 })
}

function withTags(call: Call): { tags?: JsonObject } {
  const given = tags(call.values)
  return given === undefined ? {} : { tags: given }
}

function hubProfile({ values }: Call): JsonObject {
  const optional = (key: string, value: string | undefined): JsonObject => (value === undefined ? {} : { [key]: value })
  return {
    ...optional('dnsPrefix', text(values, 'dns_name_prefix')),
    apiServerAccessProfile: {
      enablePrivateCluster: flag(values, 'enable_private_cluster'),
      enableVnetIntegration: flag(values, 'enable_vnet_integration'),
      ...optional('subnetId', text(values, 'apiserver_subnet_id')),
    },
    agentProfile: { ...optional('subnetId', text(values, 'agent_subnet_id')), ...optional('vmSize', text(values, 'vm_size')) },
  }
}

function identity({ values }: Call, enabled: boolean | undefined): JsonObject | undefined {
  const assigned = text(values, 'assign_identity')
  if (enabled !== true && assigned !== undefined) throw new AzError('Cannot assign identity without enabling managed identity.')
  if (enabled === undefined) return undefined
  if (!enabled) return { type: 'None' }
  return assigned === undefined ? { type: 'SystemAssigned' } : { type: 'UserAssigned', userAssignedIdentities: { [assigned]: {} } }
}

function checkIds({ values }: Call): void {
  for (const [dest, option] of [
    ['apiserver_subnet_id', '--apiserver-subnet-id'],
    ['agent_subnet_id', '--agent-subnet-id'],
    ['assign_identity', '--assign-identity'],
  ] as const) {
    const id = text(values, dest)
    if (id !== undefined && id !== '' && !isResourceId(id)) throw new AzError(`${option} is not a valid Azure resource ID.`)
  }
  if (flag(values, 'enable_vnet_integration') && (!flag(values, 'enable_managed_identity') || text(values, 'assign_identity') === undefined)) {
    throw new AzError('When vnet integration is enabled, both --enable-managed-identity and --assign-identity must be specified.')
  }
}

async function update(call: Call): Promise<JsonObject | undefined> {
  checkIds(call)
  const enabled = call.values.enable_managed_identity
  const patch = identity(call, typeof enabled === 'boolean' ? enabled : undefined)
  return change(call, 'PATCH', { path: onePath(call), body: { ...withTags(call), ...(patch === undefined ? {} : { identity: patch }) } }, 'Fleet')
}

async function listFleets(call: Call): Promise<readonly JsonObject[]> {
  const path = text(call.values, 'resource_group_name') === undefined ? subscriptionFleetsPath(call) : fleetPath(call)
  return (await call.arm.list(path)).map((item) => fleetOutput('Fleet', item))
}

async function reconcile(call: Call): Promise<JsonObject | undefined> {
  const fleet = await call.arm.get(onePath(call))
  const etag = isObject(fleet) ? fleet.eTag : undefined
  const headers = typeof etag === 'string' ? { 'if-match': etag } : {}
  return change(call, 'PUT', { path: onePath(call), body: fleetInput('Fleet', fleet), headers }, 'Fleet')
}

async function getCredentials(call: Call): Promise<void> {
  const { values, context, log } = call
  const member = text(values, 'member')
  if (member !== undefined) return memberCredentials(call, [required(values, 'name'), 'members', member], kubeconfigFile(call))
  const answer = await call.arm.send('POST', { path: onePath(call, ['listCredentials']) })
  await mergeHub(call, kubeconfigOf(answer.body), { context, log })
}

async function mergeHub(call: Call, text_: string | undefined, { context, log }: Pick<Call, 'context' | 'log'>): Promise<void> {
  if (text_ === undefined) throw new AzError('Fail to find kubeconfig file.')
  const path = kubeconfigFile(call)
  const current = await mergeKubeconfig(context, log, text_, {
    path,
    overwrite: flag(call.values, 'overwrite_existing'),
    contextName: text(call.values, 'context_name'),
  })
  if (current !== undefined) context.stdout(`Merged "${current}" as current context in ${path}\n`)
}

/** The file that --file names, with the home folder written out. */
export function kubeconfigFile(call: Call): string {
  return required(call.values, 'path')
    .replaceAll('$HOME', call.context.home)
    .replace(/^~(?=\/|$)/, call.context.home)
}

/** Credentials of a member's own cluster: those that `az aks get-credentials` gives, under the member's name. */
export async function memberCredentials(call: Call, parts: readonly string[], file: string): Promise<void> {
  const name = parts.at(-1) ?? ''
  const member = await readMember(call, parts, name)
  const id = parseResourceId(String(member.clusterResourceId ?? ''))
  if (id === undefined || id.namespace.toLowerCase() !== 'microsoft.containerservice' || id.type.toLowerCase() !== 'managedclusters') {
    throw new AzError(
      `Fleet member '${name}' is not associated with an AKS managed cluster. Currently, only AKS managed clusters are supported for this command.`,
    )
  }
  const { subscription, resourceGroup } = id
  await pullCredentials(call, {
    subscription,
    resourceGroup,
    name: id.name,
    path: file,
    contextName: text(call.values, 'context_name') ?? name,
    overwrite: flag(call.values, 'overwrite_existing'),
  })
}

async function readMember(call: Call, parts: readonly string[], name: string): Promise<JsonObject> {
  try {
    return fleetOutput('FleetMember', await call.arm.get(fleetPath(call, parts)))
  } catch (error) {
    throw error instanceof HttpError ? new AzError(`Error getting credentials for fleet member '${name}': ${error.message}`) : error
  }
}
