// Leases.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { type Findings, invalid, nonNegative } from '../validation/findings.ts'
import { fields, number, present, text } from '../validation/read.ts'

/** coordination.k8s.io/v1 Lease. */
export const lease = defineKind({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object) => [...validateSpec(fields(object.spec))],
  cells: (object, now) => [object.metadata.name ?? '', text(fields(object.spec).holderIdentity), age(object, now)],
})

function* validateSpec(spec: JsonObject): Findings {
  if (present(spec.leaseDurationSeconds) && number(spec.leaseDurationSeconds) <= 0)
    yield invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0')
  yield* nonNegative('spec.leaseTransitions', spec.leaseTransitions)
}
