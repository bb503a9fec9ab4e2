// ValidatingAdmissionPolicies and their bindings.
import type { JsonObject } from '../../../base/json.ts'
import { compile } from '../../custom-resources/cel/compile.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { child, duplicate, type Findings, invalid, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { fields, list, objects, present, text, texts } from '../validation/read.ts'
import { requiredName } from '../validation/references.ts'
import { validateSelector } from '../validation/selectors.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { validateOperations } from './rules.ts'

const actions = ['Audit', 'Deny', 'Warn']
const policyVariables = new Map(
  ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer', 'variables'].map((name) => [name, undefined] as const),
)

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy = defineKind({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  defaults: defaultsOf([
    ['spec.failurePolicy', 'Fail'],
    ['spec.matchConstraints.matchPolicy', 'Equivalent'],
    ['spec.matchConstraints.namespaceSelector', {}],
    ['spec.matchConstraints.objectSelector', {}],
    ['spec.matchConstraints.resourceRules[].scope', '*'],
    ['spec.matchConstraints.excludeResourceRules[].scope', '*'],
  ]),
  prepareForCreate: withoutStatus,
  validate: (object) => [...validatePolicy(fields(object.spec))],
  validateUpdate: (object) => [...validatePolicy(fields(object.spec))],
  cells(object, now) {
    const { validations, paramKind } = fields(object.spec)
    const kind = present(paramKind) ? `${text(fields(paramKind).apiVersion)}/${text(fields(paramKind).kind)}` : '<unset>'
    return [object.metadata.name ?? '', list(validations).length, kind, age(object, now)]
  },
})

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export const validatingAdmissionPolicyBinding = defineKind({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  defaults: defaultsOf([
    ['spec.matchResources.matchPolicy', 'Equivalent'],
    ['spec.matchResources.namespaceSelector', {}],
    ['spec.matchResources.objectSelector', {}],
  ]),
  validate: (object) => [...validateBinding(fields(object.spec))],
  validateUpdate: (object) => [...validateBinding(fields(object.spec))],
  cells(object, now) {
    const { policyName, paramRef } = fields(object.spec)
    const { namespace, name, selector } = fields(paramRef)
    const named = text(namespace) === '' ? text(name) : `${text(namespace)}/${text(name)}`
    return [object.metadata.name ?? '', text(policyName), present(paramRef) ? (present(selector) ? '*' : named) : '<unset>', age(object, now)]
  },
})

function* validatePolicy(spec: JsonObject): Findings {
  const failure = spec.failurePolicy
  if (!present(failure)) yield required('spec.failurePolicy')
  else if (failure !== 'Fail' && failure !== 'Ignore') yield notSupported('spec.failurePolicy', failure, ['Fail', 'Ignore'])
  if (present(spec.paramKind))
    for (const name of ['apiVersion', 'kind']) if (text(fields(spec.paramKind)[name]) === '') yield required(child('spec.paramKind', name))
  if (!present(spec.matchConstraints)) yield required('spec.matchConstraints')
  else yield* validateConstraints(fields(spec.matchConstraints), 'spec.matchConstraints')
  yield* validateMatchConditions(spec.matchConditions, 'spec.matchConditions', ['params', 'namespaceObject'])
  for (const [index, variable] of objects(spec.variables).entries()) yield* validateExpression(variable, item('spec.variables', index))
  const [validations, annotations] = [objects(spec.validations), objects(spec.auditAnnotations)]
  if (validations.length + annotations.length === 0)
    for (const name of ['validations', 'auditAnnotations'])
      yield required(child('spec', name), 'validations or auditAnnotations must contain at least one item')
  for (const [index, validation] of validations.entries()) yield* validateExpression(validation, item('spec.validations', index), 'bool')
  for (const [index, annotation] of annotations.entries()) {
    const path = item('spec.auditAnnotations', index)
    if (text(annotation.key) === '') yield required(child(path, 'key'))
    if (text(annotation.valueExpression).trim() === '') yield required(child(path, 'valueExpression'), 'valueExpression is not specified')
  }
}

function* validateExpression(entry: JsonObject, path: string, result?: 'bool'): Findings {
  const expression = text(entry.expression)
  const field = child(path, 'expression')
  if (expression.trim() === '') return yield required(field, 'expression is not specified')
  const compiled = compile(expression, { variables: policyVariables })
  if ('error' in compiled) yield invalid(field, expression, compiled.error)
  else if (result === 'bool' && compiled.type !== 'bool' && compiled.type !== 'dyn')
    yield invalid(field, expression, `must evaluate to bool but got ${compiled.type}`)
  const message = text(entry.message)
  if (message !== '' && message.trim() === '') yield invalid(child(path, 'message'), message, 'message must be non-empty if specified')
  else if (message.trim().includes('\n')) yield invalid(child(path, 'message'), message, 'message must not contain line breaks')
  else if (expression.trim().includes('\n') && message === '')
    yield required(child(path, 'message'), 'message must be specified if expression contains line breaks')
}

function* validateConstraints(constraints: JsonObject, path: string): Findings {
  const rules = objects(constraints.resourceRules)
  if (rules.length === 0) yield required(child(path, 'resourceRules'))
  for (const [index, rule] of rules.entries()) yield* validateOperations(rule, item(child(path, 'resourceRules'), index))
  for (const [index, rule] of objects(constraints.excludeResourceRules).entries())
    yield* validateOperations(rule, item(child(path, 'excludeResourceRules'), index))
  for (const name of ['namespaceSelector', 'objectSelector']) yield* validateSelector(constraints[name], child(path, name))
  const policy = constraints.matchPolicy
  if (present(policy) && policy !== 'Equivalent' && policy !== 'Exact') yield notSupported(child(path, 'matchPolicy'), policy, ['Equivalent', 'Exact'])
}

function* validateBinding(spec: JsonObject): Findings {
  yield* requiredName('spec.policyName', spec.policyName, isDns1123Subdomain)
  const given = texts(spec.validationActions)
  if (given.length === 0) yield required('spec.validationActions')
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
}
