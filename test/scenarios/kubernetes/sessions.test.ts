// Kubernetes as people meet it: sessions with real kubectl and helm in `drydock shell`. Those that look at the whole cluster, or move its
// clock, are played alone.
import { test } from 'node:test'
import { playSessions } from '#test/support/sessions.ts'

test('sessions beside each other', { timeout: 300_000 }, () => playSessions('test/scenarios/kubernetes/beside', { beside: 4 }))

test('sessions alone', { timeout: 300_000 }, () => playSessions('test/scenarios/kubernetes/alone', { beside: 1 }))
