// What people do with a fleet of two members: move, take over, roll out in stages, override, evict, compare, leave.
import { test } from 'node:test'
import { playSessions } from '#test/support/sessions.ts'

test('what people do with a fleet', { timeout: 600_000 }, () => playSessions('test/scenarios/fleet', { beside: 1, world: 'fleet' }))
