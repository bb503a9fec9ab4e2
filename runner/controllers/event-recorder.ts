// Records Events as client-go's recorders do: a repeat raises the count, many alike become one.
import type { Clock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Client } from '../kubernetes/client.ts'
import { formatMicroTime, formatTime, type KubernetesObject, type Resource } from '../kubernetes/object.ts'
import type { EventNotice } from './controller.ts'

const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

/** What was said about one object for one reason: the stored Event of each message, and when the last came. */
interface Said {
  /** A list, not a record: few for each topic, and hardly two of them have the same text. */
  readonly messages: readonly Message[]
  readonly last: number
  /** How much a source may still say about an object, and since when: only in entries of that sort. */
  readonly tokens?: number
}

interface Message extends Stored {
  readonly text: string
}

/** An Event, and how often it was said. */
interface Stored {
  readonly name: string
  readonly count: number
}

/** Everything about a recorder that a snapshot holds. */
export type EventRecorderState = Readonly<Record<string, Omit<Said, 'messages'> & { readonly messages: Readonly<Record<string, Stored>> }>>

/** Remembers what was said, for all controllers of one cluster. */
export interface EventRecorder {
  record(client: Client, object: KubernetesObject, notice: Required<Pick<EventNotice, 'component'>> & EventNotice): Promise<void>
  state(): EventRecorderState
}

const remembered = 4096
const similar = { most: 10, within: 600_000 }
/** One source may say this much about one object at once, and once more every five minutes (client-go's EventSourceObjectSpamFilter). */
const spam = { burst: 25, every: 300_000 }

/** A recorder that starts with nothing said, or goes on from a state written down before. */
export function createEventRecorder(options: { clock: Clock; random: Random; state?: EventRecorderState | undefined }): EventRecorder {
  const { [lastName]: name, ...saved } = options.state ?? {}
  const said = new Map(Object.entries(saved).map(([topic, each]) => [topic, readSaid(each)] as const))
  const names = new EventNames(options.random, name)
  // What was remembered in a row, from `oldest` on, some of it anew since: a map alone is slow to find its first key after many were deleted.
  let row: (readonly [topic: string, said: Said])[] = [...said]
  let oldest = 0

  function remember(topic: string, entry: Said): void {
    said.delete(topic)
    said.set(topic, entry)
    row.push([topic, entry])
    for (; said.size > remembered; oldest += 1) {
      const [first, was] = row[oldest] ?? ['']
      if (said.get(first) === was) said.delete(first)
    }
    if (oldest * 2 > row.length) [row, oldest] = [row.slice(oldest), 0]
  }

  /** False once a source has said too much about an object: what it says then is dropped. */
  function maySay(source: string, now: number): boolean {
    const before = said.get(source)
    const tokens = Math.min(spam.burst, (before?.tokens ?? spam.burst) + (before ? (now - before.last) / spam.every : 0))
    remember(source, { messages: [], last: now, tokens: tokens >= 1 ? tokens - 1 : tokens })
    return tokens >= 1
  }

  return {
    async record(client, object, notice) {
      const now = options.clock.now()
      const namespace = object.metadata.namespace || 'default'
      const about = object.metadata.uid ?? object.metadata.name
      if (notice.action === undefined && !maySay(`spam ${notice.component} ${notice.host ?? ''} ${about ?? ''}`, now)) return
      const topic = `${notice.component} ${notice.type} ${notice.reason} ${notice.fieldPath ?? ''} ${about ?? ''}`
      const before = recent(said.get(topic), now)
      const message = before && crowded(before, notice.message) ? `(combined from similar events): ${notice.message}` : notice.message
      const slot = message === notice.message ? message : ''
      const known = before?.messages.find(({ text }) => text === slot)
      const stored = known && (await repeat(client, { namespace, name: known.name }, { count: known.count + 1, message, now }))
      const entry = stored ? { name: known.name, count: known.count + 1 } : { name: names.next(object, now, notice.order), count: 1 }
      const combined = message !== notice.message
      if (!stored) await create(client, eventObject(object, { ...notice, message }, { namespace, name: entry.name, now, combined }))
      remember(topic, { messages: withMessage(before?.messages ?? [], { text: slot, ...entry }), last: now })
    },
    state: () => ({ ...Object.fromEntries([...said].map(([topic, entry]) => [topic, writeSaid(entry)])), [lastName]: names.state() }),
  }
}

function readSaid({ messages, ...rest }: EventRecorderState[string]): Said {
  return { messages: Object.entries(messages).map(([text, stored]) => ({ text, ...stored })), ...rest }
}

function writeSaid({ messages, ...rest }: Said): EventRecorderState[string] {
  return { messages: Object.fromEntries(messages.map(({ text, ...stored }) => [text, stored])), ...rest }
}

function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const known = messages.some(({ text }) => text === message.text)
  return known ? messages.map((each) => (each.text === message.text ? message : each)) : [...messages, message]
}

function recent(said: Said | undefined, now: number): Said | undefined {
  return said && now - said.last <= similar.within ? said : undefined
}

function crowded(said: Said, message: string): boolean {
  return said.messages.length >= similar.most - 1 && !said.messages.some(({ text }) => text === message)
}

async function repeat(
  client: Client,
  key: { readonly namespace: string; readonly name: string },
  change: { readonly count: number; readonly message: string; readonly now: number },
): Promise<boolean> {
  const patch = { count: change.count, lastTimestamp: formatTime(change.now), message: change.message }
  return client.patch(events, key, patch, { type: 'strategic' }).then(
    () => true,
    () => false,
  )
}

/** The recorder never fails its controller: an Event that is refused (a namespace that ends, say) is dropped. */
async function create(client: Client, event: KubernetesObject): Promise<void> {
  await client.create(events, event).catch(() => undefined)
}

/** Ten parts of a millisecond, for those that come one after another in it. */
const part = 100_000
/** The entry in a state of the last name that was given: `tokens` is its place within its millisecond. */
const lastName = 'last name'

/** Names of Events, each of which comes after every other of the same millisecond: what was said first stays first. */
class EventNames {
  readonly #random: Random
  #last: { readonly at: number; readonly within: number }

  constructor(random: Random, from: EventRecorderState[string] | undefined) {
    this.#random = random
    this.#last = { at: from?.last ?? 0, within: from?.tokens ?? -1 }
  }

  next(object: KubernetesObject, now: number, order: number | undefined): string {
    const least = this.#last.at === now ? this.#last.within + 1 : 0
    const wanted = order === undefined ? this.#random.below(part) : Math.min(order, 9) * part + this.#random.below(part)
    const within = Math.min(wanted < least ? least + this.#random.below(100) : wanted, 10 * part - 1)
    this.#last = { at: now, within }
    return `${object.metadata.name ?? ''}.${(BigInt(now) * 1_000_000n + BigInt(within)).toString(16)}`
  }

  state(): EventRecorderState[string] {
    return { messages: {}, last: this.#last.at, tokens: this.#last.within }
  }
}

function eventObject(
  object: KubernetesObject,
  notice: Required<Pick<EventNotice, 'component'>> & EventNotice,
  place: { readonly namespace: string; readonly name: string; readonly now: number; readonly combined: boolean },
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: place.name, namespace: place.namespace },
    involvedObject: involved(object, notice.fieldPath),
    reason: notice.reason,
    message: notice.message,
    type: notice.type,
    ...(notice.action === undefined ? countedPart(notice, place) : actionPart(notice, place.now)),
  }
}

/** What core/v1 recorders write; one for many alike does not say who reports it (client-go's EventAggregate). */
function countedPart(notice: EventNotice, { now, combined }: { readonly now: number; readonly combined: boolean }): JsonObject {
  const time = formatTime(now)
  const source = { component: notice.component, ...(notice.host === undefined ? {} : { host: notice.host }) }
  return {
    source,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    eventTime: null,
    reportingComponent: combined ? '' : (notice.component ?? ''),
    reportingInstance: combined ? '' : (notice.host ?? ''),
  }
}

/** What events.k8s.io/v1 recorders write, as it reads in core/v1. */
function actionPart(notice: EventNotice, now: number): JsonObject {
  return {
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: formatMicroTime(now),
    action: notice.action,
    reportingComponent: notice.component ?? '',
    reportingInstance: notice.host ?? notice.component ?? '',
  }
}

function involved(object: KubernetesObject, fieldPath: string | undefined): JsonObject {
  const { name = '', namespace, uid, resourceVersion } = object.metadata
  return {
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion: object.apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  }
}
