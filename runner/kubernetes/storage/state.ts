// A store as plain data: what differs from birth and the log of changes, each object written once.
import { deepFreeze, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Layer } from './birth-layer.ts'
import { Store } from './store.ts'
import { type StoredEvent, WatchLog } from './watch-log.ts'

/** A reference into `objects`, to a birth object by resource and key, or to nothing. */
type Reference = number | readonly [resource: string, key: string] | null

/** Plain data of a store. */
export interface StoreState {
  readonly revision: number
  readonly objects: readonly JsonObject[]
  readonly overlay: readonly (readonly [resource: string, key: string, object: Reference])[]
  readonly logSince: number
  readonly logTrimmed: boolean
  readonly log: readonly (readonly [revision: number, type: StoredEvent['type'], resource: string, key: string, object: Reference, previous: Reference])[]
}

/** The state of a store; equal stores give equal bytes. */
export function storeState(store: Store): StoreState {
  const objects: JsonObject[] = []
  const places = new Map<KubernetesObject, Reference>()
  for (const [resource, row] of store.birth) for (const [key, object] of row) places.set(object, [resource, key])
  const refer = (object: KubernetesObject | undefined): Reference => {
    if (object === undefined) return null
    const known = places.get(object)
    if (known !== undefined) return known
    places.set(object, objects.length)
    return objects.push(object as unknown as JsonObject) - 1
  }
  const overlay = [...store.overlay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([resource, row]) => [...row].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, object]) => [resource, key, refer(object)] as const))
  const log = store.log.events.map(
    ({ revision, type, resource, key, object, previous }) => [revision, type, resource, key, refer(object), refer(previous)] as const,
  )
  return { revision: store.revision, objects, overlay, logSince: store.log.since, logTrimmed: store.log.trimmed, log }
}

/** A store from its state over the same birth layer. */
export function restoreStore(birth: Layer, state: StoreState): Store {
  const objects = state.objects.map((object) => deepFreeze(object) as unknown as KubernetesObject)
  const resolve = (reference: Reference): KubernetesObject | undefined => {
    if (reference === null) return undefined
    return typeof reference === 'number' ? objects[reference] : birth.get(reference[0])?.get(reference[1])
  }
  const overlay = new Map<string, Map<string, KubernetesObject | undefined>>()
  for (const [resource, key, reference] of state.overlay) {
    const row = overlay.get(resource) ?? new Map<string, KubernetesObject | undefined>()
    overlay.set(resource, row.set(key, resolve(reference)))
  }
  const events = state.log.flatMap(([revision, type, resource, key, reference, before]): StoredEvent[] => {
    const object = resolve(reference)
    return object ? [{ revision, type, resource, key, object, previous: resolve(before) }] : []
  })
  return new Store(birth, { revision: state.revision, overlay, log: new WatchLog(state.logSince, events, state.logTrimmed) })
}
