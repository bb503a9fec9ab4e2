// FlowSchemas and PriorityLevelConfigurations.

import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, invalid, notSupported, required } from '../validation/findings.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'

/** flowcontrol.apiserver.k8s.io/v1 FlowSchema. */
export const flowSchema = defineKind({
  apiVersion,
  kind: 'FlowSchema',
  defaults: defaultsOf([['spec.matchingPrecedence', 1000, 'zero']]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateFlow(fields(object.spec))],
  validateUpdate: (object) => [...validateFlow(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const dangling = objects(status.conditions).find((condition) => condition.type === 'Dangling')
    return [
      object.metadata.name ?? '',
      text(fields(spec.priorityLevelConfiguration).name),
      number(spec.matchingPrecedence),
      text(fields(spec.distinguisherMethod).type) || '<none>',
      age(object, now),
      text(dangling?.status) || '?',
    ]
  },
})

/** flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration. */
export const priorityLevelConfiguration = defineKind({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  defaults: defaultsOf([
    ['spec.limited.nominalConcurrencyShares', 30],
    ['spec.limited.lendablePercent', 0],
    ['spec.limited.limitResponse.queuing.queues', 64, 'zero'],
    ['spec.limited.limitResponse.queuing.handSize', 8, 'zero'],
    ['spec.limited.limitResponse.queuing.queueLengthLimit', 50, 'zero'],
    ['spec.exempt', (spec) => (spec.type === 'Exempt' ? {} : undefined)],
    ['spec.exempt.nominalConcurrencyShares', 0],
    ['spec.exempt.lendablePercent', 0],
  ]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateLevel(fields(object.spec))],
  validateUpdate: (object) => [...validateLevel(fields(object.spec))],
  cells(object, now) {
    const spec = fields(object.spec)
    const limited = fields(spec.limited)
    const queuing = fields(fields(limited.limitResponse).queuing)
    const shown = (value: Json | undefined): Json => (present(value) ? String(value) : '<none>')
    return [
      object.metadata.name ?? '',
      text(spec.type),
      shown(limited.nominalConcurrencyShares),
      shown(queuing.queues),
      shown(queuing.handSize),
      shown(queuing.queueLengthLimit),
      age(object, now),
    ]
  },
})

function* validateFlow(spec: JsonObject): Findings {
  const precedence = number(spec.matchingPrecedence)
  if (precedence <= 0) yield invalid('spec.matchingPrecedence', precedence, 'must be a positive value')
  if (precedence > 10000) yield invalid('spec.matchingPrecedence', precedence, 'must not be greater than 10000')
  if (text(fields(spec.priorityLevelConfiguration).name) === '') yield required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
}

function* validateLevel(spec: JsonObject): Findings {
  const type = text(spec.type)
  if (type === 'Limited' && !present(spec.limited)) yield required('spec.limited', 'must not be empty when type is Limited')
  if (type !== 'Limited' && type !== 'Exempt') yield notSupported('spec.type', type, ['Exempt', 'Limited'])
}
