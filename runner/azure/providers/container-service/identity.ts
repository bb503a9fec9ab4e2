// Managed identities in bodies: the ids that the directory gives them.
import { isObject, type JsonObject } from '../../../base/json.ts'
import type { AzureContext } from '../../resource-type.ts'

/** An `identity` as it is shown: with the ids of what was asked for, kept where it was there before; undefined if none was ever given. */
export function identityOf(given: JsonObject, before: JsonObject, context: AzureContext): JsonObject | undefined {
  const type = given.type ?? before.type
  if (typeof type !== 'string') return undefined
  return { ...systemIdentity(type, before, context), type, ...userIdentities(type, given, before, context) }
}

function systemIdentity(type: string, before: JsonObject, context: AzureContext): JsonObject {
  if (!type.includes('SystemAssigned')) return {}
  return { principalId: before.principalId ?? context.random.uuid(), tenantId: context.tenant.id }
}

function userIdentities(type: string, given: JsonObject, before: JsonObject, context: AzureContext): JsonObject {
  const asked = given.userAssignedIdentities ?? before.userAssignedIdentities
  if (!type.includes('UserAssigned') || !isObject(asked)) return {}
  const known = isObject(before.userAssignedIdentities) ? before.userAssignedIdentities : {}
  const entries = Object.keys(asked).map((id) => [id, known[id] ?? { clientId: context.random.uuid(), principalId: context.random.uuid() }])
  return { userAssignedIdentities: Object.fromEntries(entries) }
}
