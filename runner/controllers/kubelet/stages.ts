// All stages; the first that is for a pod is taken.
import type { Stage } from './stage.ts'
import { containerCrashes } from './stages/container-crashes.ts'
import { containerFails } from './stages/container-fails.ts'
import { crashRestarts } from './stages/crash-restarts.ts'
import { crashWaits } from './stages/crash-waits.ts'
import { imagePullAgain } from './stages/image-pull-again.ts'
import { imagePullFails } from './stages/image-pull-fails.ts'
import { imagePullSucceeds } from './stages/image-pull-succeeds.ts'
import { imagePullWaits } from './stages/image-pull-waits.ts'
import { podComplete } from './stages/pod-complete.ts'
import { podCreate } from './stages/pod-create.ts'
import { podDelete } from './stages/pod-delete.ts'
import { podReady } from './stages/pod-ready.ts'

/** Stages from the most to the least particular. */
export const stages: readonly Stage[] = [
  podDelete,
  podCreate,
  imagePullFails,
  imagePullWaits,
  imagePullAgain,
  imagePullSucceeds,
  podReady,
  containerFails,
  containerCrashes,
  crashWaits,
  crashRestarts,
  podComplete,
]
