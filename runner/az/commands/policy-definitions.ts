// az policy definition, set-definition and exemption: written from arguments, changed by reading and writing back.
import type { Json, JsonObject } from '../../base/json.ts'
import { type Call, type Handler, list, required, text } from '../command.ts'
import { flattened } from './flat-resource.ts'
import { applyUpdates } from './generic-update.ts'
import { jsonArgument, policyScope } from './policy-arguments.ts'

interface Kind {
  readonly command: string
  readonly type: string
  readonly version: string
  /** Where one stands: definitions in the subscription, exemptions at any scope. */
  readonly anyScope?: boolean
  /** What the arguments say of it, by the service's names. */
  said(call: Call): Promise<JsonObject>
}

const common = async (call: Call): Promise<JsonObject> => ({
  ...texts(call, { description: 'description', displayName: 'display_name', version: 'version' }),
  ...(await json(call, 'metadata', '--metadata', 'metadata')),
})

const definitions: Kind = {
  command: 'policy definition',
  type: 'policyDefinitions',
  version: '2025-11-01',
  said: async (call) => ({
    ...(await common(call)),
    ...texts(call, { mode: 'mode' }),
    ...(await json(call, 'parameters', '--params', 'params')),
    ...(await json(call, 'policyRule', '--rules', 'rules')),
  }),
}

const sets: Kind = {
  command: 'policy set-definition',
  type: 'policySetDefinitions',
  version: '2025-11-01',
  said: async (call) => ({
    ...(await common(call)),
    ...(await json(call, 'parameters', '--params', 'params')),
    ...(await json(call, 'policyDefinitions', '--definitions', 'definitions')),
    ...(await json(call, 'policyDefinitionGroups', '--definition-groups', 'definition_groups')),
  }),
}

const exemptions: Kind = {
  command: 'policy exemption',
  type: 'policyExemptions',
  version: '2026-01-01-preview',
  anyScope: true,
  said: async (call) => ({
    ...(await common(call)),
    ...texts(call, {
      assignmentScopeValidation: 'assignment_scope_validation',
      exemptionCategory: 'exemption_category',
      expiresOn: 'expires_on',
      policyAssignmentId: 'policy_assignment',
    }),
    ...references(call),
  }),
}

/** Commands about what is defined, and who is let off. */
export const definitionHandlers: Readonly<Record<string, Handler>> = Object.assign({}, ...[definitions, sets, exemptions].map(handlersOf))

function handlersOf(kind: Kind): Readonly<Record<string, Handler>> {
  const { command } = kind
  return {
    [`${command} create`]: (call) => create(call, kind),
    [`${command} update`]: (call) => update(call, kind),
    [`${command} delete`]: async (call) => void (await call.arm.send('DELETE', { path: path(call, kind) })),
    [`${command} list`]: async (call) => (await call.arm.list(listPath(call, kind))).map(flattened),
    ...(kind === definitions ? {} : { [`${command} show`]: (call: Call) => show(call, kind) }),
  }
}

function base(call: Call, { type, anyScope }: Kind): string {
  return `${anyScope ? policyScope(call) : call.arm.scope()}/providers/Microsoft.Authorization/${type}`
}

function path(call: Call, kind: Kind, name = required(call.values, 'name')): string {
  return `${base(call, kind)}/${encodeURIComponent(name)}?api-version=${kind.version}`
}

function listPath(call: Call, kind: Kind): string {
  const strict = kind.anyScope && call.values.disable_scope_strict_match !== true ? `$filter=${encodeURIComponent('atExactScope()')}&` : ''
  return `${base(call, kind)}?${strict}api-version=${kind.version}`
}

async function create(call: Call, kind: Kind): Promise<JsonObject> {
  const name = text(call.values, 'name') ?? call.context.randomBytes(12).reduce((word, byte) => word + byte.toString(16).padStart(2, '0'), '')
  return flattened((await call.arm.send('PUT', { path: path(call, kind, name), body: { properties: await kind.said(call) } })).body)
}

/** What is not said stays; `--set` and the like work on what is printed. */
async function update(call: Call, kind: Kind): Promise<JsonObject> {
  const before = await call.arm.get(path(call, kind))
  const said = await kind.said(call)
  const { id: _id, name: _name, type: _type, systemData: _data, ...printed } = flattened(before)
  const changed = applyUpdates(withPlainNames(call), { ...printed, ...said })
  return flattened((await call.arm.send('PUT', { path: path(call, kind), body: { properties: changed } })).body)
}

function withPlainNames(call: Call): Call {
  const { generic_update_set = [], generic_update_add = [], generic_update_remove = [] } = call.values
  const values = { ...call.values, properties_to_set: generic_update_set, properties_to_add: generic_update_add, properties_to_remove: generic_update_remove }
  return { ...call, values }
}

/** A set is looked for among the built-in ones first. */
async function show(call: Call, kind: Kind): Promise<JsonObject> {
  if (kind.anyScope) return flattened(await call.arm.get(path(call, kind)))
  const builtIn = `/providers/Microsoft.Authorization/${kind.type}/${encodeURIComponent(required(call.values, 'name'))}?api-version=${kind.version}`
  const found = await call.arm.get(builtIn).catch(() => undefined)
  return flattened(found ?? (await call.arm.get(path(call, kind))))
}

function texts({ values }: Call, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(names).flatMap(([shown, dest]): [string, Json][] => {
      const value = text(values, dest)
      return value === undefined ? [] : [[shown, value]]
    }),
  )
}

async function json(call: Call, shown: string, option: string, dest: string): Promise<JsonObject> {
  const value = await jsonArgument(call, option, list(call.values, dest)?.join(' ') ?? text(call.values, dest))
  return value === undefined ? {} : { [shown]: value }
}

function references({ values }: Call): JsonObject {
  const given = list(values, 'policy_definition_reference_ids')
  return given === undefined ? {} : { policyDefinitionReferenceIds: [...given] }
}
