// MutatingAdmissionPolicies and their bindings, as the beta API has them.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { child, type Findings, invalid, item, notSupported, required } from '../validation/findings.ts'
import { fields, objects, present, text, texts } from '../validation/read.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { bindingCells, matchDefaults, policyCells, validateBindingSpec, validateExpression, validateScope, validateVariables } from './policy-parts.ts'

const apiVersion = 'admissionregistration.k8s.io/v1beta1'
/** There is nothing to change in a DELETE. */
const operations = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const reinvocations = ['IfNeeded', 'Never']

/** The types of patches: the field that each has, and what its expression must come to. */
const patchTypes = {
  ApplyConfiguration: { field: 'applyConfiguration', result: 'Object' },
  JSONPatch: { field: 'jsonPatch', result: 'list<JSONPatch>' },
} as const

/** admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy. */
export const mutatingAdmissionPolicy = defineKind({
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  defaults: defaultsOf([['spec.failurePolicy', 'Fail'], ...matchDefaults('spec.matchConstraints')]),
  validate: (object) => [...validatePolicy(object)],
  validateUpdate: (object) => [...validatePolicy(object)],
  cells: (object, now) => policyCells(object, 'mutations', now),
})

/** admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding. */
export const mutatingAdmissionPolicyBinding = defineKind({
  apiVersion,
  kind: 'MutatingAdmissionPolicyBinding',
  defaults: defaultsOf(matchDefaults('spec.matchResources')),
  validate: (object) => [...validateBinding(fields(object.spec))],
  validateUpdate: (object) => [...validateBinding(fields(object.spec))],
  cells: bindingCells,
})

function* validatePolicy(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  yield* validateScope(object)
  yield* validateOperations(spec.matchConstraints, 'spec.matchConstraints')
  yield* validateMatchConditions(spec.matchConditions, 'spec.matchConditions', ['params', 'namespaceObject'])
  const known = new Map<string, JsonObject>()
  yield* validateVariables(spec.variables, known)
  const mutations = objects(spec.mutations)
  if (mutations.length === 0) yield required('spec.mutations', 'mutations must contain at least one item')
  for (const [index, mutation] of mutations.entries()) yield* validateMutation(mutation, item('spec.mutations', index), known)
  const reinvocation = text(spec.reinvocationPolicy)
  if (reinvocation === '') yield required('spec.reinvocationPolicy')
  else if (!reinvocations.includes(reinvocation)) yield notSupported('spec.reinvocationPolicy', reinvocation, reinvocations)
}

function* validateOperations(constraints: unknown, path: string): Findings {
  for (const rule of objects(fields(constraints).resourceRules))
    for (const operation of texts(rule.operations))
      if (!operations.includes(operation)) yield notSupported(child(path, 'resourceRules', 'operations'), operation, operations)
}

function* validateMutation(mutation: JsonObject, path: string, known: ReadonlyMap<string, JsonObject>): Findings {
  const type = text(mutation.patchType)
  if (type === '') return yield required(child(path, 'patchType'))
  if (type !== 'ApplyConfiguration' && type !== 'JSONPatch') return yield notSupported(child(path, 'patchType'), type, Object.keys(patchTypes))
  const { field, result } = patchTypes[type]
  const expression = text(fields(mutation[field]).expression).trim()
  if (!present(mutation[field])) yield required(child(path, field), `must be specified when patchType is ${type}`)
  else if (expression === '') yield required(child(path, field, 'expression'))
  else yield* validateExpression(expression, child(path, field, 'expression'), { known, result, messages: true })
  const other = patchTypes[type === 'JSONPatch' ? 'ApplyConfiguration' : 'JSONPatch'].field
  if (present(mutation[other])) yield invalid(child(path, other), `{${other}}`, `must not be specified when patchType is ${type}`)
}

function* validateBinding(spec: JsonObject): Findings {
  yield* validateBindingSpec(spec)
  yield* validateOperations(spec.matchResources, 'spec.matchResources')
}
