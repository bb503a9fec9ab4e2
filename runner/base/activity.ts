// Knows whether anything in a world is still working, so that a stopped clock can wait for quiet without sleeping.

/** Counts work under way. `run` wraps a piece of work; `settled` resolves once none is left. */
export interface Activity {
  run<result>(work: () => Promise<result>): Promise<result>
  readonly busy: boolean
  settled(): Promise<void>
}

/** An activity counter with nothing under way. */
export function createActivity(): Activity {
  let count = 0
  let waiting: (() => void)[] = []

  function finish(): void {
    count -= 1
    if (count > 0) return
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  return {
    async run(work) {
      count += 1
      try {
        return await work()
      } finally {
        finish()
      }
    },
    get busy() {
      return count > 0
    },
    async settled() {
      while (count > 0) await new Promise<void>((wake) => waiting.push(wake))
    },
  }
}
