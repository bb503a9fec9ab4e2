// The kubelet tries to pull again, each time later, up to every five minutes.
import { defineStage } from '../stage.ts'
import { imagePullFails } from './image-pull-fails.ts'

export const imagePullAgain = defineStage({
  ...imagePullFails,
  name: 'image-pull-again',
  when: { state: 'pull waits', image: 'missing' },
  delay: { ms: 10_000, doubles: true },
})
