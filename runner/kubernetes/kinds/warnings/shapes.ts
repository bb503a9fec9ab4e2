// What warnings are, and what those of pods are about.
import type { JsonObject } from '../../../base/json.ts'

/** What a kind warns of, in the order of the server. */
export type Warnings = Generator<string, void>

/** A pod's parts that warnings are about. A template has a path before them; a pod has none. */
export interface PodParts {
  readonly metadata: JsonObject
  readonly spec: JsonObject
}
