// Runs controllers against API servers: watches put keys into one queue, and keys are looked at one after another.
//
// One queue serves all controllers of a cluster, in the order in which changes came: in process, where a watch calls
// synchronously and every answer comes in a microtask, the same writes give the same order of reconciles, and settle()
// waits for the last. There are no informers: in process a read through the client costs no copy, so nothing is cached.
// Waits (back-off, requeueAfter, enqueue at a time) are the clock's timers, owned by `<prefix>/<controller>`.
import type { Activity } from '../base/activity.ts'
import type { Clock } from '../base/clock.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import { Turns } from '../base/turns.ts'
import { type Client, everyResource, type WatchEvent } from '../kubernetes/client.ts'
import { formatKey, keyOf, type Resource } from '../kubernetes/object.ts'
import type { ContainerRuntime, ControllerContext, ControllerDefinition, ControllerWatch, Follower, Memory, SigningAuthority } from './controller.ts'
import { createEventRecorder, type EventRecorderState } from './event-recorder.ts'
import { Pace, type PaceState } from './pace.ts'
import { createWorkQueue, type WorkQueueState } from './work-queue.ts'

/** What controllers run with. */
export interface RunOptions {
  readonly clock: Clock
  readonly activity: Activity
  readonly random: Random
  /** A client of a controller, as its own user and with its field manager. */
  clientFor(name: string, definition: ControllerDefinition): Client
  /** Clients of further API servers by role. */
  readonly others?: Readonly<Record<string, Client>>
  readonly settings?: Readonly<Record<string, string>>
  readonly runtime?: ContainerRuntime
  readonly authority?: SigningAuthority
  /** What `state()` gave before: then controllers go on from there. */
  readonly state?: JsonObject
  /** With `state`: looks at every object once all the same, since the state is older than the objects. */
  readonly catchUp?: boolean
  /** First part of the owners of timers; unique in the world, as `clusters/member-1`. */
  readonly prefix: string
  /** Told of every reconcile that threw; it is retried all the same. */
  problem?(problem: { readonly controller: string; readonly key: string; readonly error: unknown }): void
}

/** Controllers at work. */
export interface RunningControllers {
  /** Everything that a snapshot holds of them, as plain data; timers stand in the clock. Taken while nothing is under way. */
  state(): JsonObject
  /** Ends watches and handlers; what is under way ends before its next key. Timers stay in the clock for whoever goes on. */
  stop(): void
}

/** Starts controllers: every object that they watch is looked at once, then every change. With `state` only the changes: they go on where they were. */
export function runControllers(definitions: readonly ControllerDefinition[], options: RunOptions): RunningControllers {
  const runner = new ControllerRunner(definitions, options)
  runner.start()
  return runner
}

/** A watch of one resource on one server, shared by all controllers that look at it. */
interface SharedWatch {
  readonly server: string
  readonly client: Client
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly targets: { readonly controller: string; readonly keys: ControllerWatch['keys']; readonly follower: Follower | undefined }[]
  failures: number
  /** True until the first list of controllers that go on from a state: all they had to look at stands in its queue and the clock's timers. */
  caughtUp: boolean
  watching: { stop(): void } | undefined
}

const own = 'own'
const nothing = { items: [], resourceVersion: '' }
const relist = { first: 800, most: 30_000 }

class ControllerRunner implements RunningControllers {
  readonly #options: RunOptions
  readonly #definitions: ReadonlyMap<string, ControllerDefinition>
  readonly #contexts = new Map<string, ControllerContext>()
  readonly #memory: Map<string, Map<string, Json>>
  readonly #watches = new Map<string, SharedWatch>()
  readonly #handlers = new Map<string, () => void>()
  readonly #queue
  readonly #recorder
  readonly #pace
  #working = false
  #stopped = false

  constructor(definitions: readonly ControllerDefinition[], options: RunOptions) {
    const state = (options.state ?? {}) as unknown as Partial<RunnerState>
    this.#options = options
    this.#definitions = new Map(definitions.map((definition) => [definition.name, definition]))
    this.#memory = new Map(Object.entries(state.memory ?? {}).map(([name, values]) => [name, new Map(Object.entries(values))]))
    this.#queue = createWorkQueue(state.queue)
    this.#pace = new Pace(state.pace)
    this.#recorder = createEventRecorder({ clock: options.clock, random: options.random, state: state.events })
    for (const definition of definitions) this.#join(definition)
  }

  start(): void {
    for (const watch of this.#watches.values()) this.#follow(watch)
    this.#work()
  }

  state(): JsonObject {
    const memory = Object.fromEntries([...this.#memory].filter(([, values]) => values.size > 0).map(([name, values]) => [name, Object.fromEntries(values)]))
    const state: RunnerState = { queue: this.#queue.state(), memory, events: this.#recorder.state(), pace: this.#pace.state() }
    return state as unknown as JsonObject
  }

  stop(): void {
    this.#stopped = true
    for (const watch of this.#watches.values()) watch.watching?.stop()
    for (const remove of this.#handlers.values()) remove()
  }

  #join(definition: ControllerDefinition): void {
    const client = this.#options.clientFor(definition.name, definition)
    if (this.#options.state !== undefined) this.#hear(definition.name)
    for (const { resource, server = own, namespace, keys, follower } of definition.watches) {
      const id = watchId(server, resource, namespace)
      const source = server === own ? client : this.#options.others?.[server]
      if (!source) throw new Error(`Controller "${definition.name}" watches server "${server}": no client of that name`)
      const shared = this.#watches.get(id) ?? {
        server,
        client: source,
        resource,
        namespace,
        targets: [],
        failures: 0,
        caughtUp: this.#options.state !== undefined && !this.#options.catchUp,
        watching: undefined,
      }
      shared.targets.push({ controller: definition.name, keys, follower })
      this.#watches.set(id, shared)
    }
  }

  /** Made when a controller has something to look at for the first time: most of a cluster at rest never do. */
  #contextOf(definition: ControllerDefinition): ControllerContext {
    const { name } = definition
    const context = this.#contexts.get(name) ?? this.#contextFor(name, this.#options.clientFor(name, definition))
    this.#contexts.set(name, context)
    return context
  }

  #contextFor(name: string, client: Client): ControllerContext {
    const { clock, random, others = {}, settings = {}, runtime, authority } = this.#options
    return {
      clock,
      random,
      client,
      others,
      settings,
      ...(runtime && { runtime }),
      ...(authority && { authority }),
      memory: this.#memoryOf(name),
      event: (object, notice) => this.#recorder.record((notice.server && others[notice.server]) || client, object, { component: name, ...notice }),
      enqueue: (key, at) => void (at === undefined ? this.#add(name, key) : this.#arm(name, key, at)),
    }
  }

  #memoryOf(name: string): Memory {
    const values = (): Map<string, Json> => {
      const known = this.#memory.get(name) ?? new Map<string, Json>()
      this.#memory.set(name, known)
      return known
    }
    return {
      get: (key) => this.#memory.get(name)?.get(key),
      set: (key, value) => void (value === undefined ? this.#memory.get(name)?.delete(key) : values().set(key, value)),
      keys: () => [...(this.#memory.get(name)?.keys() ?? [])],
    }
  }

  /** Lists, puts every key into the queue, and watches from there; when that ends, from the start again. */
  #follow(watch: SharedWatch): void {
    if (this.#stopped) return
    void this.#options.activity.run(async () => {
      try {
        const { items, resourceVersion } = watch.resource === everyResource ? nothing : await watch.client.list(watch.resource, inNamespace(watch))
        if (this.#stopped) return
        for (const { follower } of watch.targets) follower?.reset(items)
        if (!watch.caughtUp) for (const object of items) this.#notice(watch, { type: 'ADDED', object })
        watch.caughtUp = false
        watch.failures = 0
        watch.watching = watch.client.watch(
          watch.resource,
          { ...inNamespace(watch), resourceVersion },
          { event: (event) => this.#changed(watch, event), end: (error) => (error ? this.#followLater(watch) : this.#follow(watch)) },
        )
      } catch {
        this.#followLater(watch)
      }
    })
  }

  /** client-go's reflector waits 0.8 s, doubled each time, at most 30 s: a resource may not be served yet. */
  #followLater(watch: SharedWatch): void {
    if (this.#stopped) return
    const { clock } = this.#options
    const name = `watch ${watchId(watch.server, watch.resource, watch.namespace)}`
    const wait = Math.min(relist.first * 2 ** watch.failures, relist.most)
    watch.failures += 1
    this.#handle(name, () => this.#follow(watch))
    clock.arm({ at: clock.now() + wait, owner: this.#owner(name), key: '' })
  }

  #changed(watch: SharedWatch, event: WatchEvent): void {
    for (const { follower } of watch.targets) follower?.change(event.object, event.type)
    this.#notice(watch, event)
  }

  #notice(watch: SharedWatch, event: WatchEvent): void {
    for (const { controller, keys } of watch.targets) {
      if (keys) for (const key of keys(event.object, event.type, event.old)) this.#wake(controller, key)
      else this.#wake(controller, formatKey(keyOf(event.object)))
    }
  }

  /** Something changed: the key is looked at now, or with what else changes where that happens all the time. */
  #wake(controller: string, key: string): void {
    const item = `${controller} ${key}`
    const now = this.#options.clock.now()
    const at = this.#pace.next(item, now)
    if (at !== undefined) this.#arm(controller, key, at)
    else if (this.#addItem(item)) this.#pace.count(item, now)
  }

  #add(controller: string, key: string): boolean {
    return this.#addItem(`${controller} ${key}`)
  }

  #addItem(item: string): boolean {
    if (this.#stopped) return false
    const added = this.#queue.add(item)
    this.#work()
    return added
  }

  #work(): void {
    if (this.#working || this.#stopped || this.#queue.empty) return
    this.#working = true
    void this.#options.activity.run(async () => {
      await Promise.resolve()
      const turns = new Turns()
      for (let item = this.#queue.take(); item !== undefined; item = this.#stopped ? undefined : this.#queue.take()) {
        await this.#look(item)
        const others = turns.next()
        if (others) await others
      }
      this.#working = false
    })
  }

  async #look(item: string): Promise<void> {
    const [controller, key] = splitItem(item)
    const definition = this.#definitions.get(controller)
    if (!definition) return
    const context = this.#contextOf(definition)
    try {
      const result = await definition.reconcile(key, context)
      this.#queue.forget(item)
      if (result?.requeueAfter !== undefined) this.#arm(controller, key, this.#options.clock.now() + result.requeueAfter)
    } catch (error) {
      this.#options.problem?.({ controller, key, error })
      this.#arm(controller, key, this.#options.clock.now() + this.#queue.fail(item))
    }
  }

  /** Of two wishes to look again the earlier one stands. */
  #arm(controller: string, key: string, at: number): void {
    this.#hear(controller)
    const owner = this.#owner(controller)
    const due = this.#options.clock.due(owner, key)
    if (due === undefined || at < due) this.#options.clock.arm({ at, owner, key })
  }

  /** Lets the controller's timers fire: from its first one on, for most of a cluster at rest never have one. */
  #hear(controller: string): void {
    if (!this.#handlers.has(controller)) this.#handle(controller, (key) => void this.#add(controller, key))
  }

  #handle(name: string, fire: (key: string) => void): void {
    this.#handlers.set(name, this.#options.clock.handle(this.#owner(name), fire))
  }

  #owner(name: string): string {
    return `${this.#options.prefix}/${name}`
  }
}

interface RunnerState {
  readonly queue: WorkQueueState
  readonly memory: Readonly<Record<string, Readonly<Record<string, Json>>>>
  readonly events: EventRecorderState
  readonly pace: PaceState
}

function watchId(server: string, { group, version, plural }: Resource, namespace: string | undefined): string {
  return `${server} ${group}/${version}/${plural}${namespace === undefined ? '' : ` in ${namespace}`}`
}

function inNamespace({ namespace }: SharedWatch): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}

function splitItem(item: string): [controller: string, key: string] {
  const space = item.indexOf(' ')
  return [item.slice(0, space), item.slice(space + 1)]
}
