// Sessions that look at the whole cluster, or move its clock: one after another.
import { test } from 'node:test'
import { playSessions } from '#test/support/sessions.ts'

test('what people do with a whole cluster', { timeout: 300_000 }, () => playSessions('test/scenarios/kubernetes/alone', { beside: 1 }))
