// A container whose command fails.
import { defineStage } from '../stage.ts'

export const containerCrashes = defineStage({
  name: 'container-crashes',
  when: { containers: 'running', command: 'fails' },
  delay: { ms: 500, jitter: 500 },
  next: { phase: 'Running', container: { terminated: { exitCode: 1, reason: 'Error' } } },
  events: [],
})
