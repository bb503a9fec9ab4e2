// What kubectl prints on a fleet of ours is what it printed on a real one: recorded sessions, command by command.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { findTools } from '#runner/sessions/tools.ts'
import { type FleetRecording, type FleetReplay, loadRecording, openFleetShell, replay } from '#test/support/fleet-replay.ts'
import { startFleet, twoMembers } from '#test/support/start-fleet.ts'

const recordings = [
  'exercise-join',
  'exercise-web-demo',
  'exercise-fleet-demo',
  'exercise-objects',
  'exercise-drift',
  'exercise-leave',
  'affinity-location',
  'drift-blocked',
  'drift-silent',
  'edit-placement',
  'fail-immutable',
  'pickfixed-missing',
  'pickn-scale',
  'revisions',
  'rollout-stuck',
  'rollout-untrackable',
  'select-crd',
  'select-labels',
  'select-namespace-only',
  'server-side-apply',
  'takeover-ifnodiff',
  'takeover-never',
  'takeover-owned',
  'two-placements',
]

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

const tools = await findTools({ cache: join(tmpdir(), 'drydock-test-tools'), path: process.env.PATH ?? '' })
const kubectl = tools.find(({ name }) => name === 'kubectl')?.path ?? 'kubectl'
const reasons = JSON.parse(await readFile(new URL('fleet-deviations.json', import.meta.url), 'utf8')) as Reasons
const counts: string[] = []

async function play(recording: FleetRecording): Promise<FleetReplay> {
  const fleet = await startFleet({ webhooks: recording.webhook === 'on', members: twoMembers })
  await fleet.settle(60_000)
  const shell = await openFleetShell(fleet, kubectl)
  try {
    return await replay(recording, shell)
  } finally {
    await shell.close()
  }
}

describe('a recorded session on a real fleet', { concurrency: 3 }, () => {
  for (const name of recordings) {
    test(`${name} prints the same on a fleet of ours`, { timeout: 300_000 }, async () => {
      const { compared, leftOut, deviations } = await play(await loadRecording(name))
      counts.push(`${name}: ${compared} compared, ${leftOut} left out, ${deviations.length} deviate`)
      const unexplained = deviations.filter(({ step }) => reasons[name]?.[step] === undefined)
      for (const { step, run, expected, actual } of unexplained) assert.equal(actual, expected, `${name}, step ${step}: ${run}`)
      assert.equal(unexplained.length, 0)
    })
  }

  test('a recording with one word changed is not matched', { timeout: 120_000 }, async () => {
    const recording = await loadRecording('exercise-join')
    const steps = recording.steps.map((step, index) => (index === 5 ? { ...step, stdout: step.stdout.replace('ready to join the fleet', 'ready to leave the fleet') } : step))
    const { deviations } = await play({ ...recording, steps })
    assert.deepEqual(
      deviations.map(({ step }) => step),
      [5],
    )
  })

  after(() => process.stdout.write(`${counts.sort().join('\n')}\n`))
})
