// A pod on its way out: its processes end at the first signal.
import { defineStage } from '../stage.ts'

export const podDelete = defineStage({
  name: 'pod-delete',
  when: { deleting: true },
  delay: { ms: 800, jitter: 400 },
  next: 'delete',
  events: [{ type: 'Normal', reason: 'Killing', message: 'Stopping container <Container>' }],
})
