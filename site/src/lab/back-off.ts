// How long to wait before the next attempt to connect.

const first = 250
const longest = 10_000

/** From a quarter of a second, doubling, to ten seconds; `chance` from 0 to 1 spreads windows that lost the same server. */
export function nextDelay(failures: number, chance: number): number {
  const delay = Math.min(longest, first * 2 ** failures)
  return Math.round(delay * (0.5 + chance / 2))
}
