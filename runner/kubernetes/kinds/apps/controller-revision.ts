// ControllerRevisions.
import { equal } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { type Findings, forbidden, invalid, nonNegative, required } from '../validation/findings.ts'
import { number, present } from '../validation/read.ts'

/** apps/v1 ControllerRevision. */
export const controllerRevision = defineKind({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  validate: (object) => [...validateRevision(object)],
  validateUpdate: (object, old) => [...validateRevision(object), ...(equal(object.data, old.data) ? [] : [invalid('data', undefined, 'field is immutable')])],
  cells(object, now) {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true)
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : ''
    return [
      object.metadata.name ?? '',
      owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group}/${owner.name}`,
      number(object.revision),
      age(object, now),
    ]
  },
})

function* validateRevision(object: KubernetesObject): Findings {
  if (!present(object.data)) yield required('data', 'data is mandatory')
  if (Array.isArray(object.data)) yield forbidden('data', 'must be an object')
  yield* nonNegative('revision', number(object.revision))
}
