// Asking a webhook: the review that it is sent, and what its answer means (apiserver `admission/plugin/webhook`).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { asJson } from '../../registry/plain.ts'
import { StatusError, type StatusReason, statusCodes } from '../../status-error.ts'
import { conditionsHold, valuesOf } from '../expressions.ts'
import { concerns, objectsOf, requestView } from '../match.ts'
import type { AdmissionRequest } from '../plugin.ts'

/** Configurations are never judged by what they configure. */
const exempt = /^(validating|mutating)(webhookconfigurations|admissionpolicies|admissionpolicybindings)$/

/** The webhooks of all configurations of a kind that look at a request, in order. */
export function hooksFor(request: AdmissionRequest, kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'): readonly JsonObject[] {
  const { resource, context } = request
  if (resource.group === 'admissionregistration.k8s.io' && exempt.test(resource.plural)) return []
  const configurations = context.list('admissionregistration.k8s.io/v1', kind)
  if (configurations.length === 0 || !context.call) return []
  return configurations.flatMap(({ webhooks }) => objectsOf(webhooks)).filter((hook) => isMeant(request, hook))
}

function isMeant(request: AdmissionRequest, hook: JsonObject): boolean {
  const { rules, namespaceSelector, objectSelector, matchConditions } = hook
  const chosen = objectsOf(rules)
  if (chosen.length === 0 || !concerns(request, { rules: chosen, excluded: [], namespaceSelector, objectSelector })) return false
  if (!Array.isArray(matchConditions) || matchConditions.length === 0) return true
  const { holds, errors } = conditionsHold(matchConditions, valuesOf(request))
  if (errors.length === 0) return holds
  if (hook.failurePolicy === 'Ignore') return false
  throw internal(`failed calling webhook "${String(hook.name)}": ${errors.join(', ')}`)
}

/** What a webhook allows: the patch that it wants, if any. Throws StatusError where it refuses, or fails and must not. */
export function ask(request: AdmissionRequest, hook: JsonObject): readonly JsonObject[] | undefined {
  const name = String(hook.name)
  const { context } = request
  if (context.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun')
    throw new StatusError('BadRequest', `admission webhook "${name}" does not support dry run`)
  const uid = context.uuid()
  const clientConfig = isObject(hook.clientConfig) ? hook.clientConfig : {}
  const answer = context.call?.({ name, clientConfig, seconds: Number(hook.timeoutSeconds ?? 10), review: reviewOf(request, uid) })
  if (!answer) return undefined
  if ('notSimulated' in answer) {
    context.warn(`drydock: the program behind the webhook "${name}" is not simulated; the request is let through`)
    return undefined
  }
  const problem = 'problem' in answer ? `failed to call webhook: ${answer.problem}` : misfit(answer.body, uid)
  if (problem !== undefined) {
    if (hook.failurePolicy === 'Ignore') return undefined
    throw internal(`failed calling webhook "${name}": ${problem}`)
  }
  return allowed(request, name, isObject(answer) && 'body' in answer ? answer.body : null)
}

function allowed({ context }: AdmissionRequest, name: string, body: Json): readonly JsonObject[] | undefined {
  const response = isObject(body) && isObject(body.response) ? body.response : {}
  for (const warning of Array.isArray(response.warnings) ? response.warnings : []) context.warn(String(warning))
  if (response.allowed !== true) throw denied(name, isObject(response.status) ? response.status : {})
  if (typeof response.patch !== 'string' || response.patch === '') return undefined
  const patch: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(response.patch), (letter) => letter.charCodeAt(0))))
  return Array.isArray(patch) ? patch.filter(isObject) : []
}

function reviewOf(request: AdmissionRequest, uid: string): JsonObject {
  const { object, old, operation, context } = request
  const options = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined }[operation]
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      ...requestView(request),
      object: object ? asJson(object) : null,
      oldObject: old ? asJson(old) : null,
      dryRun: context.dryRun,
      options: options === undefined ? null : { kind: options, apiVersion: 'meta.k8s.io/v1' },
    },
  }
}

/** What is wrong with an answer's form. */
function misfit(body: Json, uid: string): string | undefined {
  const wrong = (why: string): string => `received invalid webhook response: ${why}`
  if (!isObject(body)) return wrong('expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=')
  const [group = ''] = String(body.apiVersion ?? '').split('/')
  if (body.kind !== 'AdmissionReview' || group !== 'admission.k8s.io')
    return wrong(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${String(body.apiVersion ?? '/')}, Kind=${String(body.kind ?? '')}`,
    )
  if (!isObject(body.response)) return 'webhook response was absent'
  const { uid: given, patch, patchType } = body.response
  if (given !== uid) return wrong(`expected response.uid="${uid}", got ${JSON.stringify(String(given ?? ''))}`)
  if (typeof patch === 'string' && patch !== '' && patchType !== 'JSONPatch')
    return wrong(
      patchType === undefined
        ? 'webhook returned response.patch but not response.patchType'
        : `webhook returned invalid response.patchType of "${String(patchType)}"`,
    )
  return undefined
}

function denied(name: string, status: JsonObject): StatusError {
  const by = `admission webhook "${name}" denied the request`
  const { message, reason, code } = status
  const said =
    typeof message === 'string' && message !== '' ? `: ${message}` : typeof reason === 'string' && reason !== '' ? `: ${reason}` : ' without explanation'
  const known = typeof reason === 'string' && reason in statusCodes ? (reason as StatusReason) : ''
  return new StatusError(known, `${by}${said}`, {
    code: typeof code === 'number' && code >= 400 ? code : 400,
    ...(isObject(status.details) && { details: status.details }),
  })
}

function internal(words: string): StatusError {
  return new StatusError('InternalError', `Internal error occurred: ${words}`, { details: { causes: [{ message: words }] } })
}
