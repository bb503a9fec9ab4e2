// Events live for an hour after they were last written, as long as their lease in etcd.
import type { KubernetesObject } from '../object.ts'
import { formatKey, keyOf } from '../object.ts'
import type { Engine } from './engine.ts'

const lifetime = 3_600_000
const eventsStorage = 'events'

/** When the first of a store's events may be over: until then nobody needs to look. What is written later lives longer. */
const firstEnd = new WeakMap<object, number>()

/** Takes the events away whose hour is over. Called when events are read or written: no timer runs for them. */
export function dropExpired({ clock, store }: Pick<Engine, 'clock' | 'store'>, storage: string): void {
  if (storage !== eventsStorage) return
  const now = clock.now()
  if (now < (firstEnd.get(store) ?? 0)) return
  let next = now + lifetime
  for (const event of store.list(eventsStorage)) {
    const end = writtenAt(event) + lifetime
    if (end <= now) store.remove(eventsStorage, formatKey(keyOf(event)))
    else next = Math.min(next, end)
  }
  firstEnd.set(store, next)
}

/** The latest time that an event tells of itself: each write renews its lease. */
function writtenAt(event: KubernetesObject): number {
  const { lastTimestamp, series } = event as { readonly lastTimestamp?: unknown; readonly series?: { readonly lastObservedTime?: unknown } }
  const times = [event.metadata.creationTimestamp, lastTimestamp, series?.lastObservedTime]
  return Math.max(0, ...times.map((time) => (typeof time === 'string' ? Date.parse(time) : 0)))
}
