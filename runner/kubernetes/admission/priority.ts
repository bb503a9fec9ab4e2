// Works out a pod's priority from its class.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

const api = 'scheduling.k8s.io/v1'

export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit(request) {
    const { operation, object } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, '', 'pods')) return undefined
    const spec = object.spec as JsonObject
    const found = classOf(request, spec)
    const value = Number(found?.value ?? 0)
    if (spec.priority !== undefined && spec.priority !== value) {
      const words = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`
      throw refusal(request, words)
    }
    const preemptionPolicy = (found?.preemptionPolicy as string | undefined) ?? 'PreemptLowerPriority'
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
      const words = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`
      throw refusal(request, words)
    }
    return { ...object, spec: { ...spec, ...(found && { priorityClassName: found.metadata.name }), priority: value, preemptionPolicy } }
  },
}

/** The class that a pod names, or the cluster's default one. */
function classOf(request: AdmissionRequest, spec: JsonObject): KubernetesObject | undefined {
  const { context } = request
  const name = String(spec.priorityClassName ?? '')
  if (name === '') return context.list(api, 'PriorityClass').find(({ globalDefault }) => globalDefault === true)
  const found = context.get(api, 'PriorityClass', { name })
  if (!found) throw refusal(request, `no PriorityClass with name ${name} was found`)
  return found
}
