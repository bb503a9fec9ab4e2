// Timers in the order in which they fall due: a binary heap; one that was armed anew or taken away is passed over when its turn comes.

/** A timer: at `at` (world time, ms since 1970) the owner's handler is called with `key`. One timer per owner and key. */
export interface Timer {
  readonly at: number
  readonly owner: string
  readonly key: string
}

/** Timers by owner and key, and which of those that can fire is the first. */
export class TimerQueue {
  readonly #timers = new Map<string, Map<string, Timer>>()
  #size = 0
  readonly #heap: Timer[] = []
  readonly #parked = new Map<string, Timer[]>()
  readonly #canFire: (owner: string) => boolean

  /** `canFire` says whether an owner's timers count; when that changes to true, `awake` has to be called. */
  constructor(timers: readonly Timer[], canFire: (owner: string) => boolean) {
    this.#canFire = canFire
    for (const timer of timers) this.set(timer)
  }

  /** Puts a timer in, in place of an earlier one with the same owner and key. */
  set(timer: Timer): void {
    const timers = this.#timers.get(timer.owner) ?? new Map<string, Timer>()
    this.#timers.set(timer.owner, timers)
    this.#size -= timers.size
    timers.set(timer.key, timer)
    this.#size += timers.size
    this.#push(timer)
    if (this.#heap.length > 2 * this.#size + 64) this.#clean()
  }

  get(owner: string, key: string): Timer | undefined {
    return this.#timers.get(owner)?.get(key)
  }

  /** Takes a timer out; false if there is none. */
  delete(owner: string, key: string): boolean {
    const found = this.#timers.get(owner)?.delete(key) ?? false
    if (found) this.#size -= 1
    return found
  }

  /** The first timer that can fire. */
  first(): Timer | undefined {
    for (let timer = this.#heap[0]; timer; timer = this.#heap[0]) {
      const current = this.#isCurrent(timer)
      if (current && this.#canFire(timer.owner)) return timer
      this.#pop()
      if (current) this.#park(timer)
    }
    return undefined
  }

  /** Lets the timers of an owner count again. */
  awake(owner: string): void {
    const parked = this.#parked.get(owner) ?? []
    this.#parked.delete(owner)
    for (const timer of parked) if (this.#isCurrent(timer)) this.#push(timer)
  }

  /** All timers, the first first. */
  sorted(): readonly Timer[] {
    return [...this.#timers.values()].flatMap((timers) => [...timers.values()]).sort(byTime)
  }

  /** False for what was armed anew or taken away. */
  #isCurrent(timer: Timer): boolean {
    return this.get(timer.owner, timer.key) === timer
  }

  #clean(): void {
    const current = this.#heap.filter((timer) => this.#isCurrent(timer))
    this.#heap.length = 0
    for (const timer of current) this.#push(timer)
  }

  #park(timer: Timer): void {
    const parked = this.#parked.get(timer.owner) ?? []
    this.#parked.set(timer.owner, parked)
    parked.push(timer)
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let place = heap.push(timer) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above] as Timer
      if (byTime(parent, timer) <= 0) break
      heap[place] = parent
      place = above
    }
    heap[place] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let place = 0
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      const right = heap[below + 1]
      if (right && byTime(right, heap[below] as Timer) < 0) below += 1
      const child = heap[below] as Timer
      if (byTime(last, child) <= 0) break
      heap[place] = child
      place = below
    }
    heap[place] = last
  }
}

function byTime(a: Timer, b: Timer): number {
  return a.at - b.at || compare(a.owner, b.owner) || compare(a.key, b.key)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
