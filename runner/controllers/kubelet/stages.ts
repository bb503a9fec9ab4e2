// All stages; the first that is for a container is taken.
import type { Stage } from './stage.ts'
import { configMended } from './stages/config-mended.ts'
import { crashWaits } from './stages/crash-waits.ts'
import { imagePullAgain } from './stages/image-pull-again.ts'
import { imagePullFails } from './stages/image-pull-fails.ts'
import { imagePullMended, imagePullSucceeds } from './stages/image-pull-succeeds.ts'
import { imagePullWaits } from './stages/image-pull-waits.ts'
import { podReady } from './stages/pod-ready.ts'
import { crashRestarts, firstRestart } from './stages/restarts.ts'
import { configFails, configFailsAgain, createFails, createFailsAgain, startFails, startFailsAgain, startFailsAtOnce } from './stages/start-fails.ts'

/** Stages from the most to the least particular. */
export const stages: readonly Stage[] = [
  imagePullFails,
  imagePullWaits,
  imagePullAgain,
  imagePullMended,
  imagePullSucceeds,
  configFails,
  configFailsAgain,
  createFails,
  createFailsAgain,
  configMended,
  startFails,
  startFailsAtOnce,
  startFailsAgain,
  podReady,
  firstRestart,
  crashWaits,
  crashRestarts,
]
