// A container whose command fails and that is not to be started again.
import { defineStage } from '../stage.ts'

export const containerFails = defineStage({
  name: 'container-fails',
  when: { containers: 'running', command: 'fails', restartPolicy: 'Never' },
  delay: { ms: 500, jitter: 500 },
  next: { phase: 'Failed', container: { terminated: { exitCode: 1, reason: 'Error' } } },
  events: [],
})
