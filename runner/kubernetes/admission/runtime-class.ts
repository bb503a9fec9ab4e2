// What a RuntimeClass adds to the pods that name it: its overhead, and the nodes that it is on (`plugin/pkg/admission/runtimeclass`).
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  admit(request) {
    const { object } = request
    const found = object && classOf(request, object)
    if (!found) return undefined
    const spec = specOf(object)
    return { ...object, spec: { ...spec, ...overheadOf(request, found, spec), ...placeOf(request, found, spec) } }
  },
  validate(request) {
    const { object } = request
    if (!object || !isNewPod(request)) return
    const { overhead } = specOf(object)
    const own = fixed(classOf(request, object))
    if (own === undefined && overhead !== undefined)
      throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    if (own !== undefined && !equal(own, overhead)) throw otherOverhead(request)
  },
}

function isNewPod(request: AdmissionRequest): boolean {
  return request.operation === 'CREATE' && isWriteOf(request, '', 'pods')
}

function specOf({ spec }: KubernetesObject): JsonObject {
  return isObject(spec) ? spec : {}
}

function classOf(request: AdmissionRequest, object: KubernetesObject): KubernetesObject | undefined {
  const { runtimeClassName: name } = specOf(object)
  if (!isNewPod(request) || typeof name !== 'string') return undefined
  const found = request.context.get('node.k8s.io/v1', 'RuntimeClass', { name })
  if (!found) throw refusal(request, `pod rejected: RuntimeClass "${name}" not found`)
  return found
}

function fixed(found: KubernetesObject | undefined): JsonObject | undefined {
  const overhead = isObject(found?.overhead) ? found.overhead.podFixed : undefined
  return isObject(overhead) ? overhead : undefined
}

function overheadOf(request: AdmissionRequest, found: KubernetesObject, { overhead }: JsonObject): JsonObject {
  const own = fixed(found)
  if (own === undefined) return {}
  if (isObject(overhead) && Object.keys(overhead).length > 0 && !equal(overhead, own)) throw otherOverhead(request)
  return { overhead: own }
}

function otherOverhead(request: AdmissionRequest): Error {
  return refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
}

function placeOf(request: AdmissionRequest, { scheduling }: KubernetesObject, spec: JsonObject): JsonObject {
  if (!isObject(scheduling)) return {}
  const [wanted, asked] = [isObject(scheduling.nodeSelector) ? scheduling.nodeSelector : {}, isObject(spec.nodeSelector) ? spec.nodeSelector : {}]
  for (const [name, value] of Object.entries(wanted))
    if (asked[name] !== undefined && asked[name] !== value)
      throw refusal(request, `conflict: runtimeClass.scheduling.nodeSelector[${name}] = ${value}; pod.spec.nodeSelector[${name}] = ${asked[name]}`)
  const nodeSelector = { ...asked, ...wanted }
  const tolerations = merged([...listOf(spec.tolerations), ...listOf(scheduling.tolerations)])
  return { ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }), ...(tolerations.length > 0 && { tolerations }) }
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** Tolerations without those that another one of them covers; of equal ones the first (`MergeTolerations`). */
function merged(all: readonly JsonObject[]): readonly JsonObject[] {
  const covered = (each: JsonObject, index: number): boolean =>
    all.some((other, place) => place !== index && covers(other, each) && (place < index || !equal(other, each)))
  return all.filter((each, index) => !covered(each, index))
}

function covers(wide: JsonObject, narrow: JsonObject): boolean {
  if (equal(wide, narrow)) return true
  const every = (wide.key ?? '') === '' && wide.operator === 'Exists'
  if ((wide.key ?? '') !== (narrow.key ?? '') && !every) return false
  if ((wide.effect ?? '') !== '' && wide.effect !== narrow.effect) return false
  const lasting = Number(wide.tolerationSeconds ?? Number.POSITIVE_INFINITY) >= Number(narrow.tolerationSeconds ?? Number.POSITIVE_INFINITY)
  return lasting && (wide.operator === 'Exists' || ((wide.value ?? '') === (narrow.value ?? '') && narrow.operator !== 'Exists'))
}
