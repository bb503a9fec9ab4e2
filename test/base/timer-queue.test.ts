// The order of timers, whatever happens to them meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Timer } from '#runner/base/clock.ts'
import { createRandom } from '#runner/base/random.ts'
import { TimerQueue } from '#runner/base/timer-queue.ts'

test('timers come in the order of time, owner and key, as a sorted list gives them, over random arming and taking away', () => {
  const random = createRandom('timers')
  const queue = new TimerQueue([], () => true)
  const plain = new Map<string, Timer>()
  for (let step = 0; step < 5000; step += 1) {
    const timer = { at: random.below(1000), owner: `o${random.below(4)}`, key: `k${random.below(40)}` }
    const id = `${timer.owner} ${timer.key}`
    if (random.below(3) === 0) assert.equal(queue.delete(timer.owner, timer.key), plain.delete(id))
    else {
      queue.set(timer)
      plain.set(id, timer)
    }
    const sorted = [...plain.values()].sort((a, b) => a.at - b.at || (a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : a.key < b.key ? -1 : 1))
    assert.equal(queue.first(), sorted[0])
    if (step % 500 === 0) assert.deepEqual(queue.sorted(), sorted)
  }
})

test('timers of an owner that cannot fire are passed over, and come back in their order', () => {
  const able = new Set(['b'])
  const queue = new TimerQueue([], (owner) => able.has(owner))
  queue.set({ at: 1, owner: 'a', key: '' })
  queue.set({ at: 2, owner: 'b', key: '' })
  assert.equal(queue.first()?.owner, 'b')
  able.add('a')
  queue.awake('a')
  assert.equal(queue.first()?.owner, 'a')
  assert.equal(queue.sorted().length, 2)
})
