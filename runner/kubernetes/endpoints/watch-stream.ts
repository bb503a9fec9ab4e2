// A watch over HTTP: one JSON line for each event, until the time is over, the client goes, or it reads too slowly.
import { goJson } from '../../base/go-json.ts'
import type { JsonObject } from '../../base/json.ts'
import { encodeWatchFrame } from '../encoding/encode-protobuf.ts'
import type { KubernetesObject } from '../object.ts'
import { asJson } from '../registry/plain.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import { watchObjects } from '../registry/watch.ts'
import type { Format } from './negotiate.ts'
import type { ListOptionsRead } from './query-options.ts'
import { objectBody } from './respond.ts'
import type { Server } from './server.ts'

/** What is watched, and how it is shown. */
export interface WatchAsked {
  readonly resource: ServedResource
  readonly namespace: string | undefined
  readonly options: ListOptionsRead
  readonly format: Format
  readonly query: URLSearchParams
}

/** Half of the time for which a watch that names none stays open at least. */
const defaultSeconds = 1800
const bookmarkEvery = 60_000
/** Lines that wait for a reader before the server gives the reader up. */
const patience = 10_000

/** Timers of a server's watches; call once for a server. Returns what ends all of them. */
export function createWatchTimers(server: Pick<Server, 'clock' | 'name'>): {
  at(time: number, key: string, fire: () => void): void
  cancel(key: string): void
} {
  const owner = `${server.name}/watches`
  const waiting = new Map<string, () => void>()
  server.clock.handle(owner, (key) => {
    const fire = waiting.get(key)
    waiting.delete(key)
    fire?.()
  })
  return {
    at(time, key, fire) {
      waiting.set(key, fire)
      server.clock.arm({ at: time, owner, key })
    },
    cancel(key) {
      if (waiting.delete(key)) server.clock.disarm(owner, key)
    },
  }
}

/** Timers as a watch uses them. */
export type WatchTimers = ReturnType<typeof createWatchTimers>

/** The body of a watch's answer. */
export function watchStream(server: Server, timers: WatchTimers, asked: WatchAsked): ReadableStream<Uint8Array> {
  server.count.watches += 1
  const watch = new OpenWatch(server, timers, asked)
  return new ReadableStream<Uint8Array>({ start: (controller) => watch.start(controller), cancel: () => watch.abandon() })
}

class OpenWatch {
  readonly #server: Server
  readonly #timers: WatchTimers
  readonly #asked: WatchAsked
  readonly #id: string
  readonly #shower: ReturnType<typeof shower>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #stop: (() => void) | undefined
  #over = false
  /** The latest revision that the client knows of. */
  #told: number
  /** The revision of the last bookmark, if nothing was told since. */
  #marked: number | undefined

  constructor(server: Server, timers: WatchTimers, asked: WatchAsked) {
    this.#server = server
    this.#timers = timers
    this.#asked = asked
    this.#id = String(server.count.watches)
    this.#shower = shower(server, asked)
    this.#told = server.store.revision
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller
    const { resource, options, namespace } = this.#asked
    const watching = watchObjects(
      this.#server,
      resource,
      { ...options, namespace },
      {
        event: (type, object) => {
          this.#marked = undefined
          this.#told = Math.max(this.#told, Number(object.metadata.resourceVersion ?? 0))
          this.#sendChange(type, object)
        },
        present: (revision) => {
          this.#told = revision
          if (options.sendInitialEvents) this.#bookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } })
        },
        expired: (error) => {
          this.#send('ERROR', error.toStatus())
          this.finish()
        },
      },
    )
    this.#stop = () => watching.stop()
    if (this.#over) watching.stop()
    else this.#armTimers()
  }

  /** The client is gone: its stream is closed already. */
  abandon(): void {
    this.#controller = undefined
    this.finish()
  }

  finish(): void {
    if (this.#over) return
    this.#over = true
    this.#stop?.()
    for (const key of [this.#endKey, this.#bookmarkKey]) this.#timers.cancel(key)
    this.#controller?.close()
  }

  get #endKey(): string {
    return `${this.#id}/end`
  }

  get #bookmarkKey(): string {
    return `${this.#id}/bookmark`
  }

  #sendChange(type: string, object: KubernetesObject): void {
    const { format } = this.#asked
    if (format.as !== undefined) this.#send(type, this.#shower.object(object))
    else this.#sendFrame(this.#server.frames.of(object, `${type} ${format.media}`, () => frameOf(type, this.#shower.object(object), format)))
  }

  #send(type: string, object: JsonObject): void {
    this.#sendFrame(frameOf(type, object, this.#asked.format))
  }

  #sendFrame(frame: Uint8Array): void {
    if (this.#over) return
    this.#controller?.enqueue(frame)
    if ((this.#controller?.desiredSize ?? 0) < -patience) this.finish()
  }

  #bookmark(extra: JsonObject = {}): void {
    if (!this.#asked.options.allowWatchBookmarks || this.#marked === this.#told) return
    this.#marked = this.#told
    this.#send('BOOKMARK', this.#shower.bookmark(this.#told, extra))
  }

  #armTimers(): void {
    const { timeoutSeconds, allowWatchBookmarks } = this.#asked.options
    const now = this.#server.clock.now()
    const seconds = timeoutSeconds || defaultSeconds + (Number(this.#id) % defaultSeconds)
    this.#timers.at(now + seconds * 1000, this.#endKey, () => {
      this.#bookmark()
      this.finish()
    })
    if (allowWatchBookmarks) this.#repeatBookmark(now + bookmarkEvery)
  }

  #repeatBookmark(time: number): void {
    this.#timers.at(time, this.#bookmarkKey, () => {
      this.#bookmark()
      if (!this.#over) this.#repeatBookmark(time + bookmarkEvery)
    })
  }
}

/** A change as it goes over the wire: a frame of protobuf, or a line of JSON. */
function frameOf(type: string, object: JsonObject, { media }: Format): Uint8Array {
  const frame = media === 'application/vnd.kubernetes.protobuf' ? encodeWatchFrame(type, object) : undefined
  return frame ?? new TextEncoder().encode(`${goJson({ type, object })}\n`)
}

/** How objects of one watch are shown: a Table says its columns only once. */
function shower(
  server: Server,
  { resource, format, query }: WatchAsked,
): { object(object: KubernetesObject): JsonObject; bookmark(revision: number, extra: JsonObject): JsonObject } {
  let first = true
  const inTable = (body: JsonObject): JsonObject => {
    const shown = first ? body : { ...body, columnDefinitions: null }
    first = false
    return shown
  }
  return {
    object(object) {
      const body = objectBody(object, { resource, format, query, now: server.clock.now() })
      return format.as === 'Table' ? inTable(body) : body
    },
    bookmark(revision, extra) {
      const metadata = { resourceVersion: String(revision), ...extra }
      const empty = { kind: resource.info.kind, apiVersion: resource.apiVersion, metadata } as unknown as KubernetesObject
      if (format.as === 'PartialObjectMetadata') return objectBody(empty, { resource, format, query, now: 0 })
      if (format.as !== 'Table') return asJson(empty)
      const body = objectBody(empty, { resource, format, query, now: 0 })
      const cells = resource.info.columns.map(() => null)
      const object = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${format.metaVersion}`, metadata }
      return inTable({ ...body, rows: [{ cells, object }] })
    },
  }
}
