// Works out a pod's priority from its class, and lets only one class be the default (plugin/pkg/admission/priority).
import { isObject, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

const api = 'scheduling.k8s.io/v1'

export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit(request) {
    const { operation, object } = request
    if (!object || !isWriteOf(request, '', 'pods')) return undefined
    if (operation === 'UPDATE') return keptPriority(request, object)
    if (operation !== 'CREATE') return undefined
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
  validate(request) {
    const { object } = request
    if (object?.globalDefault !== true || !isWriteOf(request, 'scheduling.k8s.io', 'priorityclasses')) return
    const other = defaultClass(request)?.metadata.name
    if (other === undefined || (request.operation === 'UPDATE' && other === object.metadata.name)) return
    throw refusal(request, `PriorityClass ${other} is already marked as default. Only one default can exist`)
  },
}

/** A pod that is replaced by a manifest without priority keeps what was worked out for it (plugin `priority`, `admitPod`). */
function keptPriority({ old }: AdmissionRequest, object: KubernetesObject): KubernetesObject {
  const { priority: value, preemptionPolicy } = isObject(old?.spec) ? old.spec : {}
  const spec = object.spec as JsonObject
  return {
    ...object,
    spec: {
      ...spec,
      ...(spec.priority === undefined && value !== undefined && { priority: value }),
      ...(spec.preemptionPolicy === undefined && preemptionPolicy !== undefined && { preemptionPolicy }),
    },
  }
}

/** The class that a pod names, or the cluster's default one. */
function classOf(request: AdmissionRequest, spec: JsonObject): KubernetesObject | undefined {
  const { context } = request
  const name = String(spec.priorityClassName ?? '')
  if (name === '') return defaultClass(request)
  const found = context.get(api, 'PriorityClass', { name })
  if (!found) throw refusal(request, `no PriorityClass with name ${name} was found`)
  return found
}

/** Where two became the default at once, the lower one counts. */
function defaultClass({ context }: AdmissionRequest): KubernetesObject | undefined {
  const defaults = context.list(api, 'PriorityClass').filter(({ globalDefault }) => globalDefault === true)
  return defaults.reduce<KubernetesObject | undefined>((lowest, each) => (lowest && Number(lowest.value) <= Number(each.value) ? lowest : each), undefined)
}
