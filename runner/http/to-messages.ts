// From what sessions are to what the page is told of them.
import type { Standing } from '../checks/watcher.ts'
import type { SessionRecord } from '../progress/progress-store.ts'
import type { LiveSession } from '../sessions/live-session.ts'
import type { SessionHouse } from '../sessions/session-house.ts'
import type { ClockMessage, SessionMessage, StandingMessage, StepMessage, TerminalMessage } from './messages.ts'

/** A session, as the page is told of it. */
export function toSession(record: SessionRecord, house: SessionHouse): SessionMessage {
  const { id, lab, attempt, from, startedAt, seenAt, ended } = record
  return {
    id,
    lab,
    attempt,
    from,
    startedAt: new Date(startedAt).toISOString(),
    keptUntil: new Date(seenAt + house.ground.limits.keptFor).toISOString(),
    state: ended ? 'ended' : house.isLive(id) ? 'live' : 'stored',
  }
}

/** A verdict, without the evidence behind it. */
export function toStanding({ id, verdict, expected, seen, where, decidedAt }: Standing): StandingMessage {
  return { id, verdict, expected, seen, where, decidedAt }
}

/** Verdicts on the criteria: milestones show in the steps alone. */
export function toStandings(session: LiveSession): readonly StandingMessage[] {
  const standings = session.body.watcher.standings()
  return standings.filter(({ id }) => session.isCriterion(id)).map(toStanding)
}

/** Where every step of the lab stands. */
export function toSteps(session: LiveSession): readonly StepMessage[] {
  const { stepsDone } = session.record
  const kept = session.checkpoints()
  return session.loaded.lab.steps.map(({ id }) => ({
    id,
    state: stepsDone.includes(id) ? ('done' as const) : ('open' as const),
    checkpoint: kept.includes(Number(id)),
  }))
}

/** The terminals in the order of their numbers. */
export function toTerminals(session: LiveSession): readonly TerminalMessage[] {
  return [...session.body.terminals.values()].map((terminal) => terminal.state()).sort((a, b) => a.number - b.number)
}

/** The world's clock; `at` is true time, ms. */
export function toClock(session: LiveSession, at: number): ClockMessage {
  const { clock } = session.body.world
  const next = clock.next()
  return { now: clock.now(), at, pace: clock.state().pace, running: clock.running, ...(next === undefined ? {} : { next }) }
}
