// ReplicaSets.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age, containerImages, containerNames, selectorText, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { child, type Findings, immutable, invalid, nonNegative } from '../validation/findings.ts'
import { fields, number, present } from '../validation/read.ts'
import { isSelector } from '../validation/selectors.ts'
import { replicatedWarnings } from '../warnings/workloads.ts'
import { validateRequiredSelector, validateRunningTemplate, validateUsableSelector } from './pod-controller.ts'

/** apps/v1 ReplicaSet. */
export const replicaSet = defineKind({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  warnings: replicatedWarnings,
  defaults: defaultsOf([...objectsTo('spec.template.spec'), ...rowsAt('spec.template.spec', podSpecRows), ['spec.replicas', 1]]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object, old) => [
    ...validateSpec(fields(object.spec)),
    ...immutable('spec.selector', fields(object.spec).selector, fields(old.spec).selector),
  ],
  validateStatusUpdate: (object) => [...validateReplicaStatus(fields(object.status))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [
      object.metadata.name ?? '',
      number(spec.replicas),
      number(status.replicas),
      number(status.readyReplicas),
      age(object, now),
      containerNames(templateSpec(object)),
      containerImages(templateSpec(object)),
      selectorText(fields(spec.selector)),
    ]
  },
  selectableFields: (object) => ({ 'status.replicas': String(number(fields(object.status).replicas)) }),
})

function* validateSpec(spec: JsonObject): Findings {
  yield* nonNegative('spec.replicas', spec.replicas)
  yield* nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* validateRequiredSelector(spec, 'empty selector is invalid for replicaset')
  if (!present(spec.selector) || isSelector(spec.selector)) yield* validateRunningTemplate(spec, { inKind: 'ReplicaSet' })
  else yield* validateUsableSelector(spec)
}

/** Findings on the counts of a ReplicaSet's or ReplicationController's status. */
export function* validateReplicaStatus(status: JsonObject): Findings {
  for (const name of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'])
    yield* nonNegative(child('status', name), status[name])
  for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'])
    if (number(status[name]) > number(status.replicas)) yield invalid(child('status', name), status[name], 'cannot be greater than status.replicas')
  if (number(status.availableReplicas) > number(status.readyReplicas))
    yield invalid('status.availableReplicas', status.availableReplicas, 'cannot be greater than readyReplicas')
}
