import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from '#test/support/fleet-simulation.ts'

const seeds = Number(process.env.SIMULATION_SEEDS ?? 50)
const first = Number(process.env.SIMULATION_SEED ?? 1)

test(`whatever happens to a fleet, its statuses come to say what is on its members: ${seeds} seeds from ${first}`, { timeout: 600_000 }, async () => {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { log, problems } = await simulate(seed)
    assert.deepEqual(problems, [], `seed ${seed} (SIMULATION_SEED=${seed} SIMULATION_SEEDS=1 plays it again) after:\n${log.join('\n')}`)
  }
})

test('the same seed gives the same fleet', async () => {
  const [one, two] = [await simulate(7), await simulate(7)]
  assert.deepEqual(one, two)
})
