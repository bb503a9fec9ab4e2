// ControllerRevisions.
import { equal, isObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { type Findings, invalid, nonNegative, required } from '../validation/findings.ts'
import { number } from '../validation/read.ts'

/** apps/v1 ControllerRevision. */
export const controllerRevision = defineKind({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  validate: (object) => [...validateRevision(object), ...validateData(object)],
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

function* validateData({ data }: KubernetesObject): Findings {
  if (data === undefined || data === null) yield required('data', 'data is mandatory')
  else if (!isObject(data)) yield required('data', 'data must be a valid JSON object')
}

function* validateRevision(object: KubernetesObject): Findings {
  yield* nonNegative('revision', number(object.revision))
}
