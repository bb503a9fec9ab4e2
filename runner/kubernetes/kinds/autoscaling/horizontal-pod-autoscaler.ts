// HorizontalPodAutoscalers, in both served versions.

import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { type DefaultRow, defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { fields, list, number, present, text } from '../validation/read.ts'
import { validateAutoscaler, validateOldAutoscaler } from './autoscaler-validation.ts'
import { autoscalerTargets } from './targets.ts'

const scaleUp = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
const scaleDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }
const cpuMetric = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }

const behaviorRows: readonly DefaultRow[] = [
  ['spec.behavior.scaleUp', {}],
  ['spec.behavior.scaleDown', {}],
  ...Object.entries(scaleUp).map(([name, value]): DefaultRow => [`spec.behavior.scaleUp.${name}`, value]),
  ...Object.entries(scaleDown).map(([name, value]): DefaultRow => [`spec.behavior.scaleDown.${name}`, value]),
]

/** autoscaling/v2 HorizontalPodAutoscaler. */
export const horizontalPodAutoscaler = defineKind({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  defaults: defaultsOf([
    ['spec.minReplicas', 1],
    ['spec.metrics', (spec) => (list(spec.metrics).length === 0 ? [cpuMetric] : undefined), 'always'],
    ...behaviorRows,
  ]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateAutoscaler(fields(object.spec))],
  validateUpdate: (object) => [...validateAutoscaler(fields(object.spec))],
  cells: (object, now) => cellsOf(object, now, autoscalerTargets(fields(object.spec), fields(object.status))),
})

/** autoscaling/v1 HorizontalPodAutoscaler. */
export const oldHorizontalPodAutoscaler = defineKind({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  defaults: defaultsOf([
    ['spec.minReplicas', 1],
    ['spec.targetCPUUtilizationPercentage', 80],
  ]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateOldAutoscaler(fields(object.spec))],
  validateUpdate: (object) => [...validateOldAutoscaler(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const current = present(status.currentCPUUtilizationPercentage) ? `${number(status.currentCPUUtilizationPercentage)}%` : '<unknown>'
    return cellsOf(object, now, `cpu: ${current}/${number(spec.targetCPUUtilizationPercentage)}%`)
  },
})

function cellsOf(object: Parameters<typeof age>[0], now: number, targets: string) {
  const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
  const { kind, name } = fields(spec.scaleTargetRef)
  return [
    object.metadata.name ?? '',
    `${text(kind)}/${text(name)}`,
    targets,
    present(spec.minReplicas) ? String(number(spec.minReplicas)) : '<unset>',
    number(spec.maxReplicas),
    number(status.currentReplicas),
    age(object, now),
  ]
}
