// The container is started again, each time later, up to every five minutes.
import { defineStage } from '../stage.ts'
import { podReady } from './pod-ready.ts'

export const crashRestarts = defineStage({
  name: 'crash-restarts',
  when: { containers: 'crash waits' },
  delay: { ms: 10_000, doubles: true },
  next: { phase: 'Running', container: { running: true }, restarts: true },
  events: podReady.events,
})
