// ValidatingAdmissionPolicies and their bindings.
import type { JsonObject } from '../../../base/json.ts'
import { compile } from '../../custom-resources/cel/compile.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Subdomain, isPathSegment, isQualifiedName } from '../validation/names.ts'
import { fields, list, objects, present, text, texts } from '../validation/read.ts'
import { requiredName } from '../validation/references.ts'
import { validateSelector } from '../validation/selectors.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { validateOperations } from './rules.ts'

const actions = ['Audit', 'Deny', 'Warn']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const policyVariables = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer'].map((name) => [name, undefined] as const)
/** Words that name nothing in CEL (`celReserved` of the server's validation). */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
])

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
  validate: (object) => [...validatePolicy(object)],
  validateUpdate: (object) => [...validatePolicy(object)],
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

function* validatePolicy({ metadata: { name }, ...object }: KubernetesObject): Findings {
  const spec = fields(object.spec)
  const failure = spec.failurePolicy
  if (!present(failure)) yield required('spec.failurePolicy')
  else if (failure !== 'Fail' && failure !== 'Ignore') yield notSupported('spec.failurePolicy', failure, ['Fail', 'Ignore'])
  if (present(spec.paramKind))
    for (const name of ['apiVersion', 'kind']) if (text(fields(spec.paramKind)[name]) === '') yield required(child('spec.paramKind', name))
  if (!present(spec.matchConstraints)) yield required('spec.matchConstraints')
  else yield* validateConstraints(fields(spec.matchConstraints), 'spec.matchConstraints')
  yield* validateMatchConditions(spec.matchConditions, 'spec.matchConditions', ['params', 'namespaceObject'])
  const known = new Map<string, JsonObject>()
  for (const [index, variable] of objects(spec.variables).entries()) yield* validateVariable(variable, item('spec.variables', index), known)
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

/** A variable may speak of those before it; later ones, and those that do not compile, are there to nobody. */
function* validateVariable(variable: JsonObject, path: string, known: Map<string, JsonObject>): Findings {
  const [name, expression] = [text(variable.name), text(variable.expression)]
  if (name.trim() === '') yield required(child(path, 'name'), 'name is not specified')
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) yield invalid(child(path, 'name'), name, 'must be a valid CEL identifier')
  if (expression.trim() === '') return yield required(child(path, 'expression'), 'expression is not specified')
  const findings = [...validateExpression(expression, child(path, 'expression'), { known })]
  if (findings.length === 0) known.set(name, {})
  yield* findings
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

function* validateExpression(
  expression: string,
  field: string,
  { known, result }: { readonly known: ReadonlyMap<string, JsonObject>; readonly result?: 'bool' | 'string' },
): Findings {
  const variables = new Map([...policyVariables, ['variables', { type: 'object', properties: Object.fromEntries(known) }] as const])
  const compiled = compile(expression, { variables })
  if ('error' in compiled) yield invalid(field, expression, compiled.error)
  else if (result !== undefined && compiled.type !== result && compiled.type !== 'dyn')
    yield invalid(field, expression, `must evaluate to ${result} but got ${compiled.type}`)
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

function* validateParamRef({ name, selector, parameterNotFoundAction: action }: JsonObject, path: string): Findings {
  const named = text(name) !== ''
  if (named) yield* invalidAll(child(path, 'name'), name, isPathSegment(text(name)))
  if (named && present(selector)) yield forbidden(child(path, 'name'), 'name and selector are mutually exclusive')
  yield* validateSelector(selector, child(path, 'selector'))
  if (named && present(selector)) yield forbidden(child(path, 'selector'), 'name and selector are mutually exclusive')
  if (!named && !present(selector)) yield required(path, 'one of name or selector must be specified')
  if (text(action) === '') yield required(child(path, 'parameterNotFoundAction'))
  else if (action !== 'Deny' && action !== 'Allow') yield notSupported(child(path, 'parameterNotFoundAction'), action, ['Deny', 'Allow'])
}

function* validateBinding(spec: JsonObject): Findings {
  yield* requiredName('spec.policyName', spec.policyName, isDns1123Subdomain)
  if (present(spec.paramRef)) yield* validateParamRef(fields(spec.paramRef), 'spec.paramRef')
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
