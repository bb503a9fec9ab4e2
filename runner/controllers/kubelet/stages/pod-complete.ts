// The pod of a Job does its work in about a second.
import { defineStage } from '../stage.ts'

export const podComplete = defineStage({
  name: 'pod-complete',
  when: { containers: 'running', ownedBy: 'Job' },
  delay: { ms: 800, jitter: 400 },
  next: { phase: 'Succeeded', container: { terminated: { exitCode: 0, reason: 'Completed' } } },
  events: [],
})
