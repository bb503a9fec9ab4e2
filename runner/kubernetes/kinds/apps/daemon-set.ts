// DaemonSets.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age, containerImages, containerNames, labelsText, selectorText, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import { withoutStatus } from '../strategy.ts'
import { atMostWhole, countOf, countOrPercent } from '../validation/counts.ts'
import { child, type Findings, immutable, invalid, nonNegative, notSupported, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, number, present } from '../validation/read.ts'
import { isEmptySelector, isSelector, matchesSelector, validateSelector } from '../validation/selectors.ts'
import { daemonSetWarnings } from '../warnings/workloads.ts'
import { printLabels, validateAlwaysRestarts } from './pod-controller.ts'

const generationAnnotation = 'deprecated.daemonset.template.generation'
const statusCounts = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable']

const specDefaults = defaultsOf([
  ...objectsTo('spec.template.spec'),
  ...rowsAt('spec.template.spec', podSpecRows),
  ['spec.updateStrategy', {}],
  ['spec.updateStrategy.type', 'RollingUpdate'],
  ['spec.updateStrategy.rollingUpdate', (strategy) => (strategy.type === 'RollingUpdate' ? {} : undefined)],
  ['spec.updateStrategy.rollingUpdate.maxUnavailable', 1],
  ['spec.updateStrategy.rollingUpdate.maxSurge', 0],
  ['spec.revisionHistoryLimit', 10],
])

/** apps/v1 DaemonSet. */
export const daemonSet = defineKind({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  warnings: daemonSetWarnings,
  defaults: (object) => withGeneration(specDefaults(object), Number(object.metadata.annotations?.[generationAnnotation] ?? 1)),
  prepareForCreate: (object) => withGeneration(withoutStatus(object), 1),
  prepareForUpdate(object, old) {
    const before = Number(old.metadata.annotations?.[generationAnnotation] ?? 1)
    return withGeneration(object, equal(fields(object.spec).template, fields(old.spec).template) ? before : before + 1)
  },
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object, old) => [
    ...immutable('spec.selector', fields(object.spec).selector, fields(old.spec).selector),
    ...validateSpec(fields(object.spec)),
  ],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [
      object.metadata.name ?? '',
      ...statusCounts.map((name) => number(status[name])),
      labelsText(templateSpec(object).nodeSelector),
      age(object, now),
      containerNames(templateSpec(object)),
      containerImages(templateSpec(object)),
      selectorText(fields(spec.selector)),
    ]
  },
})

function withGeneration(object: KubernetesObject, generation: number): KubernetesObject {
  if (object.metadata.annotations?.[generationAnnotation] === String(generation)) return object
  const annotations = { ...object.metadata.annotations, [generationAnnotation]: String(generation) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function* validateSpec(spec: JsonObject): Findings {
  const template = fields(spec.template)
  const { labels } = fields(template.metadata)
  yield* validateSelector(spec.selector, 'spec.selector')
  if (isSelector(spec.selector) && !matchesSelector(spec.selector, labels))
    yield invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`')
  if (present(spec.selector) && isEmptySelector(spec.selector)) yield invalid('spec.selector', spec.selector, 'empty selector is invalid for daemonset')
  yield* validateTemplate(template, 'spec.template')
  yield* validateAlwaysRestarts(template, 'DaemonSet')
  yield* nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* validateStrategy(fields(spec.updateStrategy), 'spec.updateStrategy')
  yield* nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
}

function* validateStrategy(strategy: JsonObject, path: string): Findings {
  if (strategy.type === 'OnDelete') return
  if (strategy.type !== 'RollingUpdate')
    return yield notSupported(path, internalForm(strategy, 'apps.v1.DaemonSetUpdateStrategy'), ['RollingUpdate', 'OnDelete'])
  const here = child(path, 'rollingUpdate')
  const { maxUnavailable, maxSurge } = fields(strategy.rollingUpdate)
  if (!present(strategy.rollingUpdate)) return yield required(here)
  yield* countOrPercent(child(here, 'maxUnavailable'), maxUnavailable)
  yield* countOrPercent(child(here, 'maxSurge'), maxSurge)
  yield* atMostWhole(child(here, 'maxUnavailable'), maxUnavailable)
  yield* atMostWhole(child(here, 'maxSurge'), maxSurge)
  const [unavailable, surge] = [countOf(maxUnavailable) !== 0, countOf(maxSurge) !== 0]
  if (unavailable && surge) yield invalid(child(here, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero')
  if (!unavailable && !surge) yield required(child(here, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0')
}
