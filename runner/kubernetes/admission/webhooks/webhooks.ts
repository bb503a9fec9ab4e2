// The two plugins that ask webhooks: those that may change an object, and those that may refuse it.
import { equal, isObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { jsonPatch } from '../../patch/json-patch.ts'
import { asJson } from '../../registry/plain.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts'
import { ask, hooksFor } from './review.ts'

/** Each hook is asked in turn with what those before it made; one that wants it is asked again if a later one changed the object. */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  admit(request) {
    const hooks = hooksFor(request, 'MutatingWebhookConfiguration')
    if (hooks.length === 0) return undefined
    let { object } = request
    const seen = new Map<number, KubernetesObject | undefined>()
    for (const round of [1, 2])
      for (const [index, hook] of hooks.entries()) {
        const again = round === 2
        if (again && (hook.reinvocationPolicy !== 'IfNeeded' || same(seen.get(index), object))) continue
        object = patched(request, object, ask(object ? { ...request, object } : request, hook))
        seen.set(index, object)
      }
    return object
  },
}

export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request) {
    for (const hook of hooksFor(request, 'ValidatingWebhookConfiguration')) ask(request, hook)
  },
}

function same(left: KubernetesObject | undefined, right: KubernetesObject | undefined): boolean {
  return left === right || (left !== undefined && right !== undefined && equal(asJson(left), asJson(right)))
}

function patched({ context }: AdmissionRequest, object: KubernetesObject | undefined, patch: ReturnType<typeof ask>): KubernetesObject | undefined {
  if (!object || !patch || patch.length === 0) return object
  const changed = jsonPatch(asJson(object), [...patch])
  return isObject(changed) ? (context.decode?.(changed) ?? object) : object
}
