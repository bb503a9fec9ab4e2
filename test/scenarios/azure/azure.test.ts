// What people do with Azure: upgrades over a fleet that bake, halt and go on; templates, locks and policies.
import { test } from 'node:test'
import { playSessions } from '#test/support/sessions.ts'

test('what people do with a subscription', { timeout: 300_000 }, () => playSessions('test/scenarios/azure', { beside: 1, world: 'azure' }))
