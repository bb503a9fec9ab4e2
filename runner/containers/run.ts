// One run of a container's own program. It has a time of its own, that is moved on when somebody looks: nothing ticks.

import { nextTurn } from '../base/turns.ts'
import { Family } from './family.ts'
import { addToLog, bytesIn, cutLog, type LogLine } from './log.ts'
import { Exit, Halt, type Listener } from './process.ts'
import { BrokenPipe, Pipe } from './streams.ts'
import type { Screen, Typing } from './terminal.ts'

/** How a run ended. */
export interface RunEnd {
  readonly at: number
  readonly code: number
  readonly reason?: string
}

/** A signal that came from outside, and when, ms. */
export interface SentSignal {
  readonly at: number
  readonly name: string
}

/** Everything of a run that a snapshot holds. */
export interface RunState {
  readonly started: number
  readonly reached: number
  readonly log: readonly LogLine[]
  /** Those that it was sent; absent where it was sent none. */
  readonly signals?: readonly SentSignal[]
  readonly end?: RunEnd
}

/** What a run is given. `go` is the program; it runs until it ends. */
export interface RunOptions {
  readonly started: number
  readonly state?: RunState
  /** World time. */
  now(): number
  go(run: Run): Promise<number>
  ended(run: Run): void
}

const endsServers: ReadonlySet<string> = new Set(['TERM', 'INT', 'QUIT'])

/** How much a run may do in one look before its time jumps to the last of it. */
const budget = { sleeps: 2000, kept: 100 }

/** A program on its way. */
export class Run {
  readonly started: number
  readonly halt = new Halt()
  /** Its processes; a shell that is the first of them answers to 1. */
  readonly family = new Family(6)
  readonly stdin = new Pipe()
  /** How lines that are typed into it could go on. */
  readonly typing: Typing = {}
  /** How large its terminal is. */
  readonly screen: Screen = { columns: 0, rows: 0 }
  readonly listeners = new Map<number, Listener>()
  readonly log: LogLine[]
  readonly watchers = new Set<(stream: 'out' | 'err', bytes: string) => void>()
  /** Told when the program is over: those who are connected to it. */
  readonly connected = new Set<() => void>()
  end: RunEnd | undefined
  /** It was asked to end, and has a trap for that. */
  trapped = false
  /** How long its program goes on after it was asked to end, ms. */
  lingers = 0
  /** It was asked to end. */
  asked = false
  /** True while it goes again through what was done before it was written down: nothing that it does counts. */
  repeating: boolean
  readonly #now: () => number
  readonly #ended: (run: Run) => void
  readonly #go: RunOptions['go']
  readonly #until: number
  #sleepers: { wake: number; resolve: () => void }[] = []
  #time: number
  #moving = false
  #begun = false
  readonly #outside = new Set<Promise<unknown>>()
  readonly #signals: SentSignal[]
  #heeded = 0
  #printed: number
  #steps = 0
  #pause: Promise<void> | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor({ started, state, now, go, ended }: RunOptions) {
    this.started = started
    this.log = [...(state?.log ?? [])]
    this.#printed = bytesIn(this.log)
    this.end = state?.end
    this.repeating = state !== undefined
    this.#signals = [...(state?.signals ?? [])]
    this.#until = state?.reached ?? started
    this.#time = started
    this.#now = now
    this.#go = go
    this.#ended = ended
    if (this.end) this.#begun = true
  }

  /** The run's time: its own while it is moved on, the world's otherwise. */
  now(): number {
    return this.#moving ? this.#time : Math.max(this.#time, this.#now())
  }

  /** How far its own time has come. */
  get reached(): number {
    return this.#time
  }

  /** When it wants to be looked at again; undefined if it waits for something else. */
  get wake(): number | undefined {
    return this.#sleepers.reduce<number | undefined>(
      (first, { wake }) => (wake !== Number.POSITIVE_INFINITY && (first === undefined || wake < first) ? wake : first),
      undefined,
    )
  }

  /** True while its time is moved on: who is asked by itself must not wait for itself. */
  get moving(): boolean {
    return this.#moving
  }

  /** True while it waits for others: to wait for it then might be to wait for oneself. */
  get waiting(): boolean {
    return this.#outside.size > 0
  }

  /** Something beside time that its program waits for. */
  async outside<value>(work: Promise<value>): Promise<value> {
    this.#outside.add(work)
    try {
      return await work
    } finally {
      this.#outside.delete(work)
    }
  }

  write(stream: 'out' | 'err', bytes: string): void {
    if (this.repeating) return
    addToLog(this.log, this.now(), stream, bytes)
    this.#printed = cutLog(this.log, this.#printed + bytes.length)
    for (const watcher of this.watchers) watcher(stream, bytes)
  }

  async sleep(ms: number, halt = this.halt): Promise<void> {
    this.#steps = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const sleeper = { wake: this.now() + Math.max(ms, 0), resolve }
    this.#sleepers.push(sleeper)
    try {
      await halt.unless(promise)
    } finally {
      if (halt !== this.halt) this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)
    }
  }

  /** Whoever spins without a pause pays a second for every two thousand steps, and all that run beside it do. */
  step(): Promise<void> | undefined {
    this.halt.check()
    this.#steps += 1
    if (this.#steps % 2000 === 0)
      this.#pause ??= this.sleep(1000).finally(() => {
        this.#pause = undefined
      })
    return this.#pause
  }

  /** Sends its first process a signal: a shell runs its trap, a server ends well, whatever else pays no heed, as the kernel has it for process 1. */
  async signal(name: string): Promise<void> {
    this.#signals.push({ at: this.#now(), name })
    if (!this.#moving) await this.advance()
  }

  #heed(name: string): void {
    const first = this.family.find(1)
    if (name === 'KILL') return
    this.trapped ||= name === 'TERM' && first?.heeds(name) === true
    if (first?.heeds(name) === true) first.signal(name)
    else if (this.listeners.size > 0 && endsServers.has(name)) this.halt.fire(name === 'INT' ? 130 : 0)
  }

  /** Ends the program from outside. */
  async stop(code: number): Promise<void> {
    await this.advance()
    this.halt.fire(code)
    await nextTurn()
    if (!this.end && this.#begun) this.#finish(code)
  }

  /** Moves the run on to the world's time, or no further than this. */
  advance(until = Number.POSITIVE_INFINITY): Promise<void> {
    this.#turn = this.#turn.then(() => this.#advance(Math.min(this.#now(), until)))
    return this.#turn
  }

  state(): RunState {
    const signals = this.#signals.length > 0 && { signals: this.#signals }
    return { started: this.started, reached: this.#time, log: this.log, ...signals, ...(this.end && { end: this.end }) }
  }

  async #advance(target: number): Promise<void> {
    if (this.end) return
    this.#moving = true
    try {
      if (!this.#begun) await this.#begin()
      if (this.repeating) await this.#move(Math.min(this.#until, target))
      this.repeating = false
      await this.#move(target)
      if (!this.end && target > this.#time) this.#time = Math.max(this.#time, Math.min(target, this.#now()))
    } finally {
      this.#moving = false
    }
  }

  async #begin(): Promise<void> {
    this.#begun = true
    void this.#go(this).then(
      (code) => this.#finish(code),
      (error: unknown) =>
        this.#finish(
          error instanceof Exit ? error.code : error instanceof BrokenPipe ? 141 : this.#broken(error),
          error instanceof Exit ? error.reason : undefined,
        ),
    )
    await nextTurn()
  }

  #broken(error: unknown): number {
    this.write('err', `drydock: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }

  #finish(code: number, reason?: string): void {
    if (this.end) return
    this.repeating = false
    this.end = { at: this.now(), code, ...(reason !== undefined && { reason }) }
    this.listeners.clear()
    this.#sleepers = []
    for (const tell of this.connected) tell()
    this.#ended(this)
  }

  async #move(target: number): Promise<void> {
    let first = 0
    for (let sleeps = 0; !this.end; sleeps += 1) {
      for (let [work] = this.#outside; work !== undefined && !this.end; [work] = this.#outside) {
        await Promise.allSettled([work])
        await nextTurn()
      }
      const next = this.#next()
      const signal = this.#signals[this.#heeded]
      if (signal && signal.at <= Math.min(next?.wake ?? Number.POSITIVE_INFINITY, target)) {
        this.#heeded += 1
        this.#time = Math.max(this.#time, signal.at)
        this.#heed(signal.name)
        await nextTurn()
        continue
      }
      if (!next || next.wake > target) return
      if (sleeps === budget.sleeps - budget.kept) first = next.wake
      if (sleeps === budget.sleeps) this.#jump(first, next.wake, target)
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next)
      this.#time = Math.max(this.#time, next.wake)
      next.resolve()
      await nextTurn()
    }
  }

  /** A long time of the same: leaves out whole rounds, so that the last of them are as they would be. */
  #jump(first: number, now: number, target: number): void {
    const round = Math.max(now - first, 1)
    const skipped = Math.max(Math.floor((target - now) / round) - 1, 0) * round
    for (const sleeper of this.#sleepers) sleeper.wake += skipped
  }

  #next(): { wake: number; resolve: () => void } | undefined {
    return this.#sleepers.reduce<{ wake: number; resolve: () => void } | undefined>(
      (first, each) => (!first || each.wake < first.wake ? each : first),
      undefined,
    )
  }
}

/** Moves runs on side by side, second by second over the last minutes; what lies before each goes through alone. */
export async function advanceTogether(runs: readonly Run[], now: number): Promise<void> {
  const from = Math.min(...runs.map(({ reached }) => reached))
  const recent = Math.max(from, now - 600_000)
  if (recent > from) for (const run of runs) await run.advance(recent)
  for (let at = recent; at < now; at += 1000) for (const run of runs) await run.advance(at)
}
