// What kubectl prints on a fleet of ours is what it printed on a real one: overrides, envelopes, a status shown in the namespace.
import { replayFleet } from '#test/support/replay-fleet.ts'

replayFleet([
  'override-resource',
  'override-cluster',
  'override-delete',
  'override-bad',
  'envelopes',
  'status-in-namespace',
])
