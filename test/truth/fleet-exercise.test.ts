// What kubectl prints on a fleet of ours in the exercise is what it printed on a real one, command by command.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRecording } from '#test/support/fleet-replay.ts'
import { play, replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'exercise-join',
  'exercise-web-demo',
  'exercise-fleet-demo',
  'exercise-objects',
  'exercise-drift',
  'exercise-leave',
], () => {
  test('a recording with one word changed is not matched', { timeout: 120_000 }, async () => {
    const recording = await loadRecording('exercise-join')
    const steps = recording.steps.map((step, index) => (index === 5 ? { ...step, stdout: step.stdout.replace('ready to join the fleet', 'ready to leave the fleet') } : step))
    const { deviations } = await play({ ...recording, steps })
    assert.deepEqual(
      deviations.map(({ step }) => step),
      [5],
    )
  })
})
