// What a learner had achieved when a step began: it goes back with the world.
import type { KeptVerdict } from '../progress/progress-store.ts'

/** Verdicts with their evidence, and the steps that were done. */
export interface CheckpointProgress {
  readonly verdicts: readonly KeptVerdict[]
  readonly stepsDone: readonly string[]
}
