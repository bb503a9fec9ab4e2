// A container that cannot be made since something that it names is missing, or whose program is not there.
import { defineStage } from '../stage.ts'

export const configFails = defineStage({
  name: 'config-fails',
  when: { state: 'creating', fault: 'CreateContainerConfigError' },
  delay: { ms: 800, jitter: 400 },
  next: { waiting: { reason: 'CreateContainerConfigError', message: '<Fault>' } },
  events: [
    { type: 'Normal', reason: 'Pulled', message: 'Container image "<Image>" already present on machine and can be accessed by the pod' },
    { type: 'Warning', reason: 'Failed', message: 'Error: <Fault>' },
  ],
})

export const configFailsAgain = defineStage({
  ...configFails,
  name: 'config-fails-again',
  when: { state: 'config waits', fault: 'CreateContainerConfigError' },
  delay: { ms: 10_000, jitter: 3000 },
})

export const createFails = defineStage({
  ...configFails,
  name: 'create-fails',
  when: { state: 'creating', fault: 'CreateContainerError' },
  next: { waiting: { reason: 'CreateContainerError', message: '<Fault>' } },
})

export const createFailsAgain = defineStage({
  ...createFails,
  name: 'create-fails-again',
  when: { state: 'config waits', fault: 'CreateContainerError' },
  delay: { ms: 10_000, jitter: 3000 },
})

export const startFails = defineStage({
  name: 'start-fails',
  when: { state: 'creating', fault: 'StartError' },
  delay: { ms: 800, jitter: 400 },
  next: { terminated: { exitCode: 128, reason: 'StartError', message: '<Fault>' } },
  events: [
    { type: 'Normal', reason: 'Pulled', message: 'Container image "<Image>" already present on machine and can be accessed by the pod' },
    { type: 'Normal', reason: 'Created', message: 'Container created' },
    { type: 'Warning', reason: 'Failed', message: 'Error: <Fault>' },
  ],
})

export const startFailsAgain = defineStage({
  ...startFails,
  name: 'start-fails-again',
  when: { state: 'crash waits', fault: 'StartError' },
  delay: { ms: 10_000, doubles: true },
  restarts: true,
})

export const startFailsAtOnce = defineStage({
  ...startFails,
  name: 'start-fails-at-once',
  when: { state: 'ended', restarts: 'at once', fault: 'StartError' },
  delay: { ms: 1000 },
  restarts: true,
})
