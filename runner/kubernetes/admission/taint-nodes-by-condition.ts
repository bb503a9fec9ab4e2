// A new node takes no pods before it was seen to be ready.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { isWriteOf } from './refusal.ts'

const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit(request) {
    const { object, operation } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, '', 'nodes')) return undefined
    const spec = isObject(object.spec) ? object.spec : {}
    const known: readonly JsonObject[] = Array.isArray(spec.taints) ? spec.taints.filter(isObject) : []
    if (known.some(({ key, effect }) => key === taint.key && effect === taint.effect)) return undefined
    return { ...object, spec: { ...spec, taints: [...known, taint] } }
  },
}
