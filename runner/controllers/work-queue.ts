// The queue of keys to look at: each key at most once, and how long a failed one waits.

/** Everything about a queue that a snapshot holds. */
export interface WorkQueueState {
  readonly waiting: readonly string[]
  readonly failures: Readonly<Record<string, number>>
}

/** A first-in first-out set of items with a count of failures in a row for each. */
export interface WorkQueue {
  /** Puts an item at the end; false, and nothing done, if it waits already. */
  add(item: string): boolean
  /** Takes the first item out, or undefined. */
  take(): string | undefined
  /** Counts a failure and says how many ms the item must wait now. */
  fail(item: string): number
  /** Forgets the failures of an item that went well. */
  forget(item: string): void
  readonly empty: boolean
  state(): WorkQueueState
}

/** An empty queue, or one that goes on from a state written down before. */
export function createWorkQueue(from: WorkQueueState = { waiting: [], failures: {} }): WorkQueue {
  const waiting = new Set(from.waiting)
  // The same items in a row, from `next` on: a set alone is slow to find its first item after many were taken.
  let row = [...from.waiting]
  let next = 0
  const failures = new Map(Object.entries(from.failures))
  return {
    add(item) {
      if (waiting.has(item)) return false
      waiting.add(item)
      row.push(item)
      return true
    },
    take() {
      const item = row[next]
      if (item === undefined) return undefined
      waiting.delete(item)
      next += 1
      if (next * 2 > row.length) [row, next] = [row.slice(next), 0]
      return item
    },
    fail(item) {
      const count = failures.get(item) ?? 0
      failures.set(item, count + 1)
      return backOff(count)
    },
    forget: (item) => void failures.delete(item),
    get empty() {
      return waiting.size === 0
    },
    state: () => ({ waiting: [...waiting], failures: Object.fromEntries(failures) }),
  }
}

/** The wait after `failures` earlier failures, as client-go's ItemExponentialFailureRateLimiter: 5 ms, doubled each time, at most 1000 s. */
export function backOff(failures: number): number {
  return Math.min(5 * 2 ** failures, 1_000_000)
}
