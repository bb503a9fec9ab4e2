// RuntimeClasses.
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { validateLabels } from '../metadata.ts'
import { validateTolerations } from '../pod-spec/scheduling.ts'
import { type Findings, immutable, invalidAll } from '../validation/findings.ts'
import { isDns1123Label } from '../validation/names.ts'
import { validateResourceList } from '../validation/quantities.ts'
import { fields, text } from '../validation/read.ts'
import { runtimeClassWarnings } from '../warnings/cluster.ts'

/** node.k8s.io/v1 RuntimeClass. */
export const runtimeClass = defineKind({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  warnings: runtimeClassWarnings,
  validate: (object) => [...validateClass(object)],
  validateUpdate: (object, old) => [...immutable('handler', text(object.handler), text(old.handler))],
  cells: (object, now) => [object.metadata.name ?? '', text(object.handler), age(object, now)],
})

function* validateClass(object: KubernetesObject): Findings {
  yield* invalidAll('handler', text(object.handler), isDns1123Label(text(object.handler)))
  yield* validateResourceList(fields(object.overhead).podFixed, 'overhead.limits')
  yield* validateLabels(fields(object.scheduling).nodeSelector, 'scheduling.nodeSelector')
  yield* validateTolerations(fields(object.scheduling).tolerations, 'scheduling.tolerations')
}
