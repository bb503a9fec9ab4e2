// An image that its registry does not have.
import { defineStage } from '../stage.ts'

export const imagePullFails = defineStage({
  name: 'image-pull-fails',
  when: { state: 'creating', image: 'missing' },
  delay: { ms: 800, jitter: 400 },
  next: { waiting: { reason: 'ErrImagePull', message: '<PullFault>' } },
  events: [
    { type: 'Normal', reason: 'Pulling', message: 'Pulling image "<Image>"' },
    { type: 'Warning', reason: 'Failed', message: 'Failed to pull image "<Image>": <PullFault>' },
    { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
  ],
})
