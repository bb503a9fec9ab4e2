// Where resources are kept: by id, in the order in which they were made. One store for every type.
import { deepFreeze } from '../base/json.ts'
import { idKey, parentOf, within } from './resource-id.ts'
import type { Resource } from './state.ts'

/** Read access to the resources, for whoever stands outside. */
export interface AzureResources {
  get(id: string): Resource | undefined
  /** All of a type; case does not count. */
  list(type: string): readonly Resource[]
}

/** A change of one resource; `after` is undefined when it was removed. */
export interface ResourceChange {
  readonly before: Resource | undefined
  readonly after: Resource | undefined
}

/** The store as the engine uses it. */
export interface ResourceStore extends AzureResources {
  put(resource: Resource): Resource
  remove(id: string): void
  /** Those of a type directly below a parent. */
  children(parent: string, type: string): readonly Resource[]
  /** Everything below a scope, itself not counted, in the order in which it was made. */
  below(scope: string): readonly Resource[]
  onChange(listener: (change: ResourceChange) => void): () => void
  state(): readonly Resource[]
}

/** A store that holds these resources. */
export function createResourceStore(start: readonly Resource[]): ResourceStore {
  const byId = new Map<string, Resource>()
  const byType = new Map<string, Map<string, Resource>>()
  const byParent = new Map<string, Map<string, Resource>>()
  const listeners = new Set<(change: ResourceChange) => void>()
  for (const resource of start) keep(deepFreeze(resource))

  function keep(resource: Resource): void {
    const key = idKey(resource.id)
    byId.set(key, resource)
    for (const [index, at] of placesOf(resource)) index.set(at, (index.get(at) ?? new Map<string, Resource>()).set(key, resource))
  }

  function placesOf(resource: Resource): readonly (readonly [Map<string, Map<string, Resource>>, string])[] {
    return [
      [byType, resource.type.toLowerCase()],
      [byParent, `${idKey(parentOf(resource.id) ?? '/')} ${resource.type.toLowerCase()}`],
    ]
  }

  function list(type: string): Resource[] {
    return [...(byType.get(type.toLowerCase())?.values() ?? [])]
  }

  function tell(change: ResourceChange): void {
    for (const listener of listeners) listener(change)
  }

  return {
    get: (id) => byId.get(idKey(id)),
    list,
    children: (parent, type) => [...(byParent.get(`${idKey(parent)} ${type.toLowerCase()}`)?.values() ?? [])],
    below: (scope) => [...byId.values()].filter((resource) => within(resource.id, scope) && idKey(resource.id) !== idKey(scope)),
    put(resource) {
      const before = byId.get(idKey(resource.id))
      keep(deepFreeze(resource))
      tell({ before, after: resource })
      return resource
    },
    remove(id) {
      const before = byId.get(idKey(id))
      if (!before) return
      byId.delete(idKey(id))
      for (const [index, at] of placesOf(before)) index.get(at)?.delete(idKey(id))
      tell({ before, after: undefined })
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => [...byId.values()],
  }
}
