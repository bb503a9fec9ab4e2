// How many requests Resource Manager takes: a bucket of tokens for each principal in each subscription, filled on the world's clock.
import { ArmError } from './arm-error.ts'

/** `reads`, `writes` and `deletes`, as the headers name them. */
export type RequestSort = 'reads' | 'writes' | 'deletes'

/** Sizes as the headers of the recordings begin with them; tokens a second as the service's limits are published. */
const limits: Readonly<Record<RequestSort, { readonly size: number; readonly perSecond: number }>> = {
  reads: { size: 3750, perSecond: 25 },
  writes: { size: 800, perSecond: 10 },
  deletes: { size: 800, perSecond: 10 },
}

/** Counts requests. */
export interface Throttle {
  /** Takes a token and tells how many are left; throws 429 where none is. */
  take(sort: RequestSort, who: { readonly subscription: string; readonly principal: string }): number
}

/** What a method counts as. */
export function sortOf(method: string): RequestSort {
  return method === 'GET' || method === 'HEAD' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes'
}

/** Buckets, full to begin with; they are filled again before a snapshot could matter, and so stand in none. */
export function createThrottle(now: () => number): Throttle {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>()
  return {
    take(sort, { subscription, principal }) {
      const { size, perSecond } = limits[sort]
      const key = `${sort} ${subscription.toLowerCase()} ${principal}`
      const before = buckets.get(key) ?? { tokens: size, at: now() }
      const tokens = Math.min(size, before.tokens + ((now() - before.at) / 1000) * perSecond)
      if (tokens < 1) throw throttled(sort, { subscription, principal, seconds: Math.max(1, Math.ceil((1 - tokens) / perSecond)) })
      buckets.set(key, { tokens: tokens - 1, at: now() })
      return Math.floor(tokens - 1)
    },
  }
}

function throttled(sort: RequestSort, { subscription, principal, seconds }: { subscription: string; principal: string; seconds: number }): ArmError {
  const message = `Number of '${sort.slice(0, -1)}' requests for subscription '${subscription}' actor '${principal}' exceeded. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`
  return new ArmError(
    429,
    { code: 'SubscriptionRequestsThrottled', message },
    { 'retry-after': String(seconds), [`x-ms-ratelimit-remaining-subscription-${sort}`]: '0' },
  )
}
