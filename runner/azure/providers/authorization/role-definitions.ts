// Microsoft.Authorization/roleDefinitions: the built-in roles, and those that users make.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parseId, type ResourceId, resourceId } from '../../resource-id.ts'
import { type AzureContext, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import { preciseTime } from '../../resource-writer.ts'
import type { Resource } from '../../state.ts'
import builtInRoles from './built-in-roles.json' with { type: 'json' }

/** The row of role definitions. */
export const roleDefinitions = defineResourceType({
  type: 'Microsoft.Authorization/roleDefinitions',
  apiVersions: ['2022-05-01-preview', '2022-04-01', '2018-01-01-preview'],
  anyScope: true,
  alwaysCreated: true,
  openAtRoot: true,
  provisioned: false,
  missing: (id) => error(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${nameOf(id)}' does not exist.`),
  read(id, context) {
    const { subscription } = parseId(id)
    return builtIn(subscription).find((role) => nameOf(role.id) === nameOf(id).toLowerCase())?.body ?? context.store.get(id)?.body
  },
  put,
  remove: () => undefined,
  listAt: (scope, context) => [...builtIn(parseId(scope).subscription), ...context.store.list('Microsoft.Authorization/roleDefinitions')],
  matches: (role, filter) => matches(role, filter),
})

/** A role by its name or id, in the spelling of a subscription; only built-in ones without a context. */
export function findRole(nameOrId: string, subscription: string, context?: AzureContext): Resource | undefined {
  const wanted = nameOrId.toLowerCase()
  const all = [...builtIn(subscription), ...(context?.store.list('Microsoft.Authorization/roleDefinitions') ?? [])]
  return all.find((role) => nameOf(role.id).toLowerCase() === nameOf(wanted) || String(propertiesOf(role).roleName).toLowerCase() === wanted)
}

function builtIn(subscription: string | undefined): Resource[] {
  return builtInRoles.map((role) => {
    const id = definitionId(role.id, subscription)
    const { actions, notActions, dataActions, notDataActions } = role
    const properties = {
      roleName: role.roleName,
      type: 'BuiltInRole',
      description: role.description,
      assignableScopes: ['/'],
      permissions: [{ actions, notActions, dataActions, notDataActions }],
      createdOn: '2022-08-15T17:03:13.7183478Z',
      updatedOn: '2023-05-01T09:00:00.0000000Z',
      createdBy: null,
      updatedBy: null,
    }
    return { id, type: 'Microsoft.Authorization/roleDefinitions', body: { properties, id, type: 'Microsoft.Authorization/roleDefinitions', name: role.id } }
  })
}

function definitionId(name: string, subscription: string | undefined): ResourceId {
  return resourceId(`${subscription === undefined ? '' : `/subscriptions/${subscription}`}/providers/Microsoft.Authorization/roleDefinitions/${name}`)
}

function put({ body, old, caller, context }: WriteRequest): Draft {
  const asked = isObject(body.properties) ? body.properties : body
  const roleName = asked.roleName
  if (typeof roleName !== 'string' || roleName === '') throw error(400, 'RoleDefinitionWithInvalidName', 'The role name is required.')
  if (builtInRoles.some((role) => role.roleName.toLowerCase() === roleName.toLowerCase()))
    throw error(409, 'RoleDefinitionWithSameNameExists', `A custom role with the same name already exists in this directory. Use a different name.`)
  const now = preciseTime(context.clock.now())
  const before: JsonObject = old ? propertiesOf(old) : {}
  return {
    body: {
      properties: {
        roleName,
        type: 'CustomRole',
        description: asked.description ?? '',
        assignableScopes: asked.assignableScopes ?? [],
        permissions: asked.permissions ?? [],
        createdOn: before.createdOn ?? now,
        updatedOn: now,
        createdBy: before.createdBy ?? caller.objectId,
        updatedBy: caller.objectId,
      },
    },
  }
}

function matches(role: Resource, filter: string): boolean {
  const name = /roleName\s+eq\s+'((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'")
  const type = /(?:^|\s)type\s+eq\s+'(\w+)'/i.exec(filter)?.[1]
  const { roleName, type: kind } = propertiesOf(role)
  return (
    (name === undefined || String(roleName).toLowerCase() === name.toLowerCase()) && (type === undefined || String(kind).toLowerCase() === type.toLowerCase())
  )
}
