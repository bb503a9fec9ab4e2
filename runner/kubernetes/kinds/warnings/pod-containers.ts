// Containers one by one: annotations about them, their resources, their environment.
import type { JsonObject } from '../../../base/json.ts'
import { eachContainer } from '../pod-spec/each-container.ts'
import { child, item } from '../validation/findings.ts'
import { fields, objects, present, text } from '../validation/read.ts'
import { fractionalBytes } from './bytes.ts'
import { containerAnnotations, podSeccompAnnotation } from './pod-annotations.ts'
import type { PodParts, Warnings } from './shapes.ts'

/** The pod's own annotation on seccomp, then what each container warns of. */
export function* containerWarnings(path: string, pod: PodParts): Warnings {
  yield* podSeccompAnnotation(path, pod)
  for (const [here, container] of eachContainer(child(path, 'spec'), pod.spec)) {
    const { limits, requests } = fields(container.resources)
    yield* containerAnnotations(path, pod, container)
    for (const name of ['memory', 'ephemeral-storage']) {
      yield* fractionalBytes(child(here, 'resources', 'limits'), limits, [name])
      yield* fractionalBytes(child(here, 'resources', 'requests'), requests, [name])
    }
    yield* environmentWarnings(child(here, 'env'), objects(container.env))
  }
}

/** A variable that is defined again, unless the second definition builds on the first. */
function* environmentWarnings(path: string, variables: readonly JsonObject[]): Warnings {
  const seen = new Set<string>()
  for (const [index, variable] of variables.entries()) {
    const name = text(variable.name)
    if (seen.has(name) && !buildsOn(variable, `$(${name})`))
      yield `${item(path, index)}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`
    seen.add(name)
  }
}

function buildsOn(variable: JsonObject, reference: string): boolean {
  const value = text(variable.value)
  return !present(variable.valueFrom) && value !== reference && value.includes(reference)
}
