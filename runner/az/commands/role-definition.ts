// az role definition: what roles allow.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, type Handler, required, text } from '../command.ts'
import { randomUuid } from '../context.ts'
import models from '../facts/models-authorization.json' with { type: 'json' }
import { filterQuery } from '../graph.ts'
import { pythonJsonError } from '../json-error.ts'
import { type Models, modelOutput } from '../models.ts'
import { absolutePath } from '../paths.ts'
import { pythonRepr } from '../python.ts'
import { isResourceId } from './resource-ids.ts'

const version = 'api-version=2022-05-01-preview'

/** Commands of `az role definition`. */
export const definitionHandlers: Readonly<Record<string, Handler>> = {
  'role definition list': async (call) => (await searchDefinitions(call)).map(definitionOutput),
  'role definition show': show,
  'role definition create': (call) => createOrUpdate(call, false),
  'role definition update': (call) => createOrUpdate(call, true),
  'role definition delete': remove,
}

/** What is printed of a definition. */
export function definitionOutput(value: Json): JsonObject {
  return modelOutput(models as unknown as Models, 'RoleDefinition', value)
}

/** The scope of a command: as given, else the group's or the subscription's. */
export function roleScope(call: Call): string {
  const scope = text(call.values, 'scope')
  const group = text(call.values, 'resource_group_name')
  if (scope === undefined) return group === undefined ? call.arm.scope() : `${call.arm.scope()}/resourceGroups/${group}`
  if (group !== undefined) throw new AzError(`Resource group "${group}" is redundant because scope is supplied`)
  const valid = /^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?\/?$/i.test(scope) || isResourceId(scope)
  if (scope.startsWith('/subscriptions/') && !valid) throw new AzError('Invalid scope. Please use --help to view the valid format.')
  return scope
}

/** Definitions at a scope; a name is filtered by the server. */
export async function listDefinitions(call: Call, scope: string, name?: string): Promise<readonly JsonObject[]> {
  const filter = name === undefined ? '' : `&${filterQuery(`roleName eq '${name}'`)}`
  return (await call.arm.list(`${scope}/providers/Microsoft.Authorization/roleDefinitions?${version}${filter}`)).filter(isObject)
}

/** The id of a role given by id, GUID or name. */
export async function resolveRole(call: Call, role: string, scope: string): Promise<string> {
  if (/^\/subscriptions\/.+\/providers\/Microsoft\.Authorization\/roleDefinitions\//i.test(role)) return role
  if (isGuid(role)) return `${call.arm.scope()}/providers/Microsoft.Authorization/roleDefinitions/${role}`
  const found = await listDefinitions(call, scope, role)
  const ids = found.map((entry) => String(entry.id))
  if (ids.length > 1) throw new AzError(`More than one role matches the given name '${role}'. Please pick a value from '${pythonRepr(ids)}'`)
  if (ids[0] === undefined) throw new AzError(`Role '${role}' doesn't exist.`)
  return ids[0]
}

/** True for a GUID. */
export function isGuid(value: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)
}

function roleName(definition: JsonObject): Json | undefined {
  return isObject(definition.properties) ? definition.properties.roleName : undefined
}

async function searchDefinitions(call: Call): Promise<readonly JsonObject[]> {
  const name = text(call.values, 'name')
  const found = await listDefinitions(call, roleScope(call), name !== undefined && !isGuid(name) ? name : undefined)
  const named = name === undefined ? found : found.filter((entry) => entry.name === name || roleName(entry) === name)
  return flag(call.values, 'custom_role_only') ? named.filter((entry) => isObject(entry.properties) && entry.properties.type === 'CustomRole') : named
}

async function show(call: Call): Promise<JsonObject> {
  const id = text(call.values, 'role_id')
  const scope = text(call.values, 'scope')
  const name = text(call.values, 'name')
  if (id === undefined && scope === undefined && name === undefined) throw new AzError('Usage error: Provide --scope and --name, or --id')
  if (id === undefined && (scope === undefined || name === undefined)) throw new AzError('Usage error: Provide both --scope and --name')
  const path = id ?? `${scope}/providers/Microsoft.Authorization/roleDefinitions/${name}`
  return definitionOutput((await call.arm.get(`${path}?${version}`)) ?? {})
}

async function readDefinition(call: Call): Promise<JsonObject> {
  const given = required(call.values, 'role_definition')
  const path = absolutePath(call.context, given)
  const source = (await call.context.files.exists(path)) ? ((await call.context.files.read(path)) ?? '') : given
  let value: unknown
  try {
    value = JSON.parse(source.replace(/^\ufeff/, ''))
  } catch {
    throw new AzError(`Failed to parse string as JSON:\n${source}\nError detail: ${pythonJsonError(source)}`)
  }
  if (!isObject(value)) throw new AzError('Invalid role definition. A valid dictionary JSON representation is expected.')
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key.charAt(0).toLowerCase() + key.slice(1), part]))
}

async function createOrUpdate(call: Call, update: boolean): Promise<JsonObject> {
  const given = await readDefinition(call)
  const scopes = Array.isArray(given.assignableScopes) ? given.assignableScopes.map(String) : []
  const name = String((update ? given.roleName : given.name) ?? given.name ?? '')
  if (name === '') throw new AzError('please provide role name')
  if (!update && scopes.length === 0) throw new AzError("please provide 'assignableScopes'")
  const guid = update ? await existingName(call, given) : randomUuid(call.context)
  const lists = ['actions', 'notActions', 'dataActions', 'notDataActions'].filter((key) => Array.isArray(given[key]))
  const permissions = Array.isArray(given.permissions) ? given.permissions : [Object.fromEntries(lists.map((key) => [key, given[key] ?? []]))]
  const properties = { roleName: name, description: given.description ?? '', permissions, assignableScopes: scopes }
  const answer = await call.arm.send('PUT', {
    path: `${scopes[0] ?? call.arm.scope()}/providers/Microsoft.Authorization/roleDefinitions/${guid}?${version}`,
    body: { properties },
  })
  return definitionOutput(answer.body ?? {})
}

async function existingName(call: Call, given: JsonObject): Promise<string> {
  if (typeof given.id === 'string') return given.id.split('/').at(-1) ?? ''
  call.log.warning('Role "id" is missing. Look for the role in the current subscription...')
  const name = String(given.name ?? '')
  const found = (await listDefinitions(call, call.arm.scope(), isGuid(name) ? undefined : name)).filter(
    (entry) => entry.name === name || roleName(entry) === name,
  )
  if (found.length > 1) throw new AzError(`More than 2 definitions are found with the name of "${name}"`)
  if (found[0] === undefined) throw new AzError(`No definition was found with the name of "${name}"`)
  return String(found[0].name)
}

async function remove(call: Call): Promise<void> {
  const scope = roleScope(call)
  for (const entry of await searchDefinitions(call)) {
    await call.arm.send('DELETE', { path: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${String(entry.name)}?${version}` })
  }
}
