// The latest changes in order, so that a watch resumes from a resource version and a list is continued as of its first page.
import type { KubernetesObject } from '../object.ts'

/** A change of the store. `resource` is `apps/deployments`; `key` is `namespace/name` or the name. */
export interface StoredEvent {
  readonly revision: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly resource: string
  readonly key: string
  /** The object after the change; for DELETED its last state, with the revision of the deletion. */
  readonly object: KubernetesObject
  readonly previous: KubernetesObject | undefined
}

/** How many changes are kept at least; older resource versions are `Expired`. A large store keeps as many as it has objects, as a watch cache grows with what it sees. */
const least = 400
const most = 5000

/** An ordered row of changes with an oldest revision from which it is complete. */
export class WatchLog {
  #events: StoredEvent[]
  #since: number
  #trimmed = false

  constructor(since: number, events: readonly StoredEvent[] = [], trimmed = false) {
    this.#trimmed = trimmed
    this.#since = since
    this.#events = [...events]
  }

  /** Every change after this revision is here. */
  get since(): number {
    return this.#since
  }

  /** True once changes were forgotten; until then the server is young and what it was born with can still be told. */
  get trimmed(): boolean {
    return this.#trimmed
  }

  get events(): readonly StoredEvent[] {
    return this.#events
  }

  append(event: StoredEvent, objects: number): void {
    this.#events.push(event)
    const capacity = Math.min(Math.max(least, objects), most)
    if (this.#events.length < capacity * 2) return
    const dropped = this.#events.length - capacity
    this.#since = this.#events[dropped - 1]?.revision ?? this.#since
    this.#events = this.#events.slice(dropped)
    this.#trimmed = true
  }

  /** Changes of a resource after `revision`, oldest first; undefined if some are forgotten. */
  after(revision: number, resource: string): readonly StoredEvent[] | undefined {
    if (revision < this.#since) return undefined
    const start = this.#firstAfter(revision)
    return this.#events.slice(start).filter((event) => event.resource === resource)
  }

  #firstAfter(revision: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}
