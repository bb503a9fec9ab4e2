// FlowSchemas and PriorityLevelConfigurations.

import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, forbidden, invalid, notSupported, required } from '../validation/findings.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { validateFlow } from './flow-validation.ts'

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'

/** flowcontrol.apiserver.k8s.io/v1 FlowSchema. */
export const flowSchema = defineKind({
  apiVersion,
  kind: 'FlowSchema',
  defaults: defaultsOf([['spec.matchingPrecedence', 1000, 'zero']]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateFlow(fields(object.spec), object.metadata.name ?? '')],
  validateUpdate: (object) => [...validateFlow(fields(object.spec), object.metadata.name ?? '')],
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
  validate: ({ metadata, spec }) => [...validateLevel(fields(spec), metadata.name ?? '')],
  validateUpdate: ({ metadata, spec }) => [...validateLevel(fields(spec), metadata.name ?? '')],
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

function* validateLevel(spec: JsonObject, name: string): Findings {
  const type = text(spec.type)
  if ((name === 'exempt') !== (type === 'Exempt')) yield invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
  if (type === 'Exempt') yield* validateExempt(spec)
  else if (type === 'Limited') yield* validateLimited(spec)
  else yield notSupported('spec.type', type, ['Exempt', 'Limited'])
}

function* validateExempt({ limited, exempt }: JsonObject): Findings {
  if (present(limited)) yield forbidden('spec.limited', 'must be nil if the type is not Limited')
  if (present(exempt)) yield* validateShares(fields(exempt), 'spec.exempt')
}

function* validateLimited({ limited, exempt }: JsonObject): Findings {
  if (present(exempt)) yield forbidden('spec.exempt', 'must be nil if the type is Limited')
  if (!present(limited)) return yield required('spec.limited', 'must not be empty when type is Limited')
  const { limitResponse, borrowingLimitPercent, ...shares } = fields(limited)
  yield* validateShares({ nominalConcurrencyShares: shares.nominalConcurrencyShares }, 'spec.limited')
  yield* validateResponse(fields(limitResponse), 'spec.limited.limitResponse')
  yield* validateShares({ lendablePercent: shares.lendablePercent }, 'spec.limited')
  if (number(borrowingLimitPercent) < 0)
    yield invalid('spec.limited.borrowingLimitPercent', borrowingLimitPercent, 'if specified, must be a non-negative integer')
}

function* validateShares({ nominalConcurrencyShares: shares, lendablePercent: percent }: JsonObject, path: string): Findings {
  if (number(shares) < 0) yield invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')
  if (number(percent) < 0 || number(percent) > 100) yield invalid(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')
}

function* validateResponse({ type, queuing }: JsonObject, path: string): Findings {
  if (type === 'Reject') {
    if (present(queuing)) yield forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')
  } else if (type !== 'Queue') yield notSupported(`${path}.type`, text(type), ['Queue', 'Reject'])
  else if (present(queuing)) yield* validateQueuing(fields(queuing), `${path}.queuing`)
  else yield required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')
}

function* validateQueuing(queuing: JsonObject, path: string): Findings {
  const { queueLengthLimit: length, queues, handSize } = queuing
  if (number(length) <= 0) yield invalid(`${path}.queueLengthLimit`, length, 'must be positive')
  if (number(queues) <= 0) yield invalid(`${path}.queues`, queues, 'must be positive')
  else if (number(queues) > 10_000_000) yield invalid(`${path}.queues`, queues, 'must not be greater than 10000000')
  if (number(handSize) <= 0) yield invalid(`${path}.handSize`, handSize, 'must be positive')
  else if (number(handSize) > number(queues)) yield invalid(`${path}.handSize`, handSize, `should not be greater than queues (${number(queues)})`)
}
