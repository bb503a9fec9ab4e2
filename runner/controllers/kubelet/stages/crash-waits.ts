// After a crash the kubelet waits before it starts the container again.
import { defineStage } from '../stage.ts'

const words = 'restarting failed container=<Container> pod=<Pod>_<Namespace>(<Uid>)'

export const crashWaits = defineStage({
  name: 'crash-waits',
  when: { containers: 'crashed' },
  delay: { ms: 1000 },
  next: { phase: 'Running', container: { waiting: { reason: 'CrashLoopBackOff', message: `back-off <BackOff> ${words}` } } },
  events: [{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container <Container> in pod <Pod>_<Namespace>(<Uid>)' }],
})
