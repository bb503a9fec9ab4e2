// az lock, and the same under group and account: what may not be deleted, or not be changed.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type Call, type CommandGroup, type Handler, list, required, text } from '../command.ts'

const version = 'api-version=2020-05-01'

/** Commands of `az lock`, `az group lock` and `az account lock`. */
export const group: CommandGroup = { handlers: Object.assign({}, ...['lock', 'group lock', 'account lock', 'resource lock'].map(handlersOf)) }

function handlersOf(prefix: string): Readonly<Record<string, Handler>> {
  return {
    [`${prefix} create`]: (call) => write(call, scopeOf(call)),
    [`${prefix} update`]: (call) => write(call, scopeOf(call)),
    [`${prefix} show`]: async (call) => shown(await call.arm.get(onePath(call))),
    [`${prefix} delete`]: async (call) => {
      const ids = list(call.values, 'ids')
      for (const path of ids ? ids.map((id) => `${id}?${version}`) : [onePath(call)]) await call.arm.send('DELETE', { path })
    },
    [`${prefix} list`]: async (call) => (await call.arm.list(`${scopeOf(call)}/providers/Microsoft.Authorization/locks?${version}`)).map(shown),
  }
}

async function write(call: Call, scope: string): Promise<JsonObject> {
  const { values } = call
  const path = pathIn(scope, required(values, 'lock_name'))
  const before = text(values, 'level') === undefined ? propertiesOf(await call.arm.get(path)) : {}
  const notes = text(values, 'notes') ?? before.notes
  const properties = { level: text(values, 'level') ?? before.level, ...(notes === undefined || notes === null ? {} : { notes }) }
  return shown((await call.arm.send('PUT', { path, body: { properties } })).body)
}

function onePath(call: Call): string {
  const [id] = list(call.values, 'ids') ?? []
  return id === undefined ? pathIn(scopeOf(call), required(call.values, 'lock_name')) : `${id}?${version}`
}

function pathIn(scope: string, name: string): string {
  return `${scope}/providers/Microsoft.Authorization/locks/${encodeURIComponent(name)}?${version}`
}

/** The subscription, a group of it, or one resource: named in parts, or by its id. */
function scopeOf({ values, arm }: Call): string {
  const resource = text(values, 'resource_name')
  const group = text(values, 'resource_group')
  if (resource?.startsWith('/')) return resource
  const within = group === undefined ? arm.scope() : `${arm.scope()}/resourceGroups/${encodeURIComponent(group)}`
  if (resource === undefined) return within
  const type = text(values, 'resource_type') ?? ''
  const namespace = text(values, 'resource_provider_namespace')
  const parent = text(values, 'parent_resource_path')
  const [first = '', ...rest] = namespace === undefined ? type.split('/') : [namespace, ...type.split('/')]
  return [within, 'providers', first, ...(parent === undefined ? [] : [parent]), ...rest, encodeURIComponent(resource)].join('/')
}

/** As the command prints a lock: every member, and the group that its id names. */
function shown(lock: Json | undefined): JsonObject {
  if (!isObject(lock)) return {}
  const { level, notes, owners } = propertiesOf(lock)
  const resourceGroup = /\/resourceGroups\/([^/]+)/i.exec(String(lock.id))?.[1]
  return {
    id: lock.id,
    level,
    name: lock.name,
    notes: notes ?? null,
    owners: owners ?? null,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
    ...(lock.systemData === undefined ? {} : { systemData: lock.systemData }),
    type: lock.type,
  }
}

function propertiesOf(lock: Json | undefined): JsonObject {
  return isObject(lock) && isObject(lock.properties) ? lock.properties : {}
}
