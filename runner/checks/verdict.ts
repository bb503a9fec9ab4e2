// What a check says: done, not yet, or cannot tell; always with what was expected, what was seen, and where.

/** A check's finding. `cannot tell` is only for what is unreachable or forbidden (decision 16). */
export interface Finding {
  readonly verdict: 'done' | 'not yet' | 'cannot tell'
  readonly expected: string
  readonly seen: string
  /** Where it was looked for, in the learner's words: a cluster and object, or an Azure resource. */
  readonly where: string
}

/** What was compared, in words. */
export interface Comparison {
  readonly expected: string
  readonly seen: string
  readonly where: string
}

/** The criterion holds. */
export function done(comparison: Comparison): Finding {
  return { verdict: 'done', ...comparison }
}

/** The criterion does not hold yet. */
export function notYet(comparison: Comparison): Finding {
  return { verdict: 'not yet', ...comparison }
}

/** Nobody can say: what would have to be looked at does not answer or is forbidden. */
export function cannotTell(comparison: Comparison): Finding {
  return { verdict: 'cannot tell', ...comparison }
}

/** Thrown by a view when what it looks at is unreachable or forbidden; becomes `cannot tell`. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  readonly where: string

  constructor(where: string, message: string) {
    super(message)
    this.where = where
  }
}
