// A container that ended is started again: the first time at once, then each time later, up to every five minutes.
import { defineStage } from '../stage.ts'
import { podReady } from './pod-ready.ts'

const again = { next: { running: true }, restarts: true, events: podReady.events } as const

export const firstRestart = defineStage({ name: 'first-restart', when: { state: 'ended', restarts: 'at once' }, delay: { ms: 1000 }, ...again })

export const crashRestarts = defineStage({ name: 'crash-restarts', when: { state: 'crash waits' }, delay: { ms: 10_000, doubles: true }, ...again })
