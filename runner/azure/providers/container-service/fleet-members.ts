// Microsoft.ContainerService/fleets/members: clusters that have joined a fleet.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { idKey, nameOf, parentOf, parseId, typeOf } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, propertiesOf, provisioningState, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetBusy, fleetError, fleetNameRule, namePattern, propertyMissing } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions, hubOf } from './fleets.ts'

/** What may join: clusters of Azure's own, and connected ones, which take part in placements and in no update run. */
const memberTypes = ['microsoft.containerservice/managedclusters', 'microsoft.kubernetes/connectedclusters']

/** The row of members. */
export const fleetMembers = defineResourceType({
  type: 'Microsoft.ContainerService/fleets/members',
  apiVersions: fleetApiVersions,
  asyncVersion: '2016-03-30',
  sorted: true,
  systemData: true,
  recordsOperation: true,
  name: fleetNameRule('members', 50),
  eTag: fleetETag,
  busy: fleetBusy,
  put,
  patch(request) {
    const asked = objectOf(request.body.properties)
    const before = propertiesOf(request.old)
    const cluster = clusterOf(before.clusterResourceId, request.context)
    const group = 'group' in asked ? groupOf(asked, request) : groupOf(before, request)
    const labels = isObject(asked.labels) ? labelsOf(asked.labels, request.name, cluster) : before.labels
    const { group: _, ...rest } = before
    return { body: { ...request.old.body, properties: { ...rest, labels, ...group } } }
  },
  saved: (member, context) => tell('updated', member, context),
  remove: ({ old, context }) => ({ state: 'Leaving', takes: takes(old.id, context) }),
  async complete({ resource, operation, context }) {
    await tell(operation.created ? 'joined' : 'updated', resource, context)
    return undefined
  },
  removed: (member, context) => tell('left', member, context),
})

function put(request: WriteRequest): Draft {
  const { old, context } = request
  const fleet = context.store.get(parentOf(request.id) ?? '')
  if (!old && fleet && ['Creating', 'Deleting'].includes(provisioningState(fleet))) throw fleetBusy()
  const asked = objectOf(request.body.properties)
  const clusterResourceId = asked.clusterResourceId
  if (typeof clusterResourceId !== 'string' || clusterResourceId === '') throw propertyMissing('FleetMember.ClusterResourceId', request)
  const cluster = clusterOf(clusterResourceId, context)
  checkCluster(clusterResourceId, cluster, request)
  const labels = labelsOf(objectOf(asked.labels), request.name, cluster)
  const status = old ? { status: propertiesOf(old).status } : {}
  return {
    body: { properties: { clusterResourceId, labels, ...groupOf(asked, request), ...status } },
    operation: { state: old ? 'Updating' : 'Joining', takes: takes(request.id, context) },
  }
}

function checkCluster(id: string, cluster: Resource | undefined, request: WriteRequest): void {
  const { old, context } = request
  if (old && idKey(String(propertiesOf(old).clusterResourceId)) !== idKey(id))
    throw fleetError(400, 'InvalidParameter', 'The property clusterResourceId of a fleet member cannot be changed.', request)
  if (!cluster) throw fleetError(400, 'ClusterNotFound', `The cluster '${id}' was not found.`, request)
  const other = context.store
    .list('Microsoft.ContainerService/fleets/members')
    .find((member) => idKey(member.id) !== idKey(request.id) && idKey(String(propertiesOf(member).clusterResourceId)) === idKey(id))
  if (other) throw fleetError(409, 'ClusterAlreadyJoinedAnotherFleet', `The cluster '${id}' has already joined the fleet member '${other.id}'.`, request)
}

/** The labels that the service puts on a member, and the user's own. */
function labelsOf(own: JsonObject, member: string, cluster: Resource | undefined): JsonObject {
  if (!cluster) return own
  const { subscription = '', group = '' } = parseId(cluster.id)
  return {
    'fleet.azure.com/cluster-name': nameOf(cluster.id),
    'fleet.azure.com/location': cluster.body.location ?? '',
    'fleet.azure.com/member-name': member,
    'fleet.azure.com/resource-group': group,
    'fleet.azure.com/subscription-id': subscription,
    ...Object.fromEntries(Object.entries(own).filter(([key]) => !key.startsWith('fleet.azure.com/'))),
  }
}

function groupOf(properties: JsonObject, request: WriteRequest): JsonObject {
  const group = properties.group
  if (typeof group !== 'string' || group === '') return {}
  if (!namePattern(50).test(group)) throw fleetError(400, 'InvalidParameter', `The group name '${group}' is invalid.`, request)
  return { group }
}

function clusterOf(id: unknown, context: AzureContext): Resource | undefined {
  if (typeof id !== 'string' || !memberTypes.includes(typeOf(id).toLowerCase())) return undefined
  return context.store.get(id)
}

function takes(member: string, context: AzureContext): { real: number } {
  const fleet = context.store.get(parentOf(member) ?? '')
  return { real: fleet && hubOf(fleet) ? 50_000 : 7000 }
}

async function tell(what: 'joined' | 'updated' | 'left', member: Resource, context: AzureContext): Promise<void> {
  const hooks = context.hooks.member
  const fleet = context.store.get(parentOf(member.id) ?? '')
  const cluster = clusterOf(propertiesOf(member).clusterResourceId, context)
  if (!hooks || !fleet) return
  if (what === 'left') return hooks.left?.(member, fleet, cluster)
  if (cluster) await hooks[what]?.(member, fleet, cluster)
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
