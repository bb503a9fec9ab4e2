// The world's time: it runs at true pace, faster, or stands still and is moved on; its timers are plain data.
import type { Activity } from './activity.ts'
import { type Timer, TimerQueue } from './timer-queue.ts'
import { Turns } from './turns.ts'

export type { Timer } from './timer-queue.ts'

/** The clock as everything inside a world sees it. */
export interface Clock {
  /** World time in milliseconds since 1970. */
  now(): number
  /** Sets the handler of an owner's timers; returns what removes it. A timer whose owner has no handler waits for one. */
  handle(owner: string, fire: (key: string) => void | Promise<void>): () => void
  /** Arms a timer, in place of an earlier one with the same owner and key. */
  arm(timer: Timer): void
  /** Takes a timer away; no error if there is none. */
  disarm(owner: string, key: string): void
  /** When this timer will fire, or undefined. */
  due(owner: string, key: string): number | undefined
}

/** Everything about a clock that a snapshot holds. */
export interface ClockState {
  readonly now: number
  /** World seconds in a true second; 1 is true pace. */
  readonly pace: number
  readonly timers: readonly Timer[]
}

/** The clock as its world's owner sees it. */
export interface WorldClock extends Clock {
  /** Lets time run at its pace; does nothing if it runs. */
  start(): void
  /** Stops time; `now()` stands still and no timer fires by itself. */
  stop(): void
  readonly running: boolean
  setPace(pace: number): void
  /** Moves time on by `ms`, firing timers in order and waiting for quiet after each. */
  advance(ms: number): Promise<void>
  /** When the next timer fires, or undefined if none is armed. */
  next(): number | undefined
  state(): ClockState
}

/** True time, handed in by whoever owns the process: a monotonic reading in ms and a one-shot alarm. */
export interface Pulse {
  monotonic(): number
  after(ms: number, wake: () => void): () => void
}

/** The pulse of the machine that this runs on. */
export const machinePulse: Pulse = {
  monotonic: () => performance.now(),
  after(ms, wake) {
    const handle = setTimeout(wake, Math.min(ms, 2 ** 31 - 1))
    return () => clearTimeout(handle)
  },
}

/** The machine's own date, ms since 1970: only for the start of a world that names none, and for logs of true time. */
export function machineNow(): number {
  return Date.now()
}

/** A stopped clock from its state. Timers fire one after another; `activity` tells when the work they caused is over. */
export function createClock(from: ClockState, options: { pulse: Pulse; activity: Activity }): WorldClock {
  return new TimerClock(from, options.pulse, options.activity)
}

class TimerClock implements WorldClock {
  readonly #pulse: Pulse
  readonly #activity: Activity
  readonly #timers: TimerQueue
  readonly #handlers = new Map<string, (key: string) => void | Promise<void>>()
  #base: number
  #anchor: number
  #pace: number
  #running = false
  #cancelAlarm: (() => void) | undefined
  /** The timer that the alarm is set for. */
  #alarmed: Timer | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(from: ClockState, pulse: Pulse, activity: Activity) {
    this.#pulse = pulse
    this.#activity = activity
    this.#base = from.now
    this.#pace = from.pace
    this.#anchor = pulse.monotonic()
    this.#timers = new TimerQueue(from.timers, (owner) => this.#handlers.has(owner))
  }

  get running(): boolean {
    return this.#running
  }

  now(): number {
    if (!this.#running) return this.#base
    return this.#base + Math.floor((this.#pulse.monotonic() - this.#anchor) * this.#pace)
  }

  handle(owner: string, fire: (key: string) => void | Promise<void>): () => void {
    this.#handlers.set(owner, fire)
    this.#timers.awake(owner)
    this.#alarm()
    return () => this.#handlers.delete(owner)
  }

  arm(timer: Timer): void {
    this.#timers.set(timer)
    this.#alarm()
  }

  disarm(owner: string, key: string): void {
    if (this.#timers.delete(owner, key)) this.#alarm()
  }

  due(owner: string, key: string): number | undefined {
    return this.#timers.get(owner, key)?.at
  }

  next(): number | undefined {
    return this.#timers.first()?.at
  }

  start(): void {
    if (this.#running) return
    this.#anchor = this.#pulse.monotonic()
    this.#running = true
    this.#alarm()
  }

  stop(): void {
    this.#rebase(this.now())
    this.#running = false
    this.#silence()
  }

  setPace(pace: number): void {
    this.#rebase(this.now())
    this.#pace = pace
    this.#silence()
    this.#alarm()
  }

  advance(ms: number): Promise<void> {
    const move = this.#turn.then(() => this.#moveTo(this.now() + ms))
    this.#turn = move.catch(() => undefined)
    return move
  }

  state(): ClockState {
    return { now: this.now(), pace: this.#pace, timers: this.#timers.sorted() }
  }

  async #moveTo(target: number): Promise<void> {
    const wasRunning = this.#running
    this.stop()
    await this.#activity.settled()
    const turns = new Turns()
    for (let timer = this.#timers.first(); timer && timer.at <= target; timer = this.#timers.first()) {
      await this.#fire(timer)
      const others = turns.next()
      if (others) await others
    }
    this.#base = Math.max(this.#base, target)
    if (wasRunning) this.start()
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer.owner, timer.key)
    if (!this.#running) this.#base = Math.max(this.#base, timer.at)
    await this.#activity.run(async () => this.#handlers.get(timer.owner)?.(timer.key))
    if (!this.#running) await this.#activity.settled()
  }

  #alarm(): void {
    if (!this.#running) return
    const first = this.#timers.first()
    if (first && first === this.#alarmed) return
    this.#silence()
    if (!first) return
    this.#alarmed = first
    const wait = Math.max(0, Math.ceil((first.at - this.now()) / this.#pace))
    this.#cancelAlarm = this.#pulse.after(wait, () => this.#ring())
  }

  #silence(): void {
    this.#cancelAlarm?.()
    this.#cancelAlarm = undefined
    this.#alarmed = undefined
  }

  #ring(): void {
    this.#silence()
    const due = this.#turn.then(async () => {
      const turns = new Turns()
      for (let timer = this.#timers.first(); timer && this.#running && timer.at <= this.now(); timer = this.#timers.first()) {
        await this.#fire(timer)
        const others = turns.next()
        if (others) await others
      }
    })
    this.#turn = due.catch(() => undefined).then(() => this.#alarm())
  }

  #rebase(now: number): void {
    this.#base = now
    this.#anchor = this.#pulse.monotonic()
  }
}
