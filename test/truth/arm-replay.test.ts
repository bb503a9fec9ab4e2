// The requests that the real Azure CLI sent, sent again to our hosts: same statuses, bodies of the same shape.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { deviations, leftOut } from './arm-deviations.ts'
import { type Case, createReplay } from './arm-replayer.ts'

const root = new URL('azure/', import.meta.url)

/** Areas in which every case in order is covered by rows that this Azure has. */
const areas = ['exercise', 'group', 'fleet', 'member', 'updatestrategy', 'aks', 'nodepool', 'account', 'login', 'ad', 'role', 'resource', 'tag', 'extension', 'error', 'output', 'core', 'updaterun', 'autoupgradeprofile', 'gate', 'namespace', 'monitor', 'policy', 'deployment']

function casesOf(area: string): Case[] {
  return readdirSync(new URL(`${area}/`, root))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ ...JSON.parse(readFileSync(new URL(`${area}/${name}`, root), 'utf8')), case: `${area}/${name.slice(0, -5)}` }))
}

test('the exercise, sent by the real client, is answered as recorded, deviating nowhere', async () => {
  const replay = await createReplay({ settled: false })
  for (const recorded of casesOf('exercise')) await replay.run(recorded)
  const { problems, compared } = replay.result()
  console.log(`exercise: ${compared} exchanges compared, ${problems.length} deviate`)
  assert.deepEqual(problems, [])
  assert.ok(compared > 60)
})

test('requests of every other area are answered as recorded, but for what stands among the deviations', async () => {
  let compared = 0
  let deviating = 0
  let left = 0
  const unexpected: string[] = []
  for (const area of areas.filter((one) => one !== 'exercise')) {
    const tally = { compared: 0, deviating: 0, left: 0 }
    for (const recorded of casesOf(area)) {
      if (leftOut[recorded.case] !== undefined) {
        tally.left += recorded.exchanges.length
        continue
      }
      const replay = await createReplay({ settled: true, recorded })
      await replay.run(recorded)
      const result = replay.result()
      tally.compared += result.compared
      tally.left += result.left
      if (result.problems.length === 0) continue
      tally.deviating += result.problems.length
      if (deviations[recorded.case] === undefined) unexpected.push(...result.problems.map((problem) => `${recorded.case}: ${problem}`))
    }
    console.log(`${area}: ${tally.compared} exchanges compared, ${tally.deviating} deviate, ${tally.left} left out`)
    compared += tally.compared
    deviating += tally.deviating
    left += tally.left
  }
  console.log(`in all ${compared} compared, ${deviating} deviate, ${left} left out`)
  assert.deepEqual(unexpected, [])
  assert.ok(deviating <= 0.05 * compared, `${deviating} of ${compared} deviate`)
})

test('a recording of which one word is changed is not answered as recorded', async () => {
  const replay = await createReplay({ settled: false })
  const [create] = casesOf('exercise').filter((one) => one.case.endsWith('2-01-group-create'))
  assert.ok(create)
  await replay.run(JSON.parse(JSON.stringify(create).replaceAll('"provisioningState":"Succeeded"', '"provisioningState":"Failed"')))
  assert.equal(replay.result().problems.length, 1)
})
