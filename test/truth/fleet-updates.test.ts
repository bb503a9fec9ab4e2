// What kubectl prints on a fleet of ours is what it printed on a real one: update runs in stages, and the end of the exercise.
import { replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'staged-approval',
  'staged-stuck',
  'staged-wait',
  'exercise-delete',
])
