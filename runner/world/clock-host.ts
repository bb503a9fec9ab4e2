// The host `clock.drydock.internal`: the world's time over HTTP, for the command `clock` in a learner's shell.

import type { WorldClock } from '../base/clock.ts'
import { type Host, jsonResponse } from '../base/host.ts'

/** Its name on a world's internet. */
export const clockHostName = 'clock.drydock.internal'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration as `90s`, `15m` or `1h30m`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined
  return parts.reduce((sum, [, count = '0', unit = 's']) => sum + Number(count) * (units[unit] ?? 0), 0)
}

/** GET tells the time; POST /advance?by=15m moves it on; POST /pace?to=60 sets world seconds in a true second. */
export function createClockHost(clock: WorldClock): Host {
  const answer = (): Response => jsonResponse({ now: new Date(clock.now()).toISOString(), pace: clock.state().pace, running: clock.running })
  const refuse = (message: string): Response => jsonResponse({ error: message }, 400)
  return {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      if (request.method === 'GET') return answer()
      if (request.method !== 'POST') return jsonResponse({ error: 'expected GET or POST' }, 405)
      if (pathname === '/advance') {
        const by = parseDuration(searchParams.get('by') ?? '')
        if (by === undefined) return refuse(`expected a duration as 90s, 15m or 1h30m, found "${searchParams.get('by') ?? ''}"`)
        await clock.advance(by)
        return answer()
      }
      if (pathname === '/pace') {
        const pace = Number(searchParams.get('to'))
        if (!(pace > 0 && pace <= 100_000)) return refuse(`expected a pace above 0 and at most 100000, found "${searchParams.get('to') ?? ''}"`)
        clock.setPace(pace)
        return answer()
      }
      return jsonResponse({ error: `expected /advance or /pace, found ${pathname}` }, 404)
    },
  }
}
