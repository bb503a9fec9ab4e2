// What a shell does at its end and at signals.
import { endBy, type Member } from '../family.ts'
import type { Process } from '../process.ts'

/** The traps of one shell, and the signals that wait to be heeded. */
export class Traps {
  readonly #bodies: Map<string, string>
  readonly #process: Process
  readonly #waiting: string[] = []
  #told: (() => void) | undefined

  constructor(process: Process, bodies: ReadonlyMap<string, string> = new Map()) {
    this.#process = process
    this.#bodies = new Map(bodies)
  }

  /** What a subshell begins with: it leaves unheeded what its parent did. */
  get ignored(): ReadonlyMap<string, string> {
    return new Map([...this.#bodies].filter(([, body]) => body === ''))
  }

  get(name: string): string | undefined {
    return this.#bodies.get(name)
  }

  set(name: string, body: string | undefined): void {
    if (body === undefined) this.#bodies.delete(name)
    else this.#bodies.set(name, body)
  }

  get list(): readonly (readonly [name: string, body: string])[] {
    return [...this.#bodies]
  }

  clear(): void {
    this.#bodies.clear()
  }

  /** A signal for this shell: it waits for its trap, or does what it does to everybody. A container's first process heeds only what it traps. */
  signal(name: string): void {
    const body = this.#bodies.get(name)
    if (body === '') return
    if (body === undefined || name === 'KILL') {
      if (this.#process.pid !== 1) endBy(name, this.#process.halt)
      return
    }
    this.#waiting.push(name)
    this.#told?.()
  }

  /** How its process answers to signals. */
  answers(): Pick<Member, 'signal' | 'heeds'> {
    return { signal: (name) => this.signal(name), heeds: (name) => (this.#bodies.get(name) ?? '') !== '' }
  }

  /** The next signal whose trap is to be run. */
  next(): string | undefined {
    return this.#waiting.shift()
  }

  /** The first signal that waits. */
  get first(): string | undefined {
    return this.#waiting[0]
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** What is awaited, or undefined as soon as a signal has a trap to be run. */
  async unless<value>(awaited: Promise<value>): Promise<value | undefined> {
    if (this.isWaiting) return undefined
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#told = () => resolve(undefined)
    try {
      return await this.#process.halt.unless(Promise.race([awaited, promise]))
    } finally {
      this.#told = undefined
    }
  }
}
