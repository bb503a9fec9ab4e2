// az fleet member: clusters that belong to a fleet.
import { isObject, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, required, text } from '../command.ts'
import { change, childHandlers, fleetInput, fleetOutput, fleetPath } from './fleet-resource.ts'
import { isResourceId } from './resource-ids.ts'
import { waitFor } from './wait.ts'

const common = childHandlers({ collection: 'members', model: 'FleetMember', name: 'name' })

/** Commands of `az fleet member`. */
export const group: CommandGroup = {
  handlers: {
    'fleet member create': create,
    'fleet member update': (call) => change(call, 'PATCH', { path: onePath(call), body: { properties: groupAndLabels(call) } }, 'FleetMember'),
    'fleet member show': common.show,
    'fleet member list': common.list,
    'fleet member delete': common.delete,
    'fleet member reconcile': reconcile,
    'fleet member wait': (call) => waitFor(call, async () => fleetOutput('FleetMember', await call.arm.get(onePath(call, 'fleet_member_name')))),
  },
}

function onePath(call: Call, name = 'name'): string {
  return fleetPath(call, [required(call.values, 'fleet_name'), 'members', required(call.values, name)])
}

function groupAndLabels({ values }: Call): JsonObject {
  const updateGroup = text(values, 'update_group')
  const labels = values.member_labels
  return { ...(updateGroup === undefined ? {} : { group: updateGroup }), ...(isObject(labels) ? { labels } : {}) }
}

async function create(call: Call): Promise<JsonObject | undefined> {
  const clusterResourceId = required(call.values, 'member_cluster_id')
  if (!isResourceId(clusterResourceId)) throw new AzError('--member-cluster-id is not a valid Azure resource ID.')
  return change(call, 'PUT', { path: onePath(call), body: { properties: { clusterResourceId, ...groupAndLabels(call) } } }, 'FleetMember')
}

async function reconcile(call: Call): Promise<JsonObject | undefined> {
  const member = await call.arm.get(onePath(call))
  const etag = isObject(member) ? member.eTag : undefined
  const headers = typeof etag === 'string' ? { 'if-match': etag } : {}
  return change(call, 'PUT', { path: onePath(call), body: fleetInput('FleetMember', member), headers }, 'FleetMember')
}
