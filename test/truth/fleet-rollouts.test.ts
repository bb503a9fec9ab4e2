// What kubectl prints on a fleet of ours is what it printed on a real one: placements that drift, change and roll out.
import { replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'affinity-location',
  'drift-blocked',
  'drift-silent',
  'edit-placement',
  'fail-immutable',
  'pickfixed-missing',
  'pickn-scale',
  'revisions',
  'rollout-stuck',
])
