// After a second end the kubelet waits before it starts the container again.
import { defineStage } from '../stage.ts'

const words = 'restarting failed container=<Container> pod=<Pod>_<Namespace>(<Uid>)'

export const crashWaits = defineStage({
  name: 'crash-waits',
  when: { state: 'ended', restarts: 'later' },
  delay: { ms: 1000 },
  next: { waiting: { reason: 'CrashLoopBackOff', message: `back-off <BackOff> ${words}` } },
  events: [{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container <Container> in pod <Pod>_<Namespace>(<Uid>)' }],
})
