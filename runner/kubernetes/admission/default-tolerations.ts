// Lets pods stay five minutes on a node that is not ready or cannot be reached.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { isWriteOf } from './refusal.ts'

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(request) {
    const { object, operation } = request
    if (!object || (operation !== 'CREATE' && operation !== 'UPDATE') || !isWriteOf(request, '', 'pods')) return undefined
    const spec = object.spec as JsonObject
    const known = Array.isArray(spec.tolerations) ? spec.tolerations.filter(isObject) : []
    const missing = taints.filter((key) => !known.some((each) => covers(each, key)))
    if (missing.length === 0) return undefined
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
    return { ...object, spec: { ...spec, tolerations: [...known, ...added] } }
  },
}

function covers({ key = '', effect = '' }: JsonObject, taint: string): boolean {
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '')
}
