// A watch: the present or the changes since a resource version, then every change, each seen through a selection.
import type { Activity } from '../../base/activity.ts'
import type { KubernetesObject } from '../object.ts'
import { StatusError } from '../status-error.ts'
import type { Store } from '../storage/store.ts'
import type { StoredEvent } from '../storage/watch-log.ts'
import { plainError } from './errors.ts'
import { dropExpired } from './expiry.ts'
import { objectsAt } from './list.ts'
import { compileSelection, type Matcher, type Selection } from './selection.ts'
import type { ServedResource } from './served-resource.ts'
import { type CallingEngine, withConversions } from './suspended.ts'

/** What a client asks a watch for, already validated. */
export interface WatchRequest extends Selection {
  readonly resourceVersion?: string | undefined
  readonly sendInitialEvents?: boolean | undefined
}

/** What a watch needs of a server. */
export interface WatchedEngine extends CallingEngine {
  readonly activity: Activity
}

/** What a watch tells. All is called synchronously, within the write that caused it, but for objects that a webhook has to convert first. */
export interface WatchSink {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject, old: KubernetesObject | undefined): void
  /** All of the present has been told; it was this revision. */
  present?(revision: number): void
  /** The version asked for is forgotten: the watch is over. */
  expired(error: StatusError): void
}

/** Starts a watch; changes so far are told before this returns. */
export function watchObjects(engine: WatchedEngine, resource: ServedResource, request: WatchRequest, sink: WatchSink): { stop(): void } {
  const { store } = engine
  dropExpired(engine, resource.storage)
  const matcher = compileSelection(resource, request)
  const start = startOf(request)
  const turns = resource.custom?.conversions ? new Turns(engine, sink) : undefined
  const inTurn = (work: () => void): void => (turns ? turns.add(work) : work())
  const tell = (event: StoredEvent): void => inTurn(() => tellEvent(resource, matcher, event, sink))
  if (start.present) {
    for (const stored of store.list(resource.storage, matcher.namespace)) inTurn(() => tellPresent(resource, { matcher, stored, sink }))
    const { revision } = store
    inTurn(() => sink.present?.(revision))
  } else if (start.after !== undefined) {
    const young = start.after < store.log.since && !store.log.trimmed
    const missed = store.log.after(young ? store.log.since : start.after, resource.storage)
    if (young) for (const stored of bornAfter(store, resource, { matcher, after: start.after })) inTurn(() => tellPresent(resource, { matcher, stored, sink }))
    if (missed === undefined) {
      sink.expired(new StatusError('Expired', `too old resource version: ${start.after} (${store.log.since})`))
      return { stop: () => undefined }
    }
    for (const event of missed) tell(event)
  }
  const from = start.after ?? 0
  const listen = (event: StoredEvent): void => {
    if (event.revision > from) tell(event)
  }
  const unsubscribe = store.subscribe(resource.storage, listen, matcher.namespace)
  return {
    stop() {
      unsubscribe()
      turns?.end()
    },
  }
}

/** Tells what has to be converted first, one thing after another. */
class Turns {
  readonly #engine: WatchedEngine
  readonly #sink: WatchSink
  #last: Promise<void> = Promise.resolve()
  #over = false

  constructor(engine: WatchedEngine, sink: WatchSink) {
    this.#engine = engine
    this.#sink = sink
  }

  add(work: () => void): void {
    const { activity } = this.#engine
    this.#last = activity.run(() => this.#last.then(() => this.#do(work)))
  }

  end(): void {
    this.#over = true
  }

  /** What cannot be converted ends the watch. */
  async #do(work: () => void): Promise<void> {
    if (this.#over) return
    try {
      await withConversions(this.#engine, () => (this.#over ? undefined : work()))
    } catch (error) {
      this.#over = true
      if (!(error instanceof StatusError)) throw error
      this.#sink.expired(error)
    }
  }
}

function tellPresent(
  resource: ServedResource,
  { matcher, stored, sink }: { readonly matcher: Matcher; readonly stored: KubernetesObject; readonly sink: WatchSink },
): void {
  const object = resource.fromStorage(stored)
  if (matcher.matches(object)) sink.event('ADDED', object, undefined)
}

/** What a young server was born with after a version. */
function bornAfter(
  store: Store,
  { storage }: ServedResource,
  { matcher, after }: { readonly matcher: Matcher; readonly after: number },
): readonly KubernetesObject[] {
  const objects = objectsAt(store, storage, matcher, { revision: store.log.since })
  return objects.filter(({ metadata }) => Number(metadata.resourceVersion) > after)
}

function startOf({ resourceVersion = '', sendInitialEvents }: WatchRequest): { readonly present: boolean; readonly after: number | undefined } {
  if (resourceVersion !== '' && !/^\d+$/.test(resourceVersion)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`
    throw plainError(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${why}`)
  }
  const unset = resourceVersion === '' || resourceVersion === '0'
  const present = sendInitialEvents ?? unset
  return { present, after: present || unset ? undefined : Number(resourceVersion) }
}

function tellEvent(resource: ServedResource, matcher: Matcher, event: StoredEvent, sink: WatchSink): void {
  if (matcher.namespace !== undefined && !event.key.startsWith(`${matcher.namespace}/`)) return
  const object = resource.fromStorage(event.object)
  const previous = event.previous && resource.fromStorage(event.previous)
  const before = previous !== undefined && matcher.matches(previous)
  const after = event.type !== 'DELETED' && matcher.matches(object)
  if (after) sink.event(before ? 'MODIFIED' : 'ADDED', object, previous)
  else if (before) sink.event('DELETED', event.type === 'DELETED' ? object : atRevision(previous, event.revision), previous)
}

/** An object that is no longer selected is told of as it was last seen, under the revision of the change. */
function atRevision(object: KubernetesObject, revision: number): KubernetesObject {
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion: String(revision) }) })
}
