// When a Work is looked at again (pkg/controllers/workapplier/backoff.go): after 5 s, then ever later, up to 15 minutes.
//
// The real agent looks at every Work for ever. Here a pass that would find nothing is not made: from the last pass that was
// made, the times of all further ones follow, and only the one that has something to do is waited for (decision 7).

/** Where the schedule of a Work stands: its last pass, and the how-manieth it was since something last changed. */
export interface Pass {
  /** World time, ms. */
  readonly at: number
  readonly attempt: number
  /** True if all of the Work was available (or its differences reported) in that pass. */
  readonly settled: boolean
}

const limits = { fixed: 5, first: 2, slow: { base: 1.2, most: 15 }, fast: { base: 1.5, most: 900 } }

/** Seconds between a pass and the next. */
export function delayAfter({ attempt, settled }: Omit<Pass, 'at'>): number {
  if (attempt <= 1) return limits.fixed
  let delay = limits.first
  for (let count = 2; count < attempt && delay < limits.fast.most; count += 1) {
    const slow = !settled && delay * limits.slow.base <= limits.slow.most
    delay *= slow ? limits.slow.base : limits.fast.base
  }
  return Math.min(delay, limits.fast.most)
}

/** The first pass of the schedule that is after `time`. */
export function passAfter(last: Pass, time: number): Pass {
  let pass = last
  do pass = { ...pass, at: pass.at + Math.round(delayAfter(pass) * 1000), attempt: pass.attempt + 1 }
  while (pass.at <= time)
  return pass
}
