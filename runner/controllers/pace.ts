// How often changes make one key be looked at. Real controllers write at most 20 times a second (client-go's QPS), so that what
// changes more often than that is looked at together; here too, so that ten thousand pods do not make their owner look ten thousand times.
import type { JsonObject } from '../base/json.ts'

/** Changes of one key that are looked at at once in a second of world time; more come together, once in `apart` ms. */
const most = 20
const apart = 100

/** Everything about a pace that a snapshot holds. */
export interface PaceState {
  /** Second of world time that is counted. */
  readonly second: number
  readonly looks: Readonly<Record<string, number>>
}

/** Counts how often each item was woken in the present second. */
export class Pace {
  #second: number
  #looks: Map<string, number>

  constructor(from: PaceState = { second: 0, looks: {} }) {
    this.#second = from.second
    this.#looks = new Map(Object.entries(from.looks))
  }

  /** When a changed item is to be looked at, as a world time in ms; undefined for at once. */
  next(item: string, now: number): number | undefined {
    this.#turn(now)
    return (this.#looks.get(item) ?? 0) < most ? undefined : (Math.floor(now / apart) + 1) * apart
  }

  /** A change wakes an item. */
  count(item: string, now: number): void {
    this.#turn(now)
    this.#looks.set(item, (this.#looks.get(item) ?? 0) + 1)
  }

  state(): PaceState & JsonObject {
    return { second: this.#second, looks: Object.fromEntries(this.#looks) }
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1000)
    if (second === this.#second) return
    this.#second = second
    this.#looks = new Map()
  }
}
