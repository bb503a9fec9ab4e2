// What kubectl prints on a fleet of ours is what it printed on a real one: placements that select and take over.
import { replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'rollout-untrackable',
  'select-crd',
  'select-labels',
  'select-namespace-only',
  'server-side-apply',
  'takeover-ifnodiff',
  'takeover-never',
  'takeover-owned',
  'two-placements',
])
