import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areas, compare, expectedRequests, type Recording, recordings, replay } from '../support/az-replay.ts'
import { before } from '../support/az-replay-state.ts'
import deviations from './az-deviations.json' with { type: 'json' }

const known = new Map(Object.entries(deviations))
const counts = { compared: 0, deviating: 0 }

for (const area of areas()) {
  test(`az prints and sends what the recordings of ${area} show`, async (context) => {
    let deviating = 0
    const all = recordings(area)
    for (const recording of all) {
      const problem = await difference(recording)
      if (known.has(recording.case)) {
        deviating += 1
        assert.ok(problem !== undefined, `${recording.case} no longer deviates: take it off the list`)
      } else assert.equal(problem, undefined, `${recording.case}: ${recording.argv.join(' ')}`)
    }
    counts.compared += all.length
    counts.deviating += deviating
    context.diagnostic(`${area}: ${all.length} compared, 0 left out, ${deviating} deviating`)
  })
}

test('no recording of the exercise deviates, and at most one in twenty of all', () => {
  assert.ok([...known.keys()].every((name) => !name.startsWith('exercise/')))
  assert.ok(counts.deviating * 20 <= counts.compared, `${counts.deviating} of ${counts.compared} deviate`)
})

test('one changed word in a recording is a difference', async () => {
  const [recording] = recordings('exercise').filter((candidate) => candidate.case.endsWith('3-06-member-list'))
  assert.ok(recording)
  assert.equal(await difference(recording), undefined)
  assert.ok(await difference({ ...recording, stdout: (recording.stdout ?? '').replace('Succeeded', 'Succeded') }))
  assert.ok(await difference(recording, { ...recording, exchanges: recording.exchanges.map((exchange) => ({ ...exchange, request: { ...exchange.request, method: 'POST' } })) }))
  assert.equal(expectedRequests(recording).length, 1)
})

/** What differs between a recording, or what is said of it, and its replay. */
async function difference(recording: Recording, said: Recording = recording): Promise<string | undefined> {
  try {
    compare(said, await replay(recording, before(recording)))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
