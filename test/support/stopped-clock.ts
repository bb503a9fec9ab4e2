// A clock that stands still until it is moved on, with the activity that tells when a world has come to rest.
import { type Activity, createActivity } from '#runner/base/activity.ts'
import { type ClockState, createClock, machinePulse, type WorldClock } from '#runner/base/clock.ts'

/** The time at which tests begin. */
export const testStart = Date.parse('2026-03-02T08:00:00Z')

/** A stopped clock at `testStart`, or at a state. */
export function stoppedClock(from: ClockState = { now: testStart, pace: 1, timers: [] }): { clock: WorldClock; activity: Activity } {
  const activity = createActivity()
  return { clock: createClock(from, { pulse: machinePulse, activity }), activity }
}
