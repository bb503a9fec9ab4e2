// Deployments.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age, containerImages, containerNames, selectorText, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { atMostWhole, countOf, countOrPercent } from '../validation/counts.ts'
import { child, type Findings, forbidden, immutable, invalid, nonNegative, notSupported } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, number, present } from '../validation/read.ts'
import { isSelector } from '../validation/selectors.ts'
import { replicatedWarnings } from '../warnings/workloads.ts'
import { validateRequiredSelector, validateRunningTemplate, validateUsableSelector } from './pod-controller.ts'

const rollingUpdate = (strategy: JsonObject) => (strategy.type === 'RollingUpdate' ? {} : undefined)

/** apps/v1 Deployment. */
export const deployment = defineKind({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  warnings: replicatedWarnings,
  defaults: defaultsOf([
    ...objectsTo('spec.template.spec'),
    ...rowsAt('spec.template.spec', podSpecRows),
    ['spec.replicas', 1],
    ['spec.strategy', {}],
    ['spec.strategy.type', 'RollingUpdate'],
    ['spec.strategy.rollingUpdate', rollingUpdate],
    ['spec.strategy.rollingUpdate.maxUnavailable', (_rolling, { spec }) => (fields(fields(spec).strategy).type === 'RollingUpdate' ? '25%' : undefined)],
    ['spec.strategy.rollingUpdate.maxSurge', (_rolling, { spec }) => (fields(fields(spec).strategy).type === 'RollingUpdate' ? '25%' : undefined)],
    ['spec.revisionHistoryLimit', 10],
    ['spec.progressDeadlineSeconds', 600],
  ]),
  prepareForCreate: withoutStatus,
  /** A new annotation is a new generation too: it may be of concern to the replica sets, which inherit it. */
  raisesGeneration: (object, old) => !equal(object.spec, old.spec) || !equal(object.metadata.annotations, old.metadata.annotations),
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object, old) => [
    ...validateSpec(fields(object.spec)),
    ...immutable('spec.selector', fields(object.spec).selector, fields(old.spec).selector),
  ],
  validateStatusUpdate: (object) => [...validateStatus(fields(object.status))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [
      object.metadata.name ?? '',
      `${number(status.readyReplicas)}/${number(spec.replicas)}`,
      number(status.updatedReplicas),
      number(status.availableReplicas),
      age(object, now),
      containerNames(templateSpec(object)),
      containerImages(templateSpec(object)),
      selectorText(fields(spec.selector)),
    ]
  },
})

function* validateSpec(spec: JsonObject): Findings {
  yield* nonNegative('spec.replicas', spec.replicas)
  yield* validateRequiredSelector(spec, 'empty selector is invalid for deployment')
  if (isSelector(spec.selector)) yield* validateRunningTemplate(spec, { inKind: 'ReplicaSet' })
  else yield* validateUsableSelector(spec)
  yield* validateStrategy(fields(spec.strategy), 'spec.strategy')
  yield* nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  if (!present(spec.progressDeadlineSeconds)) return
  yield* nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds)
  if (number(spec.progressDeadlineSeconds) <= number(spec.minReadySeconds))
    yield invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds')
}

function* validateStrategy(strategy: JsonObject, path: string): Findings {
  const rolling = fields(strategy.rollingUpdate)
  const here = child(path, 'rollingUpdate')
  if (strategy.type === 'Recreate') {
    if (present(strategy.rollingUpdate)) yield forbidden(here, "may not be specified when strategy `type` is 'Recreate'")
  } else if (strategy.type === 'RollingUpdate') {
    yield* countOrPercent(child(here, 'maxUnavailable'), rolling.maxUnavailable)
    yield* countOrPercent(child(here, 'maxSurge'), rolling.maxSurge)
    if (countOf(rolling.maxUnavailable) === 0 && countOf(rolling.maxSurge) === 0)
      yield invalid(child(here, 'maxUnavailable'), rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0')
    yield* atMostWhole(child(here, 'maxUnavailable'), rolling.maxUnavailable)
  } else yield notSupported(path, internalForm(strategy, 'apps.v1.DeploymentStrategy'), ['Recreate', 'RollingUpdate'])
}

function* validateStatus(status: JsonObject): Findings {
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'observedGeneration']
  for (const name of counts) yield* nonNegative(child('status', name), status[name])
  yield* nonNegative('status.collisionCount', status.collisionCount)
  for (const name of ['updatedReplicas', 'readyReplicas', 'availableReplicas'])
    if (number(status[name]) > number(status.replicas)) yield invalid(child('status', name), status[name], 'cannot be greater than status.replicas')
  if (number(status.availableReplicas) > number(status.readyReplicas))
    yield invalid('status.availableReplicas', status.availableReplicas, 'cannot be greater than readyReplicas')
}
