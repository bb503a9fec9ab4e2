// What kubectl prints on a fleet of ours is what it printed on a real one: which clusters of ten are picked, left, drained.
import { replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'ten-preferred',
  'ten-required',
  'ten-spread',
  'ten-spread-soft',
  'ten-too-many',
  'ten-label-moves',
  'ten-drain',
  'ten-leave',
  'member-no-agent',
])
