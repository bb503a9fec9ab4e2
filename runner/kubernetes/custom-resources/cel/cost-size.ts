// Estimates of sizes and costs: the least and the most (cel-go `checker/cost.go`). What is too much to count is infinite.

/** Between how little and how much. */
export interface Estimate {
  readonly min: number
  readonly max: number
}

/** What nobody can tell. */
export const unknown: Estimate = { min: 0, max: Number.POSITIVE_INFINITY }
/** What walking through a text costs a letter. */
export const letterCost = 0.1
/** What a pattern costs a letter. */
export const patternCost = 0.25

/** Exactly so much. */
export function exactly(amount: number): Estimate {
  return { min: amount, max: amount }
}

/** All of them together. */
export function sum(...parts: readonly Estimate[]): Estimate {
  return { min: parts.reduce((total, { min }) => total + min, 0), max: parts.reduce((total, { max }) => total + max, 0) }
}

/** One for each of the other. */
export function product(left: Estimate, right: Estimate): Estimate {
  return { min: times(left.min, right.min), max: times(left.max, right.max) }
}

/** So much for each, rounded up. */
export function scaled({ min, max }: Estimate, factor: number): Estimate {
  return { min: Math.ceil(min * factor), max: Math.ceil(max * factor) }
}

/** Whichever of both it is. */
export function either(left: Estimate, right: Estimate): Estimate {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) }
}

function times(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right
}
