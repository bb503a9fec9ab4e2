// Microsoft.Authorization/roleAssignments: who has which role where. One counts a moment after it is made.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { idKey, nameOf, parentOf, type ResourceId, resourceId, within } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import { preciseTime } from '../../resource-writer.ts'
import type { Resource } from '../../state.ts'
import { findRole } from './role-definitions.ts'

const type = 'Microsoft.Authorization/roleAssignments'
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** How long an assignment takes to be believed everywhere, in world ms. */
const spreads = 1000

/** Owner of the timers that tell when an assignment takes effect; the key is its id. */
export const effectOwner = 'azure.role-assignments'

/** The row of role assignments. */
export const roleAssignments = defineResourceType({
  type,
  apiVersions: ['2022-04-01', '2020-04-01-preview'],
  anyScope: true,
  provisioned: false,
  name: {
    pattern: guid,
    refuse: (name) => error(400, 'InvalidRoleAssignmentId', `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`),
  },
  missing: (id) => error(404, 'RoleAssignmentNotFound', `The role assignment '${nameOf(id)}' is not found.`),
  put,
  async saved(one, { clock }) {
    const effectiveAt = one.inner?.effectiveAt
    if (typeof effectiveAt === 'number' && effectiveAt > clock.now()) clock.arm({ at: effectiveAt, owner: effectOwner, key: one.id })
  },
  remove: () => undefined,
  deleted: 200,
  listAt: (scope, context) => context.store.list(type).filter((one) => within(scopeOf(one), scope) || within(scope, scopeOf(one))),
  matches: (one, filter, list) => matches(one, filter, list.scope),
})

/** A role assignment as it is stored; `effectiveAt` is when it begins to count. */
export function assignment(facts: {
  id: ResourceId
  roleDefinitionId: string
  principalId: string
  principalType: string
  given: JsonObject
  by: string | null
  now: number
  effectiveAt: number
}): Resource {
  const at = preciseTime(facts.now)
  const { condition = null, conditionVersion = null, description = null } = facts.given
  const properties = {
    roleDefinitionId: facts.roleDefinitionId,
    principalId: facts.principalId,
    principalType: facts.principalType,
    scope: parentOf(facts.id) ?? '/',
    condition,
    conditionVersion,
    createdOn: at,
    updatedOn: at,
    createdBy: null,
    updatedBy: facts.by,
    delegatedManagedIdentityResourceId: null,
    description,
  }
  return { id: facts.id, type, body: { properties, id: facts.id, type, name: nameOf(facts.id) }, inner: { effectiveAt: facts.effectiveAt } }
}

/** How many assignments do not count yet. */
export function pendingAssignments({ store, clock }: AzureContext): number {
  return store.list(type).filter(({ inner }) => typeof inner?.effectiveAt === 'number' && inner.effectiveAt > clock.now()).length
}

function put({ id, body, old, caller, context }: WriteRequest): Draft {
  const given = isObject(body.properties) ? body.properties : body
  const { roleDefinitionId, principalId } = given
  if (typeof roleDefinitionId !== 'string' || typeof principalId !== 'string')
    throw error(400, 'InvalidCreateRoleAssignmentRequest', 'The request body must contain a roleDefinitionId and a principalId.')
  if (!guid.test(principalId)) throw error(400, 'InvalidPrincipalId', `A valid principal ID must be provided for role assignment.`)
  if (!findRole(roleDefinitionId, '', context))
    throw error(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${nameOf(roleDefinitionId).replaceAll('-', '')}' does not exist.`)
  const principal = context.directory.byObjectId(principalId)
  if (!principal) throw principalMissing(principalId, context)
  const scope = parentOf(id) ?? resourceId('/')
  const twin = context.store
    .list(type)
    .find(
      (one) => one.id !== old?.id && idKey(scopeOf(one)) === idKey(scope) && propertiesOf(one).principalId === principalId && sameRole(one, roleDefinitionId),
    )
  if (twin) throw exists(twin)
  if (old && (propertiesOf(old).principalId !== principalId || !sameRole(old, roleDefinitionId)))
    throw error(409, 'RoleAssignmentUpdateNotPermitted', 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.')
  const now = context.clock.now()
  const made = assignment({ id, roleDefinitionId, principalId, principalType: principal.type, given, by: caller.objectId, now, effectiveAt: now + spreads })
  return { body: made.body, inner: old?.inner ?? made.inner ?? {} }
}

function exists(twin: Resource): Error {
  return error(
    409,
    'RoleAssignmentExists',
    `The role assignment already exists. The ID of the existing role assignment is ${nameOf(twin.id).replaceAll('-', '')}.`,
  )
}

function principalMissing(principalId: string, context: AzureContext): Error {
  return error(
    400,
    'PrincipalNotFound',
    `Principal ${principalId.replaceAll('-', '')} does not exist in the directory ${context.tenant.id}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`,
  )
}

/** `atScope()` leaves away what lies below; `principalId eq 'x'` and `assignedTo('x')` keep one principal's. */
function matches(one: Resource, filter: string, scope: string): boolean {
  const principal = /(?:principalId\s+eq\s+|assignedTo\()'([^']*)'/i.exec(filter)?.[1]
  if (/atScope\(\)/i.test(filter) && !within(scope, scopeOf(one))) return false
  return principal === undefined || propertiesOf(one).principalId === principal
}

function scopeOf(one: Resource): string {
  return String(propertiesOf(one).scope ?? '/')
}

function sameRole(one: Resource, roleDefinitionId: string): boolean {
  return nameOf(String(propertiesOf(one).roleDefinitionId)).toLowerCase() === nameOf(roleDefinitionId).toLowerCase()
}
