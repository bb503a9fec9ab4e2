// An image that its registry does not have.
import { defineStage } from '../stage.ts'

const cause = 'failed to pull and unpack image "<Reference>": failed to resolve reference "<Reference>": <Reference>: not found'

export const imagePullFails = defineStage({
  name: 'image-pull-fails',
  when: { state: 'creating', image: 'missing' },
  delay: { ms: 800, jitter: 400 },
  next: { waiting: { reason: 'ErrImagePull', message: `rpc error: code = NotFound desc = ${cause}` } },
  events: [
    { type: 'Normal', reason: 'Pulling', message: 'Pulling image "<Image>"' },
    { type: 'Warning', reason: 'Failed', message: `Failed to pull image "<Image>": rpc error: code = NotFound desc = ${cause}` },
    { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
  ],
})
