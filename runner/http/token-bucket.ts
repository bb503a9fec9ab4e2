// A rate that may be exceeded for a moment and not for long.

/** Takes tokens; tells how long to wait, in ms, before more is taken. */
export interface TokenBucket {
  take(count: number): number
}

/** A full bucket of `most` tokens that fills by `perSecond`. */
export function createTokenBucket({ perSecond, most }: { readonly perSecond: number; readonly most: number }): TokenBucket {
  let tokens = most
  let last = performance.now()
  return {
    take(count) {
      const now = performance.now()
      tokens = Math.min(most, tokens + ((now - last) / 1000) * perSecond) - count
      last = now
      return tokens >= 0 ? 0 : Math.ceil((-tokens / perSecond) * 1000)
    },
  }
}
