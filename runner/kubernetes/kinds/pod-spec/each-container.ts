// The containers of a pod of every sort.
import type { JsonObject } from '../../../base/json.ts'
import { child, item } from '../validation/findings.ts'
import { objects } from '../validation/read.ts'

/** Every container with its path, in the order in which the server visits them. */
export function* eachContainer(path: string, spec: JsonObject): Generator<readonly [path: string, container: JsonObject], void> {
  for (const name of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const [index, container] of objects(spec[name]).entries()) yield [item(child(path, name), index), container]
}
