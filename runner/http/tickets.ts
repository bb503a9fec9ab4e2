// One-time tickets for WebSockets: not in the URL, good for half a minute, for one session, for one use.
import { randomBytes } from 'node:crypto'

const goodFor = 30_000
/** Tickets that nobody used are forgotten; more than this at once are more than any class needs. */
const most = 10_000

/** Whom a ticket lets in, and where. */
export interface Ticket {
  readonly learner: string
  readonly session: string
}

/** Tickets that were given and not used. */
export interface Tickets {
  give(ticket: Ticket): string
  /** Takes a ticket: it is good once. Undefined for one that is unknown, used or too old. */
  take(secret: string): Ticket | undefined
}

/** No tickets yet. `now` is true time, ms. */
export function createTickets(now: () => number): Tickets {
  const given = new Map<string, Ticket & { readonly until: number }>()

  function sweep(): void {
    for (const [secret, { until }] of given) if (until < now() || given.size > most) given.delete(secret)
  }

  return {
    give(ticket) {
      sweep()
      const secret = randomBytes(16).toString('base64url')
      given.set(secret, { ...ticket, until: now() + goodFor })
      return secret
    },
    take(secret) {
      const found = given.get(secret)
      given.delete(secret)
      return found && found.until >= now() ? { learner: found.learner, session: found.session } : undefined
    },
  }
}
