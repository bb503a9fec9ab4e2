// The two plugins that ask webhooks: those that may change an object, and those that may refuse it.
import { isObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { jsonPatch } from '../../patch/json-patch.ts'
import { asJson } from '../../registry/plain.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts'
import { sameObject } from '../rounds.ts'
import { ask, hooksFor } from './review.ts'

/** Each hook is asked in turn with what those before it made; one that wants it is asked again if the object is changed afterwards. */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  admit(request, rounds) {
    const hooks = hooksFor(request, 'MutatingWebhookConfiguration')
    if (hooks.length === 0) return undefined
    const asked = rounds.of(mutatingAdmissionWebhook.name)
    let { object } = request
    asked.begin(object)
    for (const hook of hooks) {
      if (!asked.includes(hook)) continue
      const before = object
      object = patched(request, object, ask(object ? { ...request, object } : request, hook))
      if (!sameObject(before, object)) asked.changed()
      if (hook.reinvocationPolicy === 'IfNeeded') asked.willing(hook)
    }
    asked.end(object)
    return object
  },
}

export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request) {
    for (const hook of hooksFor(request, 'ValidatingWebhookConfiguration')) ask(request, hook)
  },
}

function patched({ context }: AdmissionRequest, object: KubernetesObject | undefined, patch: ReturnType<typeof ask>): KubernetesObject | undefined {
  if (!object || !patch || patch.length === 0) return object
  const changed = jsonPatch(asJson(object), [...patch])
  return isObject(changed) ? (context.decode?.(changed) ?? object) : object
}
