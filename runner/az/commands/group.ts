// az group: resource groups.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, tags, text } from '../command.ts'
import models from '../facts/models-resources.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'
import { applyUpdates } from './generic-update.ts'
import { waitFor } from './wait.ts'

const version = 'api-version=2024-11-01'

/** Commands of `az group`. */
export const group: CommandGroup = {
  handlers: {
    'group create': create,
    'group show': async (call) => output(await call.arm.get(path(call))),
    'group list': listGroups,
    'group delete': remove,
    'group exists': exists,
    'group update': update,
    'group wait': (call) => waitFor(call, async () => output(await call.arm.get(path(call)))),
    'group export': exportTemplate,
  },
  tables: { transform_resource_group_list: (result) => rows(result) },
}

function path(call: Call): string {
  const name = text(call.values, 'rg_name') ?? text(call.values, 'resource_group_name') ?? ''
  return `${call.arm.scope()}/resourcegroups/${encodeURIComponent(name)}?${version}`
}

function output(value: Json | undefined): JsonObject {
  return modelOutput(models as unknown as Models, 'ResourceGroup', value)
}

function rows(result: unknown): unknown {
  const groups = Array.isArray(result) ? (result as readonly JsonObject[]) : []
  return groups.map((entry) => ({
    Name: entry.name,
    Location: entry.location,
    Status: isObject(entry.properties) ? entry.properties.provisioningState : null,
  }))
}

async function create(call: Call): Promise<JsonObject> {
  const { values } = call
  const given = tags(values)
  const managedBy = text(values, 'managed_by')
  const body = { location: required(values, 'location'), ...(managedBy === undefined ? {} : { managedBy }), ...(given === undefined ? {} : { tags: given }) }
  return output((await call.arm.send('PUT', { path: path(call), body })).body)
}

async function listGroups(call: Call): Promise<readonly JsonObject[]> {
  const [name, value] = Object.entries(tags(call.values, 'tag') ?? {})[0] ?? []
  const condition = name === undefined ? undefined : `tagname eq '${name}'${value ? ` and tagvalue eq '${value}'` : ''}`
  const filter = condition === undefined ? '' : `$filter=${encodeURIComponent(condition).replaceAll("'", '%27')}&`
  return (await call.arm.list(`${call.arm.scope()}/resourcegroups?${filter}${version}`)).map(output)
}

async function remove(call: Call): Promise<void> {
  const types = list(call.values, 'force_deletion_types')
  const query = types === undefined ? '' : `&forceDeletionTypes=${encodeURIComponent(types.join(','))}`
  await call.arm.operate('DELETE', { path: `${path(call)}${query}` }, { noWait: flag(call.values, 'no_wait') })
}

async function exists(call: Call): Promise<boolean> {
  try {
    await call.arm.send('HEAD', { path: path(call) })
    return true
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return false
    throw error
  }
}

async function update(call: Call): Promise<JsonObject> {
  const current = output(await call.arm.get(path(call)))
  const given = tags(call.values)
  const changed = applyUpdates(call, { ...current, ...(given === undefined ? {} : { tags: given }) })
  const { location, managedBy, tags: newTags } = changed
  const body = { location: location ?? null, ...(managedBy ? { managedBy } : {}), ...(newTags ? { tags: newTags } : {}), properties: {} }
  return output((await call.arm.send('PUT', { path: path(call), body })).body)
}

async function exportTemplate(call: Call): Promise<Json | undefined> {
  const options = [
    flag(call.values, 'include_comments') ? 'IncludeComments' : undefined,
    flag(call.values, 'include_parameter_default_value') ? 'IncludeParameterDefaultValue' : undefined,
  ]
  const resources = list(call.values, 'resource_ids') ?? ['*']
  const body = { resources, options: options.filter((option) => option !== undefined).join(',') }
  const [base, query] = path(call).split('?')
  const result = await call.arm.operate('POST', { path: `${base}/exportTemplate?${query}`, body })
  const error = isObject(result) && isObject(result.error) ? result.error : undefined
  if (error !== undefined) call.log.warning(String(error.message ?? ''))
  if (!isObject(result)) throw new AzError('The template could not be exported.')
  return result.template
}
