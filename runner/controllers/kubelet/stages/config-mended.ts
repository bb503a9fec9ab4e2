// What was missing is there now.
import { defineStage } from '../stage.ts'
import { podReady } from './pod-ready.ts'

export const configMended = defineStage({ ...podReady, name: 'config-mended', when: { state: 'config waits' }, delay: { ms: 10_000, jitter: 3000 } })
