// A pod that was given a node: the kubelet has seen it and makes its containers.
import { defineStage } from '../stage.ts'

export const podCreate = defineStage({
  name: 'pod-create',
  when: { containers: 'none' },
  delay: { ms: 0 },
  next: { phase: 'Pending', container: { waiting: { reason: 'ContainerCreating' } } },
  events: [],
})
