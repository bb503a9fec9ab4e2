// PriorityClasses.
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { type Findings, forbidden, immutable, notSupported } from '../validation/findings.ts'
import { number, present, text } from '../validation/read.ts'

const highest = 1000000000
const policies = ['PreemptLowerPriority', 'Never']
const systemClasses: Readonly<Record<string, number>> = { 'system-node-critical': 2000001000, 'system-cluster-critical': 2000000000 }

/** scheduling.k8s.io/v1 PriorityClass. */
export const priorityClass = defineKind({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  defaults: defaultsOf([['preemptionPolicy', 'PreemptLowerPriority']]),
  validate: (object) => [...validateClass(object)],
  validateUpdate: (object, old) => [
    ...(number(object.value) === number(old.value) ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...immutable('preemptionPolicy', text(object.preemptionPolicy), text(old.preemptionPolicy)),
  ],
  cells: (object, now) => [object.metadata.name ?? '', number(object.value), object.globalDefault === true, age(object, now), text(object.preemptionPolicy)],
})

function* validateClass(object: KubernetesObject): Findings {
  const { name = '' } = object.metadata
  if (name.startsWith('system-')) {
    const value = systemClasses[name]
    const why = value === undefined ? `${name} is not a known system priority class` : `value of ${name} PriorityClass must be ${value}`
    if (value === undefined || value !== number(object.value))
      yield forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`)
  } else if (number(object.value) > highest) yield forbidden('value', `maximum allowed value of a user defined priority is ${highest}`)
  if (present(object.preemptionPolicy) && !policies.includes(text(object.preemptionPolicy)))
    yield notSupported('preemptionPolicy', text(object.preemptionPolicy), policies)
}
