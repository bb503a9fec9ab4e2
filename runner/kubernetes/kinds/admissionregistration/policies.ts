// ValidatingAdmissionPolicies and their bindings.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { child, duplicate, type Findings, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isQualifiedName } from '../validation/names.ts'
import { fields, objects, present, text, texts } from '../validation/read.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { bindingCells, matchDefaults, policyCells, validateBindingSpec, validateExpression, validateScope, validateVariables } from './policy-parts.ts'

const actions = ['Audit', 'Deny', 'Warn']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy = defineKind({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  defaults: defaultsOf([['spec.failurePolicy', 'Fail'], ...matchDefaults('spec.matchConstraints')]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validatePolicy(object)],
  validateUpdate: (object) => [...validatePolicy(object)],
  cells: (object, now) => policyCells(object, 'validations', now),
})

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export const validatingAdmissionPolicyBinding = defineKind({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  defaults: defaultsOf(matchDefaults('spec.matchResources')),
  validate: (object) => [...validateBinding(fields(object.spec))],
  validateUpdate: (object) => [...validateBinding(fields(object.spec))],
  cells: bindingCells,
})

function* validatePolicy(object: KubernetesObject): Findings {
  const { name } = object.metadata
  const spec = fields(object.spec)
  yield* validateScope(object)
  yield* validateMatchConditions(spec.matchConditions, 'spec.matchConditions', ['params', 'namespaceObject'])
  const known = new Map<string, JsonObject>()
  yield* validateVariables(spec.variables, known)
  const [validations, annotations] = [objects(spec.validations), objects(spec.auditAnnotations)]
  if (validations.length + annotations.length === 0)
    for (const name of ['validations', 'auditAnnotations'])
      yield required(child('spec', name), 'validations or auditAnnotations must contain at least one item')
  for (const [index, validation] of validations.entries()) yield* validateValidation(validation, item('spec.validations', index), known)
  for (const [index, annotation] of annotations.entries()) {
    const path = item('spec.auditAnnotations', index)
    const key = `${name}/${text(annotation.key)}`
    yield* invalidAll(child(path, 'key'), key, isQualifiedName(key))
    if (text(annotation.valueExpression).trim() === '') yield required(child(path, 'valueExpression'), 'valueExpression is not specified')
    else yield* validateExpression(text(annotation.valueExpression), child(path, 'valueExpression'), { known })
  }
}

function* validateValidation(validation: JsonObject, path: string, known: ReadonlyMap<string, JsonObject>): Findings {
  const [expression, messageExpression] = [text(validation.expression), text(validation.messageExpression)]
  if (expression.trim() === '') yield required(child(path, 'expression'), 'expression is not specified')
  else yield* validateExpression(expression, child(path, 'expression'), { known, result: 'bool' })
  if (messageExpression !== '' && messageExpression.trim() === '')
    yield invalid(child(path, 'messageExpression'), messageExpression, 'must be non-empty if specified')
  else if (messageExpression !== '') yield* validateExpression(messageExpression, child(path, 'messageExpression'), { known, result: 'string' })
  const message = text(validation.message)
  if (message !== '' && message.trim() === '') yield invalid(child(path, 'message'), message, 'must be non-empty if specified')
  else if (/[\n\r]/.test(message.trim())) yield invalid(child(path, 'message'), message, 'must not contain line breaks')
  if (present(validation.reason) && !reasons.includes(text(validation.reason))) yield notSupported(child(path, 'reason'), validation.reason, reasons)
}

function* validateBinding(spec: JsonObject): Findings {
  yield* validateBindingSpec(spec)
  const given = texts(spec.validationActions)
  for (const [index, action] of given.entries()) {
    if (!actions.includes(action)) yield notSupported(item('spec.validationActions', index), action, actions)
    if (given.indexOf(action) < index) yield duplicate(item('spec.validationActions', index), action)
  }
  if (given.includes('Deny') && given.includes('Warn'))
    yield invalid(
      'spec.validationActions',
      given,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    )
  if (given.length === 0) yield required('spec.validationActions', 'at least one validation action is required')
}
