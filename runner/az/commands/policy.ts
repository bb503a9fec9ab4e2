// az policy: definitions and assignments of rules.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, list, required, text } from '../command.ts'
import { absolutePath } from '../paths.ts'
import { flattened } from './flat-resource.ts'

const version = 'api-version=2025-11-01'

/** Commands of `az policy`. */
export const group: CommandGroup = {
  handlers: {
    'policy definition list': async (call) =>
      (await call.arm.list(`${call.arm.scope()}/providers/Microsoft.Authorization/policyDefinitions?${version}`)).map(flattened),
    'policy definition show': async (call) => flattened(await call.arm.get(`${await definitionId(call, required(call.values, 'name'))}?${version}`)),
    'policy assignment list': listAssignments,
    'policy assignment show': async (call) => flattened(await call.arm.get(assignmentPath(call))),
    'policy assignment create': createAssignment,
    'policy assignment delete': async (call) => void (await call.arm.send('DELETE', { path: assignmentPath(call) })),
  },
}

function scopeOf(call: Call): string {
  const group = text(call.values, 'resource_group') ?? text(call.values, 'resource_group_name')
  return text(call.values, 'scope') ?? (group === undefined ? call.arm.scope() : `${call.arm.scope()}/resourceGroups/${group}`)
}

function assignmentPath(call: Call, name = required(call.values, 'name')): string {
  return `${scopeOf(call)}/providers/Microsoft.Authorization/policyAssignments/${encodeURIComponent(name)}?${version}`
}

async function listAssignments(call: Call): Promise<readonly JsonObject[]> {
  const filter = call.values.disable_scope_strict_match === true ? '' : `$filter=${encodeURIComponent('atExactScope()')}&`
  return (await call.arm.list(`${scopeOf(call)}/providers/Microsoft.Authorization/policyAssignments?${filter}${version}`)).map(flattened)
}

/** A definition's id from its id or its name: the subscription's own first, then a built-in one. */
async function definitionId(call: Call, policy: string): Promise<string> {
  if (policy.startsWith('/')) return policy
  const own = `${call.arm.scope()}/providers/Microsoft.Authorization/policyDefinitions/${policy}`
  return call.arm.get(`${own}?${version}`).then(
    () => own,
    () => `/providers/Microsoft.Authorization/policyDefinitions/${policy}`,
  )
}

async function createAssignment(call: Call): Promise<JsonObject> {
  const { values } = call
  const parameters = await jsonArgument(call, '--params', text(values, 'params'))
  const policy = text(values, 'policy') ?? text(values, 'policy_set_definition')
  if (policy === undefined) throw new AzError('usage error: --policy NAME_OR_ID | --policy-set-definition NAME_OR_ID')
  const location = text(values, 'location')
  const identity = values.mi_system_assigned === undefined || values.mi_system_assigned === null ? undefined : { type: 'SystemAssigned' }
  const display = text(values, 'display_name')
  const body = {
    ...(identity === undefined ? {} : { identity }),
    ...(location === undefined ? {} : { location }),
    properties: {
      ...(display === undefined ? {} : { displayName: display }),
      enforcementMode: text(values, 'enforcement_mode') ?? 'Default',
      ...(list(values, 'not_scopes') === undefined ? {} : { notScopes: list(values, 'not_scopes') }),
      ...(parameters === undefined ? {} : { parameters }),
      policyDefinitionId: await definitionId(call, policy),
    },
  }
  const name = text(values, 'name') ?? call.context.randomBytes(12).reduce((word, byte) => word + byte.toString(16).padStart(2, '0'), '')
  return flattened((await call.arm.send('PUT', { path: assignmentPath(call, name), body })).body)
}

/** JSON inline or in a file. */
async function jsonArgument(call: Call, option: string, value: string | undefined): Promise<Json | undefined> {
  if (value === undefined) return undefined
  const text_ = (await call.context.files.read(absolutePath(call.context, value))) ?? value
  try {
    const parsed = JSON.parse(text_) as Json
    if (isObject(parsed)) return parsed
  } catch {
    // Said below, as for any other value that is no object.
  }
  throw new AzError(`Failed to parse '${option}' argument: dict type value expected, got '${value}'(<class 'str'>)`)
}
