// ReplicationControllers.
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { printLabels, validateAlwaysRestarts } from '../apps/pod-controller.ts'
import { validateReplicaStatus } from '../apps/replica-set.ts'
import { age, containerImages, containerNames, labelsText, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, rowsAt } from '../defaults/rows.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, invalid, nonNegative, required } from '../validation/findings.ts'
import { entries, fields, number, present } from '../validation/read.ts'
import { controllerWarnings } from '../warnings/workloads.ts'

const replicaDefaults = defaultsOf([...rowsAt('spec.template.spec', podSpecRows), ['spec.replicas', 1]])

/** core/v1 ReplicationController. */
export const replicationController = defineKind({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  warnings: controllerWarnings,
  defaults: (object) => replicaDefaults(withTemplateLabels(object)),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateSpec(object)],
  validateUpdate: (object) => [...validateSpec(object)],
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
      labelsText(spec.selector),
    ]
  },
})

/** The template's labels are the selector and the labels where none are given. */
function withTemplateLabels(object: KubernetesObject): KubernetesObject {
  const spec = fields(object.spec)
  const labels = fields(fields(spec.template).metadata).labels as Readonly<Record<string, string>> | undefined
  if (entries(labels).length === 0) return object
  const selected = entries(spec.selector).length === 0 ? { ...object, spec: { ...spec, selector: labels } } : object
  return entries(object.metadata.labels).length === 0 ? { ...selected, metadata: { ...object.metadata, labels: labels ?? {} } } : selected
}

function* validateSpec(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  const template = fields(spec.template)
  yield* nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  if (entries(spec.selector).length === 0) yield required('spec.selector')
  yield* nonNegative('spec.replicas', spec.replicas)
  if (!present(spec.template)) return yield required('spec.template')
  const labels = fields(fields(template.metadata).labels)
  if (entries(spec.selector).some(([key, value]) => labels[key] !== value))
    yield invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`')
  yield* validateTemplate(template, 'spec.template')
  yield* validateAlwaysRestarts(template, 'ReplicationController')
}
