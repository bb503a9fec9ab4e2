// Commands of a tracked type that are made, shown, listed, changed and deleted, and no more.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type Call, flag, type Handler, required, tags, text } from '../command.ts'
import { flattened } from './flat-resource.ts'
import { locationOrGroups } from './location.ts'

/** A type, and what its arguments say of one. */
export interface SimpleType {
  readonly provider: string
  readonly version: string
  /** The argument that names one. */
  readonly name: string
  properties(call: Call): JsonObject
}

/** The commands of a type below a prefix, as `monitor account`. */
export function handlersOf(prefix: string, type: SimpleType): Readonly<Record<string, Handler>> {
  return {
    [`${prefix} show`]: async (call) => flattened(await call.arm.get(onePath(call, type))),
    [`${prefix} list`]: async (call) => (await call.arm.list(listPath(call, type))).map(flattened),
    [`${prefix} delete`]: async (call) => {
      await call.arm.operate('DELETE', { path: onePath(call, type), accept: '*/*' }, { noWait: flag(call.values, 'no_wait') })
    },
    [`${prefix} create`]: (call) => create(call, type),
    [`${prefix} update`]: (call) => update(call, type),
  }
}

function nameOf(call: Call, type: SimpleType): string {
  return text(call.values, type.name) ?? text(call.values, 'name') ?? text(call.values, 'account_name') ?? ''
}

function groupPath(call: Call): string {
  return `${call.arm.scope()}/resourceGroups/${encodeURIComponent(required(call.values, 'resource_group') || required(call.values, 'resource_group_name'))}`
}

function onePath(call: Call, type: SimpleType): string {
  return `${groupPath(call)}/providers/${type.provider}/${encodeURIComponent(nameOf(call, type))}?${type.version}`
}

function listPath(call: Call, type: SimpleType): string {
  const inGroup = (text(call.values, 'resource_group') ?? text(call.values, 'resource_group_name')) !== undefined
  return `${inGroup ? groupPath(call) : call.arm.scope()}/providers/${type.provider}?${type.version}`
}

async function create(call: Call, type: SimpleType): Promise<JsonObject | undefined> {
  const group = required(call.values, 'resource_group') || required(call.values, 'resource_group_name')
  const location = await locationOrGroups({ ...call, values: { ...call.values, resource_group_name: group } })
  const given = tags(call.values)
  const properties = type.properties(call)
  const body = { location, ...(given === undefined ? {} : { tags: given }), ...(Object.keys(properties).length === 0 ? {} : { properties }) }
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate('PUT', { path: onePath(call, type), body }, { noWait })
  return noWait ? undefined : flattened(result)
}

function daysOf(value: Json | undefined): number | undefined {
  return value === undefined || value === null ? undefined : Number(value)
}

/** What is said is changed, the rest goes back as it came. */
async function update(call: Call, type: SimpleType): Promise<JsonObject | undefined> {
  const before = await call.arm.get(onePath(call, type))
  const { values } = call
  const old = isObject(before) ? before : {}
  const given = tags(values)
  const said = {
    retentionInDays: daysOf(values.retention_in_days ?? values.retention_time),
    publicNetworkAccessForIngestion: values.ingestion_access,
    publicNetworkAccessForQuery: values.query_access,
  }
  const changed = Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, value]])))
  const body = {
    location: old.location ?? '',
    // Tags that are said are added to those that are there.
    ...(given === undefined && old.tags === undefined ? {} : { tags: { ...(isObject(old.tags) ? old.tags : {}), ...given } }),
    properties: { ...(isObject(old.properties) ? old.properties : {}), ...changed },
  }
  return flattened(await call.arm.operate('PUT', { path: onePath(call, type), body }))
}
