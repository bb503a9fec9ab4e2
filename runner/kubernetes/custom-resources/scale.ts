// The numbers that a custom resource's scale subresource shows must be usable ones.
import type { JsonObject } from '../../base/json.ts'
import { findJsonPath } from '../json-path.ts'
import { type Findings, invalid } from '../kinds/validation/findings.ts'

/** Findings on the replicas of spec and status. */
export function* validateScale(object: JsonObject, paths: { readonly specReplicasPath: string; readonly statusReplicasPath: string }): Findings {
  for (const path of [paths.specReplicasPath, paths.statusReplicasPath]) {
    const [value] = findJsonPath(path, object)
    const field = path.replace(/^\./, '')
    if (typeof value !== 'number') continue
    if (value < 0) yield invalid(field, value, 'should be a non-negative integer')
    if (value > 2147483647) yield invalid(field, value, 'should be less than or equal to 2147483647')
  }
}
