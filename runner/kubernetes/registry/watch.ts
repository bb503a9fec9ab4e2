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
  dropExpired(engine, resource.storage)
  const watch = new ObjectWatch(engine, resource, request, sink)
  watch.begin(startOf(request))
  return watch
}

/** A watch is few objects: a cluster at rest has many of them, and a fleet a thousand clusters. */
class ObjectWatch {
  readonly #store: Store
  readonly #resource: ServedResource
  readonly #matcher: Matcher
  readonly #sink: WatchSink
  readonly #turns: Turns | undefined
  #from = 0
  #unsubscribe: (() => void) | undefined

  constructor(engine: WatchedEngine, resource: ServedResource, request: WatchRequest, sink: WatchSink) {
    this.#store = engine.store
    this.#resource = resource
    this.#matcher = compileSelection(resource, request)
    this.#sink = sink
    this.#turns = resource.custom?.conversions ? new Turns(engine, sink) : undefined
  }

  begin({ present, after }: Start): void {
    this.#from = after ?? 0
    if (present) this.#tellAll()
    else if (after !== undefined && !this.#tellMissed(after)) return
    this.#unsubscribe = this.#store.subscribe(this.#resource.storage, (event) => this.#hear(event), this.#matcher.namespace)
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#turns?.end()
  }

  #hear(event: StoredEvent): void {
    if (event.revision <= this.#from) return
    if (this.#turns) this.#inTurn(() => tellEvent(this.#resource, this.#matcher, event, this.#sink))
    else tellEvent(this.#resource, this.#matcher, event, this.#sink)
  }

  #inTurn(work: () => void): void {
    if (this.#turns) this.#turns.add(work)
    else work()
  }

  #tellAll(): void {
    for (const stored of this.#store.list(this.#resource.storage, this.#matcher.namespace)) this.#tellPresent(stored)
    const { revision } = this.#store
    this.#inTurn(() => this.#sink.present?.(revision))
  }

  /** What came after a version; false, and the watch is over, where that is forgotten. */
  #tellMissed(after: number): boolean {
    const { log } = this.#store
    const young = after < log.since && !log.trimmed
    const missed = log.after(young ? log.since : after, this.#resource.storage)
    if (young) for (const stored of bornAfter(this.#store, this.#resource, { matcher: this.#matcher, after })) this.#tellPresent(stored)
    if (missed) for (const event of missed) this.#inTurn(() => tellEvent(this.#resource, this.#matcher, event, this.#sink))
    else this.#sink.expired(new StatusError('Expired', `too old resource version: ${after} (${log.since})`))
    return missed !== undefined
  }

  #tellPresent(stored: KubernetesObject): void {
    this.#inTurn(() => {
      const object = this.#resource.fromStorage(stored)
      if (this.#matcher.matches(object)) this.#sink.event('ADDED', object, undefined)
    })
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

/** What a young server was born with after a version. */
function bornAfter(
  store: Store,
  { storage }: ServedResource,
  { matcher, after }: { readonly matcher: Matcher; readonly after: number },
): readonly KubernetesObject[] {
  const objects = objectsAt(store, storage, matcher, { revision: store.log.since })
  return objects.filter(({ metadata }) => Number(metadata.resourceVersion) > after)
}

/** Where a watch begins: with all that is there, after a version, or with the next change. */
interface Start {
  readonly present: boolean
  readonly after: number | undefined
}

function startOf({ resourceVersion = '', sendInitialEvents }: WatchRequest): Start {
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
