// Objects by resource and key over an immutable birth layer, one counter of revisions, and everybody told of each change.
import { deepFreeze } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import { Audience } from './audience.ts'
import type { Layer } from './birth-layer.ts'
import { FieldIndex } from './field-index.ts'
import { Room } from './room.ts'
import { firstFrom, SortedKeys } from './sorted-keys.ts'
import { type StoredEvent, WatchLog } from './watch-log.ts'

/** What listens to changes; called within the write, in the order of revisions. */
export type StoreListener = (event: StoredEvent) => void

const nothing = { objects: [], remaining: 0 } as const

/** Objects of one API server. */
export class Store {
  readonly birth: Layer
  /** What differs from birth: objects, or undefined where a birth object is gone. */
  readonly overlay: Map<string, Map<string, KubernetesObject | undefined>>
  log: WatchLog
  #revision: number
  readonly #keys = new Map<string, SortedKeys>()
  readonly #indexes = new Map<string, FieldIndex>()
  readonly #audience = new Audience<StoreListener>()
  readonly #untold: StoredEvent[] = []
  /** How many objects there are beside those of birth. */
  #size = 0
  readonly #room = new Room()
  #repeating = false
  #telling = false

  constructor(birth: Layer, start: { revision: number; overlay?: Map<string, Map<string, KubernetesObject | undefined>>; log?: WatchLog }) {
    this.birth = birth
    this.#revision = start.revision
    this.overlay = start.overlay ?? new Map()
    for (const [resource, row] of this.overlay)
      for (const [key, object] of row) this.#size += Number(object !== undefined) - Number(this.birth.get(resource)?.has(key) ?? false)
    this.log = start.log ?? new WatchLog(start.revision)
  }

  /** The latest revision: the resource version of a list. */
  get revision(): number {
    return this.#revision
  }

  get(resource: string, key: string): KubernetesObject | undefined {
    const row = this.overlay.get(resource)
    const object = row?.get(key)
    if (object !== undefined || row?.has(key)) return object
    return this.birth.get(resource)?.get(key)
  }

  /** All objects of a resource, of one namespace or of all, in the order of their keys; with `after` those whose keys come later. */
  list(resource: string, namespace?: string, after?: string): readonly KubernetesObject[] {
    return this.page(resource, { namespace, after, limit: Number.POSITIVE_INFINITY }).objects
  }

  /** The first `limit` of those objects, and how many more there are. */
  page(
    resource: string,
    { namespace, after, limit }: { readonly namespace: string | undefined; readonly after: string | undefined; readonly limit: number },
  ): { readonly objects: readonly KubernetesObject[]; readonly remaining: number } {
    const [row, born] = [this.overlay.get(resource), this.birth.get(resource)]
    if (!row && !born) return nothing
    const keys = this.#sortedKeys(resource)
    const [first, end] = namespace === undefined ? [0, keys.length] : namespaceRange(keys, namespace)
    const start = after === undefined ? first : Math.max(first, firstFrom(keys, `${after}\0`))
    const last = Math.min(end, start + limit)
    const objects: KubernetesObject[] = []
    for (let index = start; index < last; index += 1) {
      const key = keys[index] ?? ''
      const object = row?.get(key) ?? (row?.has(key) ? undefined : born?.get(key))
      if (object) objects.push(object)
    }
    return { objects, remaining: Math.max(0, end - Math.max(last, start)) }
  }

  /** The objects of a resource whose indexed field has this value, in the order of their keys. */
  listIndexed(resource: string, value: string): readonly KubernetesObject[] {
    const known = this.#indexes.get(resource)
    const index = known ?? new FieldIndex(resource)
    if (!known) {
      for (const key of this.#sortedKeys(resource)) index.change(key, undefined, this.get(resource, key))
      this.#indexes.set(resource, index)
    }
    return index.keys(value).flatMap((key) => this.get(resource, key) ?? [])
  }

  /** Names of the resources that have objects. */
  resources(): readonly string[] {
    return [...new Set([...this.birth.keys(), ...this.overlay.keys()])].filter((resource) => this.#sortedKeys(resource).length > 0)
  }

  /** True if there is no room for one more object of a resource. */
  isFull(resource: string): boolean {
    return this.#room.isFull(resource, this.#size)
  }

  /** True if no change of an object can be so large. */
  refuses(bytes: number): boolean {
    return this.#room.refuses(bytes)
  }

  /** So many bytes were sent for an object. */
  weigh(resource: string, key: string, bytes: number): void {
    this.#room.weigh(`${resource} ${key}`, bytes)
  }

  /** Stores an object under the next revision and returns it as stored. */
  put(resource: string, key: string, object: KubernetesObject): KubernetesObject {
    const previous = this.get(resource, key)
    const stored = this.#stamp(object)
    this.#set(resource, key, stored, previous)
    this.#publish({ revision: this.#revision, type: previous ? 'MODIFIED' : 'ADDED', resource, key, object: stored, previous })
    return stored
  }

  /** Takes an object away and returns its last state under the deletion's revision. */
  remove(resource: string, key: string): KubernetesObject | undefined {
    const previous = this.get(resource, key)
    if (!previous) return undefined
    this.#room.free(`${resource} ${key}`)
    const last = this.#stamp(previous)
    this.#set(resource, key, undefined, previous)
    this.#publish({ revision: this.#revision, type: 'DELETED', resource, key, object: last, previous })
    return last
  }

  /** Puts a complete object in place: its own resource version stays, if it has one. */
  seed(resource: string, key: string, object: KubernetesObject): void {
    const version = Number(object.metadata.resourceVersion ?? 0)
    if (!version) {
      this.put(resource, key, object)
      return
    }
    this.#revision = Math.max(this.#revision, version)
    this.#set(resource, key, deepFreeze(object), this.get(resource, key))
    this.log = new WatchLog(this.#revision)
    this.#tell({ revision: this.#revision, type: 'ADDED', resource, key, object, previous: undefined })
  }

  /** Repeats a change that a recovery log tells of; one that is known already is passed over. */
  repeat(event: Omit<StoredEvent, 'previous'>): void {
    if (event.revision <= this.#revision) return
    const previous = this.get(event.resource, event.key)
    this.#revision = event.revision
    this.#set(event.resource, event.key, event.type === 'DELETED' ? undefined : deepFreeze(event.object), previous)
    this.#repeating = true
    this.#publish({ ...event, previous })
    this.#repeating = false
  }

  /** True while a change is repeated: what followed from it is in the log too, and is not to be done again. */
  get repeating(): boolean {
    return this.#repeating
  }

  /** Calls back on each change of a resource, or of every one (`*`); with a namespace only on changes there. */
  subscribe(resource: string, listener: StoreListener, namespace?: string): () => void {
    return this.#audience.join(namespace === undefined ? resource : `${resource} ${namespace}`, listener)
  }

  #stamp(object: KubernetesObject): KubernetesObject {
    this.#revision += 1
    return deepFreeze({ ...object, metadata: withVersion(object, String(this.#revision)) })
  }

  #set(resource: string, key: string, object: KubernetesObject | undefined, previous: KubernetesObject | undefined): void {
    const row = this.overlay.get(resource) ?? new Map<string, KubernetesObject | undefined>()
    this.overlay.set(resource, row)
    this.#indexes.get(resource)?.change(key, previous, object)
    const [before, after] = [previous !== undefined, object !== undefined]
    if (before !== after) {
      this.#keys.get(resource)?.change(key, after)
      this.#size += after ? 1 : -1
    }
    if (object === undefined && !this.birth.get(resource)?.has(key)) row.delete(key)
    else row.set(key, object)
  }

  #publish(event: StoredEvent): void {
    this.log.append(event, this.#size)
    this.#tell(event)
  }

  /** A write made by a listener is told after the one that it listens to. */
  #tell(event: StoredEvent): void {
    this.#untold.push(event)
    if (this.#telling) return
    this.#telling = true
    try {
      for (let next = this.#untold.shift(); next; next = this.#untold.shift()) {
        const slash = next.key.indexOf('/')
        const listeners = slash < 0 ? this.#audience.of(next.resource) : this.#audience.of(`${next.resource} ${next.key.slice(0, slash)}`, next.resource)
        for (const listener of listeners) listener(next)
        for (const listener of this.#audience.of('*')) listener(next)
      }
    } finally {
      this.#telling = false
    }
  }

  #sortedKeys(resource: string): readonly string[] {
    const known = this.#keys.get(resource)
    if (known) return known.all()
    const row = this.overlay.get(resource)
    const kept = [...(this.birth.get(resource)?.keys() ?? [])].filter((key) => !row?.has(key))
    const added = [...(row ?? [])].filter(([, object]) => object !== undefined).map(([key]) => key)
    const keys = new SortedKeys([...kept, ...added])
    this.#keys.set(resource, keys)
    return keys.all()
  }
}

/** `resourceVersion` takes its place after `uid`, as Go prints it; JSON written from the object needs no sorting then. */
function withVersion(object: KubernetesObject, resourceVersion: string): KubernetesObject['metadata'] {
  if ('resourceVersion' in object.metadata) return { ...object.metadata, resourceVersion }
  const { name, generateName, namespace, selfLink, uid, ...rest } = object.metadata as KubernetesObject['metadata'] & { selfLink?: string }
  const head = { name, generateName, namespace, selfLink, uid, resourceVersion, ...rest }
  return Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined))
}

function namespaceRange(keys: readonly string[], namespace: string): [number, number] {
  return [firstFrom(keys, `${namespace}/`), firstFrom(keys, `${namespace}0`)]
}
