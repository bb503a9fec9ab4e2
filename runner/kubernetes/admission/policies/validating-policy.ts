// ValidatingAdmissionPolicies: writes are judged by the expressions of policies that are bound (apiserver `admission/plugin/policy/validating`).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { asJson } from '../../registry/plain.ts'
import { StatusError, type StatusReason } from '../../status-error.ts'
import { conditionsHold, evaluate, type Values, valuesOf } from '../expressions.ts'
import { nameOf, objectsOf } from '../match.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts'
import { refusal } from '../refusal.ts'
import { type BoundPolicy, boundPolicies } from './bound.ts'
import { paramsOf } from './params.ts'

const apiVersion = 'admissionregistration.k8s.io/v1'
const longestMessage = 5 * 1024
const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413, Invalid: 422 }
/** What a policy says against a request. */
interface Finding {
  readonly message: string
  readonly reason: string
}

export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request) {
    for (const pair of boundPolicies(request, apiVersion, 'ValidatingAdmissionPolicy')) judge(request, pair)
  },
}

function judge(request: AdmissionRequest, { policy, binding }: BoundPolicy): void {
  const fails = at(policy, 'spec', 'failurePolicy') !== 'Ignore'
  const params = paramsOf(request, policy, binding)
  if ('problem' in params) {
    if (fails) throw denial(request, { policy, binding }, { message: params.problem, reason: '' })
    return
  }
  for (const param of params.found) {
    const values = valuesOf(request, { params: param && asJson(param), variables: at(policy, 'spec', 'variables') })
    for (const finding of findings(policy, values, fails)) act(request, { policy, binding }, finding)
  }
}

function findings(policy: KubernetesObject, values: Values, fails: boolean): readonly Finding[] {
  const { holds, errors } = conditionsHold(at(policy, 'spec', 'matchConditions'), values)
  if (errors.length > 0) return fails ? [{ message: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`, reason: '' }] : []
  if (!holds) return []
  const denied = objectsOf(at(policy, 'spec', 'validations')).flatMap((validation) => judged(validation, values, fails) ?? [])
  return [...denied, ...annotationErrors(policy, values, fails)]
}

function judged(validation: JsonObject, values: Values, fails: boolean): Finding | undefined {
  const expression = String(validation.expression)
  const result = evaluate(expression, values)
  if ('error' in result) return fails ? { message: `expression '${expression}' resulted in error: ${result.error}`, reason: '' } : undefined
  if (result.value === true) return undefined
  return { message: messageOf(validation, values), reason: typeof validation.reason === 'string' ? validation.reason : '' }
}

function messageOf({ expression, message, messageExpression }: JsonObject, values: Values): string {
  if (typeof messageExpression === 'string' && messageExpression !== '') {
    const result = evaluate(messageExpression, values)
    const text = 'value' in result && typeof result.value === 'string' ? result.value.trim() : ''
    if (text !== '' && !text.includes('\n') && text.length <= longestMessage) return text
  }
  return typeof message === 'string' && message !== '' ? message.trim() : `failed expression: ${String(expression).trim()}`
}

/** Annotations of the audit log are kept nowhere here; what they must be is checked all the same. */
function annotationErrors(policy: KubernetesObject, values: Values, fails: boolean): readonly Finding[] {
  if (!fails) return []
  return objectsOf(at(policy, 'spec', 'auditAnnotations')).flatMap(({ valueExpression }) => {
    const result = evaluate(String(valueExpression), values)
    return 'error' in result ? [{ message: `expression '${String(valueExpression)}' resulted in error: ${result.error}`, reason: '' }] : []
  })
}

function act(request: AdmissionRequest, pair: BoundPolicy, finding: Finding): void {
  const actions: Json = at(pair.binding, 'spec', 'validationActions') ?? []
  const chosen = Array.isArray(actions) ? actions : []
  if (chosen.includes('Deny')) throw denial(request, pair, finding)
  if (chosen.includes('Warn'))
    request.context.warn(`Validation failed for ValidatingAdmissionPolicy '${nameOf(pair.policy)}' with binding '${nameOf(pair.binding)}': ${finding.message}`)
}

function denial(request: AdmissionRequest, { policy, binding }: BoundPolicy, finding: Finding): StatusError {
  const message = `ValidatingAdmissionPolicy '${nameOf(policy)}' with binding '${nameOf(binding)}' denied request: ${finding.message}`
  const { message: whole, details } = refusal(request, message, [{ message }])
  const reason = (finding.reason === '' ? 'Invalid' : finding.reason) as StatusReason
  return new StatusError(reason, whole, { code: codes[reason] ?? 422, ...(isObject(details) && { details }) })
}
