// az resource: any resource by its id or its type.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, tags, text } from '../command.ts'
import models from '../facts/models-resources.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'
import { actionBody, createdBody, patchBody, updatedBody } from './resource-changes.ts'
import { parseResourceId } from './resource-ids.ts'
import { waitFor } from './wait.ts'

const version = 'api-version=2024-11-01'

/** Commands of `az resource`. */
export const group: CommandGroup = {
  handlers: {
    'resource list': listResources,
    'resource show': (call) => each(call, async (path) => output((await call.arm.get(path)) ?? {})),
    'resource delete': (call) =>
      each(call, async (path) => {
        await call.arm.operate('DELETE', { path }, { noWait: flag(call.values, 'no_wait') })
        return undefined
      }),
    'resource create': (call) => created(call),
    'resource update': (call) =>
      each(call, async (path) => {
        const before = await call.arm.get(path)
        return output((await call.arm.operate('PUT', { path, body: updatedBody(call, before) })) ?? {})
      }),
    'resource patch': (call) => each(call, async (path) => output((await call.arm.operate('PATCH', { path, body: patchBody(call) })) ?? {})),
    'resource invoke-action': (call) => each(call, (path) => invoke(call, path)),
    'resource tag': (call) => each(call, (path) => setTags(call, path)),
    'resource wait': (call) => each(call, (path) => waitFor(call, async () => output((await call.arm.get(path)) ?? {})) as Promise<undefined>),
  },
  tables: { transform_resource_list: resourceRows },
}

async function created(call: Call): Promise<JsonObject> {
  const body = await createdBody(call)
  const id = text(call.values, 'resource_id')
  const path = id === undefined ? await pathByName(call) : `${id}?api-version=${await apiVersionOf(call, id)}`
  return output((await call.arm.operate('PUT', { path, body })) ?? {})
}

async function invoke(call: Call, path: string): Promise<JsonObject | undefined> {
  const body = actionBody(call)
  const at = path.replace('?', `/${required(call.values, 'action')}?`)
  const answer = await call.arm.operate('POST', { path: at, ...(body === undefined ? {} : { body }) }, { noWait: flag(call.values, 'no_wait') })
  return isObject(answer) ? answer : undefined
}

function output(value: Json): JsonObject {
  const printed = modelOutput(models as unknown as Models, 'GenericResource', value)
  const known = new Set(['id', 'name', 'type', 'location', 'tags', 'plan', 'properties', 'kind', 'managedBy', 'sku', 'identity', 'extendedLocation'])
  const more = isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !known.has(key))) : {}
  return { ...printed, ...more }
}

function resourceRows(result: unknown): unknown {
  const entries = Array.isArray(result) ? (result as readonly Json[]).filter(isObject) : []
  return entries.map((entry) => ({
    Name: entry.name,
    ResourceGroup: entry.resourceGroup,
    Location: entry.location,
    Type: entry.type,
    Status: entry.provisioningState ?? null,
  }))
}

function filterOf({ values }: Call): string {
  const tag = Object.entries(tags(values, 'tag') ?? {})[0]
  const type = text(values, 'resource_type')
  const namespace = text(values, 'resource_provider_namespace')
  if (type === undefined && namespace !== undefined) throw new AzError('--namespace also requires --resource-type')
  if (type !== undefined && namespace === undefined && !/^[^/]+\/[^/]+/.test(type)) {
    throw new AzError('Malformed resource-type: --resource-type=<namespace>/<resource-type> expected.')
  }
  const condition = (field: string, value: string | undefined): string | undefined => (value === undefined ? undefined : `${field} eq '${value}'`)
  return [
    condition('resourceGroup', text(values, 'resource_group_name')),
    condition('name', text(values, 'name')),
    condition('location', text(values, 'location')),
    condition('resourceType', namespace === undefined ? type : `${namespace}/${type}`),
    tag === undefined ? undefined : tag[0].endsWith('*') ? `startswith(tagname, '${tag[0].slice(0, -1)}')` : `tagname eq '${tag[0]}'`,
    tag !== undefined && tag[1] !== '' && !tag[0].endsWith('*') ? `tagvalue eq '${String(tag[1])}'` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' and ')
}

async function listResources(call: Call): Promise<readonly JsonObject[]> {
  const group = text(call.values, 'resource_group_name')
  if (group !== undefined) await call.arm.get(`${call.arm.scope()}/resourcegroups/${encodeURIComponent(group)}?${version}`)
  const filter = filterOf(call)
  const query = filter === '' ? '' : `$filter=${encodeURIComponent(filter).replaceAll("'", '%27').replaceAll('(', '%28').replaceAll(')', '%29')}&`
  const items = await call.arm.list(`${call.arm.scope()}/resources?${query}$expand=createdTime%2CchangedTime%2CprovisioningState&${version}`)
  return items.map((item) => modelOutput(models as unknown as Models, 'GenericResourceExpanded', item))
}

/** Runs over every resource that the arguments name; one result stands alone. */
async function each(call: Call, act: (path: string) => Promise<JsonObject | undefined>): Promise<unknown> {
  const ids = list(call.values, 'resource_ids') ?? list(call.values, 'ids')
  if (ids === undefined) return act(await pathByName(call))
  const results: unknown[] = []
  for (const id of ids) results.push(await act(`${id}?api-version=${await apiVersionOf(call, id)}`))
  return results.length === 1 ? results[0] : results
}

async function apiVersionOf(call: Call, id: string): Promise<string> {
  const given = text(call.values, 'api_version')
  if (given !== undefined) return given
  const parts = parseResourceId(id)
  if (parts === undefined) throw new AzError(`az resource: error: argument --ids: invalid ResourceId value: '${id}'`)
  return resolveVersion(call, parts.namespace, parts.type)
}

/** The newest stable version of a type: of its parent's, where it has one. */
async function resolveVersion(call: Call, namespace: string, type: string): Promise<string> {
  const provider = await call.arm.get(`${call.arm.scope()}/providers/${namespace}?${version}`)
  const types = isObject(provider) && Array.isArray(provider.resourceTypes) ? provider.resourceTypes.filter(isObject) : []
  const found = types.find((entry) => String(entry.resourceType).toLowerCase() === type.toLowerCase())
  if (found === undefined) throw new AzError(`Resource type ${type} not found.`, { exitCode: 1 })
  const versions = Array.isArray(found.apiVersions) ? found.apiVersions.map(String) : []
  return versions.find((entry) => !entry.toLowerCase().includes('preview')) ?? versions[0] ?? ''
}

async function pathByName(call: Call): Promise<string> {
  const { values } = call
  const name = required(values, 'resource_name') || required(values, 'name')
  const given = required(values, 'resource_type')
  const [namespace = '', ...typeParts] =
    text(values, 'resource_provider_namespace') === undefined ? given.split('/') : [required(values, 'resource_provider_namespace'), ...given.split('/')]
  const parent = text(values, 'parent_resource_path') ?? ''
  const type = typeParts.join('/')
  const apiVersion = text(values, 'api_version') ?? (await resolveVersion(call, namespace, parent === '' ? type : (parent.split('/')[0] ?? type)))
  const group = text(values, 'resource_group_name')
  const scope = group === undefined ? call.arm.scope() : `${call.arm.scope()}/resourcegroups/${encodeURIComponent(group)}`
  return `${scope}/providers/${namespace}/${parent}/${type}/${encodeURIComponent(name)}?api-version=${apiVersion}`
}

async function setTags(call: Call, path: string): Promise<JsonObject> {
  const before = await call.arm.get(path)
  const old = isObject(before) && isObject(before.tags) ? before.tags : {}
  const next = flag(call.values, 'is_incremental') ? { ...old, ...tags(call.values) } : (tags(call.values) ?? {})
  const result = await call.arm.operate('PATCH', { path, body: { tags: next } })
  return output(result ?? {})
}
