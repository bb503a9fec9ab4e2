// After a pull that failed the kubelet waits.
import { defineStage } from '../stage.ts'

export const imagePullWaits = defineStage({
  name: 'image-pull-waits',
  when: { state: 'pull failed', image: 'missing' },
  delay: { ms: 10_000, jitter: 3000 },
  next: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "<Image>": ErrImagePull: <PullFault>' } },
  events: [
    { type: 'Normal', reason: 'BackOff', message: 'Back-off pulling image "<Image>"' },
    { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
  ],
})
