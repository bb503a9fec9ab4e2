// Measuring: repeat, take the median, print it beside its budget.

/** A row of the table: what, its budget, and what was measured here, in the same unit. */
export interface Figure {
  readonly what: string
  readonly budget: number | undefined
  readonly measured: number
  readonly unit: string
}

/** Median ms of `times` runs, after `warm` runs that do not count. */
export async function medianMs(work: () => Promise<unknown> | unknown, times = 20, warm = 3): Promise<number> {
  const taken: number[] = []
  for (let run = 0; run < times + warm; run += 1) {
    const began = performance.now()
    await work()
    if (run >= warm) taken.push(performance.now() - began)
  }
  return median(taken)
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Bytes of heap in use after garbage collection; needs --expose-gc. */
export function heapUsed(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Prints the table. */
export function printFigures(figures: readonly Figure[]): void {
  const show = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
  console.log(`${'what'.padEnd(58)}${'budget'.padStart(12)}${'measured'.padStart(12)}`)
  for (const { what, budget, measured, unit } of figures) {
    const missed = budget !== undefined && measured > budget ? '  missed' : ''
    const allowed = budget === undefined ? '-' : `${show(budget)} ${unit}`
    console.log(`${what.padEnd(58)}${allowed.padStart(12)}${`${show(measured)} ${unit}`.padStart(12)}${missed}`)
  }
}
