// az policy: definitions and assignments of rules.
import type { JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, list, required, text } from '../command.ts'
import { flattened } from './flat-resource.ts'
import { applyUpdates } from './generic-update.ts'
import { jsonArgument, policyScope } from './policy-arguments.ts'
import { definitionHandlers } from './policy-definitions.ts'
import { stateHandlers } from './policy-states.ts'

const version = 'api-version=2025-11-01'

/** Commands of `az policy`. */
export const group: CommandGroup = {
  handlers: {
    ...definitionHandlers,
    ...stateHandlers,
    'policy definition show': async (call) => flattened(await call.arm.get(`${await definitionId(call, required(call.values, 'name'))}?${version}`)),
    'policy assignment list': listAssignments,
    'policy assignment show': async (call) => flattened(await call.arm.get(assignmentPath(call))),
    'policy assignment create': createAssignment,
    'policy assignment update': updateAssignment,
    'policy assignment delete': async (call) => void (await call.arm.send('DELETE', { path: assignmentPath(call) })),
  },
}

function assignmentPath(call: Call, name = required(call.values, 'name')): string {
  return `${policyScope(call)}/providers/Microsoft.Authorization/policyAssignments/${encodeURIComponent(name)}?${version}`
}

async function listAssignments(call: Call): Promise<readonly JsonObject[]> {
  const filter = call.values.disable_scope_strict_match === true ? '' : `$filter=${encodeURIComponent('atExactScope()')}&`
  return (await call.arm.list(`${policyScope(call)}/providers/Microsoft.Authorization/policyAssignments?${filter}${version}`)).map(flattened)
}

/** A definition's id from its id or its name: a built-in one first, then the subscription's own. */
async function definitionId(call: Call, policy: string, type = 'policyDefinitions'): Promise<string> {
  if (policy.startsWith('/')) return policy
  const builtIn = `/providers/Microsoft.Authorization/${type}/${policy}`
  const found = await call.arm.get(`${builtIn}?${version}`).catch(() => undefined)
  if (found !== undefined) return builtIn
  await call.arm.get(`${call.arm.scope()}${builtIn}?${version}`)
  return `${call.arm.scope()}${builtIn}`
}

async function createAssignment(call: Call): Promise<JsonObject> {
  const { values } = call
  const parameters = await jsonArgument(call, '--params', list(values, 'params')?.join(' ') ?? text(values, 'params'))
  const set = text(values, 'policy_set_definition')
  const policy = text(values, 'policy') ?? set
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
      policyDefinitionId: await definitionId(call, policy, set === undefined ? 'policyDefinitions' : 'policySetDefinitions'),
    },
  }
  const name = text(values, 'name') ?? call.context.randomBytes(12).reduce((word, byte) => word + byte.toString(16).padStart(2, '0'), '')
  return flattened((await call.arm.send('PUT', { path: assignmentPath(call, name), body })).body)
}

/** What is not said stays. */
async function updateAssignment(call: Call): Promise<JsonObject> {
  const { values } = call
  const before = await call.arm.get(assignmentPath(call))
  const { id: _id, name: _name, type: _type, location, identity, ...printed } = flattened(before)
  const said = { displayName: text(values, 'display_name'), description: text(values, 'description'), enforcementMode: text(values, 'enforcement_mode') }
  const parameters = await jsonArgument(call, '--params', list(values, 'params')?.join(' ') ?? text(values, 'params'))
  const { generic_update_set = [], generic_update_add = [], generic_update_remove = [] } = values
  const changes = { properties_to_set: generic_update_set, properties_to_add: generic_update_add, properties_to_remove: generic_update_remove }
  const given = Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
  const properties = applyUpdates({ ...call, values: changes }, { ...printed, ...given, ...(parameters === undefined ? {} : { parameters }) })
  const body = { ...(location === undefined ? {} : { location }), ...(identity === undefined ? {} : { identity }), properties }
  return flattened((await call.arm.send('PUT', { path: assignmentPath(call), body })).body)
}
