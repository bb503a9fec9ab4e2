// az tag: tags of resources, and the tags that a subscription knows.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, required, tags, text } from '../command.ts'
import models from '../facts/models-resources.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'

const version = 'api-version=2024-11-01'

/** Commands of `az tag`. */
export const group: CommandGroup = {
  handlers: {
    'tag list': listTags,
    'tag create': create,
    'tag update': async (call) => {
      const operation = required(call.values, 'operation')
      const body = { operation: operation.charAt(0).toUpperCase() + operation.slice(1).toLowerCase(), properties: { tags: tags(call.values) } }
      return output('TagsResource', await call.arm.operate('PATCH', { path: resourcePath(call), body }))
    },
    'tag delete': remove,
    'tag add-value': async (call) => output('TagDetails', (await call.arm.send('PUT', { path: namePath(call, text(call.values, 'tag_value')) })).body),
    'tag remove-value': async (call) => void (await call.arm.send('DELETE', { path: namePath(call, text(call.values, 'tag_value')) })),
  },
}

function output(model: string, value: Json | undefined): JsonObject {
  return modelOutput(models as unknown as Models, model, value)
}

function resourcePath(call: Call): string {
  return `${required(call.values, 'resource_id')}/providers/Microsoft.Resources/tags/default?${version}`
}

function namePath(call: Call, value?: string): string {
  return `${call.arm.scope()}/tagNames/${required(call.values, 'tag_name')}${value === undefined ? '' : `/tagValues/${value}`}?${version}`
}

async function listTags(call: Call): Promise<unknown> {
  if (text(call.values, 'resource_id') !== undefined) return output('TagsResource', await call.arm.get(resourcePath(call)))
  const items = await call.arm.list(`${call.arm.scope()}/tagNames?${version}`)
  return items.filter(isObject).map((item) => output('TagDetails', item))
}

async function create(call: Call): Promise<JsonObject> {
  if (text(call.values, 'resource_id') === undefined) {
    if (text(call.values, 'tag_name') === undefined) throw new AzError('usage error: --name NAME | --resource-id RESOURCE_ID --tags TAGS')
    return output('TagDetails', (await call.arm.send('PUT', { path: namePath(call) })).body)
  }
  return output('TagsResource', await call.arm.operate('PUT', { path: resourcePath(call), body: { properties: { tags: tags(call.values) } } }))
}

async function remove(call: Call): Promise<void> {
  if (text(call.values, 'resource_id') !== undefined) await call.arm.operate('DELETE', { path: resourcePath(call) })
  else await call.arm.send('DELETE', { path: namePath(call) })
}
