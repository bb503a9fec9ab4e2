// Kubernetes as people meet it: sessions with real kubectl and helm, several in one shell.
import { test } from 'node:test'
import { playSessions } from '#test/support/sessions.ts'

test('what people do in a namespace of their own', { timeout: 300_000 }, () => playSessions('test/scenarios/kubernetes/beside', { beside: 4 }))
