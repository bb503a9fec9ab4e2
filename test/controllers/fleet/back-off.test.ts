import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delayAfter, passAfter } from '#runner/controllers/fleet/member/back-off.ts'

test('delayAfter() of an available Work grows from 2 s by half to a quarter of an hour', () => {
  const delays = Array.from({ length: 18 }, (_, index) => Math.round(delayAfter({ attempt: index + 1, settled: true }) * 10) / 10)
  assert.deepEqual(delays, [5, 2, 3, 4.5, 6.8, 10.1, 15.2, 22.8, 34.2, 51.3, 76.9, 115.3, 173, 259.5, 389.2, 583.9, 875.8, 900])
})

test('delayAfter() of a Work that is not available grows slowly at first', () => {
  const delays = Array.from({ length: 15 }, (_, index) => Math.round(delayAfter({ attempt: index + 1, settled: false }) * 10) / 10)
  assert.deepEqual(delays, [5, 2, 2.4, 2.9, 3.5, 4.1, 5, 6, 7.2, 8.6, 10.3, 12.4, 14.9, 22.3, 33.4])
})

test('passAfter() finds the pass in which a real agent would notice', () => {
  const last = { at: 0, attempt: 1, settled: true }
  assert.equal(passAfter(last, 1).at, 5000)
  assert.equal(passAfter(last, 5000).at, 7000)
  assert.equal(passAfter(last, 60_000).at, 69_344)
  assert.equal(passAfter(last, 60_000).attempt, 9)
})

test('passAfter() goes on for ever, every quarter of an hour', () => {
  const day = 86_400_000
  const { at } = passAfter({ at: 0, attempt: 1, settled: true }, day)
  assert.ok(at > day && at <= day + 900_000)
})
