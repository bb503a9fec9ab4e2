import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minutesAndSeconds, readCast } from '../../site/src/client/asciicast.ts'
import { nextDelay } from '../../site/src/lab/back-off.ts'
import { spanInWords, worldTime } from '../../site/src/lab/world-time.ts'
import { plainTitle } from '../../site/src/terminal/plain-title.ts'

test('nextDelay doubles from a quarter of a second to ten seconds, spread by chance', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 40].map((failures) => nextDelay(failures, 1)),
    [250, 500, 1000, 8000, 10_000, 10_000],
  )
  assert.equal(nextDelay(0, 0), 125)
})

test('worldTime goes on at the pace of its world, and stands still with it', () => {
  const clock = { now: 1000, at: 500, pace: 10, running: true }
  assert.equal(worldTime(clock, 700), 3000)
  assert.equal(worldTime({ ...clock, running: false }, 700), 1000)
})

test('spanInWords says spans as short as can be', () => {
  assert.deepEqual([0, 59_000, 60_000, 250_000, 7_260_000].map(spanInWords), ['0 s', '59 s', '1 min', '4 min 10 s', '2 h 1 min'])
})

test('readCast adds up relative times, finds marks, and leaves a torn line out', () => {
  const cast = [
    '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1770000000}',
    '[0.5,"o","hi"]',
    '# note',
    '[1.5,"m","Step 1 is done"]',
    '[3,"o","x"]',
    '[1,"o"',
  ].join('\n')
  const { seconds, marks, startedAt } = readCast(cast)
  assert.equal(seconds, 5)
  assert.deepEqual(marks, [{ at: 2, label: 'Step 1 is done' }])
  assert.equal(startedAt?.getTime(), 1_770_000_000_000)
  assert.equal(minutesAndSeconds(245.9), '4:05')
})

test('plainTitle keeps text only, and not too much of it', () => {
  assert.equal(plainTitle('a\u001b[31m\u202eb\u0007'), 'a[31mb')
  assert.equal(plainTitle('x'.repeat(500)).length, 128)
})
