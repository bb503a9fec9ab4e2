// What a path of `management.azure.com` points at: a resource, a collection, or an action, in the canonical spelling of its row.
import { type ResourceId, resourceId } from './resource-id.ts'
import type { ResourceType } from './resource-type.ts'

/** What a path points at. `scope` is what collections are listed at and what items hang on. */
export type Target =
  | { readonly kind: 'item'; readonly row: ResourceType; readonly id: ResourceId; readonly name: string }
  | { readonly kind: 'collection'; readonly row: ResourceType; readonly scope: ResourceId }
  | { readonly kind: 'action'; readonly row: ResourceType; readonly id: ResourceId; readonly name: string; readonly action: string }
  | { readonly kind: 'unknown'; readonly namespace: string; readonly type: string }

const groupType = 'Microsoft.Resources/resourceGroups'

/** Finds a path's target among the rows; undefined if the path is no resource's at all. */
export function findTarget(segments: readonly string[], rows: readonly ResourceType[]): Target | undefined {
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers')
  if (at < 0) return groupTarget(segments, rows)
  const namespace = segments[at + 1]
  const rest = segments.slice(at + 2)
  if (namespace === undefined || rest.length === 0) return undefined
  const scope = segments.slice(0, at)
  return providerTarget({ scope, namespace, rest }, rows) ?? { kind: 'unknown', namespace, type: rest.filter((_, index) => index % 2 === 0).join('/') }
}

function providerTarget(path: { scope: readonly string[]; namespace: string; rest: readonly string[] }, rows: readonly ResourceType[]): Target | undefined {
  const { rest } = path
  const named = rest.length % 2 === 0 ? rest : rest.slice(0, -1)
  const last = rest.length % 2 === 0 ? undefined : rest.at(-1)
  const item = rowOf(path.namespace, typesOf(named), rows)
  if (last === undefined) return item && { kind: 'item', row: item, ...identify(path, item, named) }
  const collection = rowOf(path.namespace, [...typesOf(named), last], rows)
  if (collection?.single) return { kind: 'item', row: collection, ...identify(path, collection, [...named, last, 'default']) }
  if (collection) return { kind: 'collection', row: collection, scope: collectionScope(path, collection, named) }
  if (!item?.actions?.some((action) => action.name.toLowerCase() === last.toLowerCase())) return undefined
  return { kind: 'action', row: item, ...identify(path, item, named), action: last.toLowerCase() }
}

function groupTarget(segments: readonly string[], rows: readonly ResourceType[]): Target | undefined {
  const [first, subscription = '', third, name, ...more] = segments
  if (first?.toLowerCase() !== 'subscriptions' || third?.toLowerCase() !== 'resourcegroups' || more.length > 0) return undefined
  const row = rows.find((one) => one.type === groupType)
  if (!row) return undefined
  if (name === undefined) return { kind: 'collection', row, scope: resourceId(`/subscriptions/${subscription}`) }
  return { kind: 'item', row, id: resourceId(`/subscriptions/${subscription}/resourceGroups/${name}`), name }
}

function rowOf(namespace: string, types: readonly string[], rows: readonly ResourceType[]): ResourceType | undefined {
  const type = [namespace, ...types].join('/').toLowerCase()
  return rows.find((row) => row.type.toLowerCase() === type)
}

function typesOf(named: readonly string[]): string[] {
  return named.filter((_, index) => index % 2 === 0)
}

function identify(path: { scope: readonly string[] }, row: ResourceType, named: readonly string[]): { id: ResourceId; name: string } {
  const [namespace = '', ...types] = row.type.split('/')
  const names = named.filter((_, index) => index % 2 === 1)
  const pairs = types.flatMap((type, index) => [type, names[index] ?? ''])
  return { id: resourceId([scopeOf(path.scope, row), 'providers', namespace, ...pairs].join('/')), name: names.at(-1) ?? '' }
}

function collectionScope(path: { scope: readonly string[] }, row: ResourceType, named: readonly string[]): ResourceId {
  if (named.length === 0) return resourceId(scopeOf(path.scope, row))
  const [namespace = '', ...types] = row.type.split('/')
  const pairs = named.map((segment, index) => (index % 2 === 0 ? (types[index / 2] ?? segment) : segment))
  return resourceId([scopeOf(path.scope, row), 'providers', namespace, ...pairs].join('/'))
}

/** A scope with its fixed words in canonical case. */
function scopeOf(scope: readonly string[], row: ResourceType): string {
  const groups = row.lowerCaseGroup ? 'resourcegroups' : 'resourceGroups'
  return scope
    .map((segment, index) => (index === 0 ? segment.toLowerCase() : index === 2 && segment.toLowerCase() === 'resourcegroups' ? groups : segment))
    .join('/')
}
