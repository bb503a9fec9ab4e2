// PodDisruptionBudgets.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { atMostWhole, countOrPercent } from '../validation/counts.ts'
import { child, type Findings, invalid, notSupported } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, number, present, text } from '../validation/read.ts'
import { validateSelector } from '../validation/selectors.ts'

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

/** policy/v1 PodDisruptionBudget. */
export const podDisruptionBudget = defineKind({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object) => [...validateSpec(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [object.metadata.name ?? '', limitText(spec.minAvailable), limitText(spec.maxUnavailable), number(status.disruptionsAllowed), age(object, now)]
  },
})

function limitText(value: Json | undefined): string {
  return present(value) ? String(value) : 'N/A'
}

function* validateSpec(spec: JsonObject): Findings {
  if (present(spec.minAvailable) && present(spec.maxUnavailable))
    yield invalid('spec', internalForm(spec, 'policy.v1.PodDisruptionBudgetSpec'), 'minAvailable and maxUnavailable cannot be both set')
  for (const name of ['minAvailable', 'maxUnavailable']) {
    yield* countOrPercent(child('spec', name), spec[name])
    yield* atMostWhole(child('spec', name), spec[name])
  }
  yield* validateSelector(spec.selector, 'spec.selector')
  if (present(spec.unhealthyPodEvictionPolicy) && !evictionPolicies.includes(text(spec.unhealthyPodEvictionPolicy)))
    yield notSupported('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, evictionPolicies)
}
