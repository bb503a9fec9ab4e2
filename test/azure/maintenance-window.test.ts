// When windows open: each sort of schedule, over offsets, intervals and midnight.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextOpening } from '#runner/azure/providers/container-service/maintenance-window.ts'
import type { JsonObject } from '#runner/base/json.ts'

const usual = { durationHours: 4, utcOffset: '+00:00', startTime: '01:00', startDate: '2026-03-01' }

/** 2026-03-01 is a Sunday. */
const cases: readonly (readonly [window: JsonObject, now: string, opens: string | undefined])[] = [
  [{ schedule: { daily: { intervalDays: 1 } } }, '2026-03-10T00:00:00Z', '2026-03-10T01:00:00Z'],
  [{ schedule: { daily: { intervalDays: 1 } } }, '2026-03-10T02:30:00Z', '2026-03-10T02:30:00Z'],
  [{ schedule: { daily: { intervalDays: 1 } } }, '2026-03-10T05:00:00Z', '2026-03-11T01:00:00Z'],
  [{ schedule: { daily: { intervalDays: 3 } } }, '2026-03-02T00:00:00Z', '2026-03-04T01:00:00Z'],
  [{ schedule: { daily: { intervalDays: 1 } }, startDate: '2026-04-01' }, '2026-03-02T00:00:00Z', '2026-04-01T01:00:00Z'],
  [{ schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Friday' } } }, '2026-03-02T00:00:00Z', '2026-03-06T01:00:00Z'],
  [{ schedule: { weekly: { intervalWeeks: 2, dayOfWeek: 'Friday' } } }, '2026-03-02T00:00:00Z', '2026-03-13T01:00:00Z'],
  [{ schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Monday' } }, startTime: '22:00' }, '2026-03-03T01:00:00Z', '2026-03-03T01:00:00Z'],
  [{ schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Monday' } }, utcOffset: '-08:00' }, '2026-03-02T00:00:00Z', '2026-03-02T09:00:00Z'],
  [{ schedule: { absoluteMonthly: { intervalMonths: 1, dayOfMonth: 15 } } }, '2026-03-16T00:00:00Z', '2026-04-15T01:00:00Z'],
  [{ schedule: { absoluteMonthly: { intervalMonths: 3, dayOfMonth: 1 } } }, '2026-03-02T00:00:00Z', '2026-06-01T01:00:00Z'],
  [{ schedule: { relativeMonthly: { intervalMonths: 1, weekIndex: 'First', dayOfWeek: 'Tuesday' } } }, '2026-03-02T00:00:00Z', '2026-03-03T01:00:00Z'],
  [{ schedule: { relativeMonthly: { intervalMonths: 1, weekIndex: 'Last', dayOfWeek: 'Friday' } } }, '2026-03-02T00:00:00Z', '2026-03-27T01:00:00Z'],
  [{ schedule: {} }, '2026-03-02T00:00:00Z', undefined],
]

for (const [window, now, opens] of cases) {
  test(`${JSON.stringify(window)} at ${now} is open ${opens === undefined ? 'never' : `at ${opens}`}`, () => {
    const found = nextOpening({ maintenanceWindow: { ...usual, ...window } }, Date.parse(now))
    assert.equal(found === undefined ? undefined : new Date(found).toISOString().replace('.000', ''), opens)
  })
}

test('a configuration without a window says nothing', () => {
  assert.equal(nextOpening({ timeInWeek: [] }, 0), undefined)
})
