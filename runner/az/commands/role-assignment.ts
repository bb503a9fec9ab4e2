// az role assignment: who has which role where.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, type Handler, list, required, text } from '../command.ts'
import { randomUuid } from '../context.ts'
import models from '../facts/models-authorization.json' with { type: 'json' }
import { filterQuery, graphList, objectsByIds, quoted } from '../graph.ts'
import { type Models, modelOutput } from '../models.ts'
import { isGuid, listDefinitions, resolveRole, roleScope } from './role-definition.ts'

const version = 'api-version=2022-04-01'

/** Commands of `az role assignment`. */
export const assignmentHandlers: Readonly<Record<string, Handler>> = {
  'role assignment create': create,
  'role assignment list': listAssignments,
  'role assignment delete': remove,
}

interface Principal {
  readonly id: string
  readonly type: string | undefined
}

function output(value: Json | undefined): JsonObject {
  return modelOutput(models as unknown as Models, 'RoleAssignment', value)
}

async function create(call: Call): Promise<JsonObject> {
  const { values } = call
  const role = required(values, 'role')
  const principal = await assignedPrincipal(call)
  const scope = roleScope(call)
  const roleDefinitionId = await resolveRole(call, role, scope)
  const optional = Object.fromEntries(
    [
      ['description', text(values, 'description')],
      ['condition', text(values, 'condition')],
      ['conditionVersion', text(values, 'condition_version') ?? (text(values, 'condition') === undefined ? undefined : '2.0')],
    ].filter(([, value]) => value !== undefined),
  )
  const properties = { roleDefinitionId, principalId: principal.id, ...(principal.type === undefined ? {} : { principalType: principal.type }), ...optional }
  const name = text(values, 'assignment_name') ?? randomUuid(call.context)
  try {
    return output(
      (await call.arm.send('PUT', { path: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}?${version}`, body: { properties } })).body,
    )
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== 'RoleAssignmentExists') throw error
    const [existing] = await named(call, await search(call, scope, { principal: principal.id, role, inherited: false }), scope)
    if (existing === undefined) throw error
    return existing
  }
}

async function assignedPrincipal(call: Call): Promise<Principal> {
  const { values, log } = call
  const assignee = text(values, 'assignee')
  const objectId = text(values, 'assignee_object_id')
  const type = text(values, 'assignee_principal_type')
  if ((assignee === undefined) === (objectId === undefined)) throw new AzError('usage error: --assignee STRING | --assignee-object-id GUID')
  if (type !== undefined && objectId === undefined) throw new AzError('usage error: --assignee-object-id GUID --assignee-principal-type TYPE')
  if (text(values, 'condition_version') !== undefined && text(values, 'condition') === undefined) {
    throw new AzError('usage error: When --condition-version is set, --condition must be set as well.')
  }
  if (assignee !== undefined) return resolvePrincipal(call, assignee)
  if (type !== undefined) return { id: objectId ?? '', type }
  log.warning(
    'RBAC service might reject creating role assignment without --assignee-principal-type in the future. Better to specify --assignee-principal-type manually.',
  )
  const [found] = await objectsByIds(call, [objectId ?? ''])
  return { id: objectId ?? '', type: isObject(found) ? principalType(found) : undefined }
}

async function resolvePrincipal(call: Call, assignee: string): Promise<Principal> {
  const first = async (path: string): Promise<string | undefined> => {
    const [found] = await graphList(call, path)
    return isObject(found) ? String(found.id) : undefined
  }
  const user = assignee.includes('@') ? await first(`/users?${filterQuery(`userPrincipalName eq ${quoted(assignee)}`)}`) : undefined
  if (user !== undefined) return { id: user, type: 'User' }
  const service = await first(`/servicePrincipals?${filterQuery(`servicePrincipalNames/any(c:c eq ${quoted(assignee)})`)}`)
  if (service !== undefined) return { id: service, type: 'ServicePrincipal' }
  const [found] = isGuid(assignee) ? await objectsByIds(call, [assignee]) : []
  if (isObject(found)) return { id: String(found.id), type: principalType(found) }
  throw new AzError(
    `Cannot find user or service principal in graph database for '${assignee}'. If the assignee is an appId, make sure the corresponding service principal is created with 'az ad sp create --id ${assignee}'.`,
  )
}

/** `#microsoft.graph.servicePrincipal` as ARM calls it. */
function principalType(object: JsonObject): string {
  const name =
    String(object['@odata.type'] ?? '')
      .split('.')
      .at(-1) ?? ''
  return name.charAt(0).toUpperCase() + name.slice(1)
}

interface SearchOptions {
  readonly principal?: string | undefined
  readonly role?: string | undefined
  readonly inherited: boolean
  readonly groups?: boolean
}

async function search(call: Call, scope: string | undefined, options: SearchOptions): Promise<readonly JsonObject[]> {
  const assigned = options.principal !== undefined && options.groups ? `assignedTo('${options.principal}')` : undefined
  const direct = options.principal === undefined ? undefined : `principalId eq '${options.principal}'`
  const filter = scope === undefined ? (assigned ?? direct) : ['atScope()', assigned].filter((part) => part !== undefined).join(' and ')
  const query = filter === undefined ? '' : `&${filterQuery(filter)}`
  const found = (await call.arm.list(`${scope ?? call.arm.scope()}/providers/Microsoft.Authorization/roleAssignments?${version}${query}`)).map(output)
  if (found.length === 0) return []
  const atScope = found.filter((entry) => scope === undefined || options.inherited || String(entry.scope).toLowerCase() === scope.toLowerCase())
  const roleId = options.role === undefined ? undefined : await resolveRole(call, options.role, scope ?? call.arm.scope())
  return atScope
    .filter((entry) => roleId === undefined || entry.roleDefinitionId === roleId)
    .filter((entry) => options.principal === undefined || options.groups || entry.principalId === options.principal)
}

/** Assignments with the names of role and principal, without what is null. */
async function named(call: Call, assignments: readonly JsonObject[], scope: string | undefined): Promise<readonly JsonObject[]> {
  if (assignments.length === 0) return []
  const definitions = call.values.fill_role_definition_name === false ? [] : await listDefinitions(call, scope ?? call.arm.scope())
  const roles = new Map(definitions.map((entry) => [entry.id, isObject(entry.properties) ? entry.properties.roleName : undefined]))
  const principals =
    call.values.fill_principal_name === false ? [] : await objectsByIds(call, [...new Set(assignments.map((entry) => String(entry.principalId)))])
  const names = new Map(principals.filter(isObject).map((entry) => [entry.id, displayName(entry)]))
  return assignments.map((entry) => {
    const known = Object.fromEntries(Object.entries(entry).filter(([key, value]) => value !== null && value !== undefined && key !== 'systemData'))
    return { ...known, roleDefinitionName: roles.get(entry.roleDefinitionId) ?? null, principalName: names.get(entry.principalId) ?? '' }
  })
}

function displayName(object: JsonObject): string {
  if (typeof object.userPrincipalName === 'string') return object.userPrincipalName
  if (Array.isArray(object.servicePrincipalNames)) return String(object.servicePrincipalNames[0] ?? '')
  return String(object.displayName ?? '')
}

async function principalOf(call: Call): Promise<string | undefined> {
  const assignee = text(call.values, 'assignee')
  const objectId = text(call.values, 'assignee_object_id')
  if (assignee !== undefined && objectId !== undefined) throw new AzError('Usage error: Provide only one of --assignee or --assignee-object-id.')
  return assignee === undefined ? objectId : (await resolvePrincipal(call, assignee)).id
}

async function listAssignments(call: Call): Promise<readonly JsonObject[]> {
  const { values } = call
  const all = flag(values, 'show_all')
  if (all && (text(values, 'scope') !== undefined || text(values, 'resource_group_name') !== undefined))
    throw new AzError('group or scope are not required when --all is used')
  const scope = all ? undefined : roleScope(call)
  const principal = await principalOf(call)
  const found = await search(call, scope, {
    principal,
    role: text(values, 'role'),
    inherited: flag(values, 'include_inherited'),
    groups: flag(values, 'include_groups'),
  })
  return named(call, found, scope)
}

async function remove(call: Call): Promise<void> {
  const { values } = call
  const ids = [...(list(values, 'ids') ?? [])]
  const given = ['assignee', 'assignee_object_id', 'role', 'resource_group_name', 'scope'].some((name) => text(values, name) !== undefined)
  if (ids.length === 0 && !given) {
    throw new AzError('Please provide at least one of these arguments: --ids, --assignee, --assignee-object-id, --role, --resource-group, --scope')
  }
  if (ids.length === 0) ids.push(...(await matching(call)))
  for (const id of ids) await call.arm.send('DELETE', { path: `${id}?${version}` })
}

async function matching(call: Call): Promise<readonly string[]> {
  const scope = roleScope(call)
  const principal = await principalOf(call)
  const found = await search(call, scope, { principal, role: text(call.values, 'role'), inherited: flag(call.values, 'include_inherited') })
  if (found.length === 0) throw new AzError('No matched assignments were found to delete')
  return found.map((entry) => String(entry.id))
}
