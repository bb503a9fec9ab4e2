// Sleeps of programs that somebody waits for: timers of the world's clock.
import type { Clock } from '../base/clock.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Run } from './run.ts'

/** Where runs of containers are found. */
export interface ReachedLog {
  run(pod: KubernetesObject, name: string, previous?: boolean): Promise<Run | undefined>
  runAt(pod: KubernetesObject, name: string, which: { readonly restarts: number; readonly started: number }): Run | undefined
}

/** Sleeps on the world's clock. Timers that nobody remembers, as after a restore, pass unheard. */
export class WorldSleeps {
  readonly #clock: Clock
  readonly #owner: string
  readonly #waiting = new Map<string, () => void>()
  readonly #unhandle: () => void
  #count = 0

  constructor(clock: Clock, owner: string) {
    this.#clock = clock
    this.#owner = owner
    this.#unhandle = clock.handle(owner, (key) => this.#wake(key))
  }

  /** Resolves after this time; never for an endless one. The second part takes the wish back. */
  sleep(ms: number): { readonly done: Promise<void>; cancel(): void } {
    if (ms === Number.POSITIVE_INFINITY) return { done: new Promise(() => undefined), cancel: () => undefined }
    this.#count += 1
    const key = `sleep ${this.#count}`
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(key, resolve)
    this.#clock.arm({ at: this.#clock.now() + Math.max(ms, 0), owner: this.#owner, key })
    return { done: promise, cancel: () => this.#cancel(key) }
  }

  stop(): void {
    this.#unhandle()
    for (const key of this.#waiting.keys()) this.#clock.disarm(this.#owner, key)
  }

  #cancel(key: string): void {
    if (this.#waiting.delete(key)) this.#clock.disarm(this.#owner, key)
  }

  #wake(key: string): void {
    this.#waiting.get(key)?.()
    this.#waiting.delete(key)
  }
}
