// Microsoft.ContainerService/fleets/managedNamespaces: namespaces of a hub that Azure looks after, and where they are placed.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { parentOf } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetBusy, fleetError, fleetNameRule } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions, hubOf } from './fleets.ts'

const takes = { real: 20_000 }

/** The row of managed namespaces. */
export const managedNamespaces = defineResourceType({
  type: 'Microsoft.ContainerService/fleets/managedNamespaces',
  apiVersions: fleetApiVersions,
  asyncVersion: '2016-03-30',
  sorted: true,
  systemData: true,
  tracked: true,
  recordsOperation: true,
  name: fleetNameRule('managedNamespaces', 63),
  eTag: fleetETag,
  busy: fleetBusy,
  put,
  patch: ({ body, old }) => ({ body: { ...old.body, ...(isObject(body.tags) ? { tags: body.tags } : {}) } }),
  remove: () => ({ state: 'Deleting', takes }),
  async complete({ resource, context }) {
    const fleet = fleetOf(resource, context)
    if (fleet) await context.hooks.namespace?.applied?.(resource, fleet)
    return undefined
  },
  async removed(resource, context) {
    const fleet = fleetOf(resource, context)
    if (fleet) await context.hooks.namespace?.deleted?.(resource, fleet)
  },
})

function put(request: WriteRequest): Draft {
  const { old, body, context } = request
  const fleet = context.store.get(parentOf(request.id) ?? '')
  if (fleet && !hubOf(fleet)) throw fleetError(400, 'HublessFleetNotSupported', 'Managed namespaces need a fleet with a hub.', request)
  const given = isObject(body.properties) ? body.properties : {}
  for (const [name, allowed] of Object.entries(policies)) {
    const value = given[name]
    if (value !== undefined && !allowed.includes(String(value))) throw error(400, 'InvalidParameter', `The ${name} '${String(value)}' is invalid.`)
  }
  const usual: JsonObject = { adoptionPolicy: 'Never', deletePolicy: 'Keep' }
  return { body: { ...body, properties: { ...usual, ...given } }, operation: { state: old ? 'Updating' : 'Creating', takes } }
}

const policies: Readonly<Record<string, readonly string[]>> = { adoptionPolicy: ['Never', 'IfIdentical', 'Always'], deletePolicy: ['Keep', 'Delete'] }

function fleetOf(namespace: Resource, context: AzureContext): Resource | undefined {
  return context.store.get(parentOf(namespace.id) ?? '')
}
