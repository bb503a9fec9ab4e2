// Whether something can be done at all.

/** True if an attempt throws nothing. */
export function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
