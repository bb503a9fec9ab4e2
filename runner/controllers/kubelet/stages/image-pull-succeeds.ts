// The image was changed to one that is there while the kubelet waited.
import { defineStage } from '../stage.ts'
import { podReady } from './pod-ready.ts'

export const imagePullSucceeds = defineStage({
  ...podReady,
  name: 'image-pull-succeeds',
  when: { state: 'pull waits' },
})

/** The image was changed to one that is there, before the kubelet began to wait. */
export const imagePullMended = defineStage({
  ...podReady,
  name: 'image-pull-mended',
  when: { state: 'pull failed' },
})
