// Images are there and the container runs, about a second after the pod came.
import { defineStage } from '../stage.ts'

export const podReady = defineStage({
  name: 'pod-ready',
  when: { state: 'creating' },
  delay: { ms: 800, jitter: 400 },
  next: { running: true },
  events: [
    { type: 'Normal', reason: 'Pulled', message: 'Container image "<Image>" already present on machine and can be accessed by the pod' },
    { type: 'Normal', reason: 'Created', message: 'Container created' },
    { type: 'Normal', reason: 'Started', message: 'Container started' },
  ],
})
