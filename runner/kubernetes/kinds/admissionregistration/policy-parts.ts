// What validating and mutating policies have in common: which requests they look at, their parameters, their expressions.
import type { Json, JsonObject } from '../../../base/json.ts'
import { compile } from '../../custom-resources/cel/compile.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1035Label, isDns1123Subdomain, isPathSegment } from '../validation/names.ts'
import { entries, fields, list, objects, present, text, texts } from '../validation/read.ts'
import { requiredName } from '../validation/references.ts'
import { validateSelector } from '../validation/selectors.ts'
import { validateOperations } from './rules.ts'

const expressionVariables = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer'].map((name) => [name, undefined] as const)
/** Words that name nothing in CEL (`celReserved` of the server's validation). */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
])

/** Defaults of a MatchResources that stands at a path. */
export function matchDefaults(path: string): readonly (readonly [string, Json])[] {
  return [
    [`${path}.matchPolicy`, 'Equivalent'],
    [`${path}.namespaceSelector`, {}],
    [`${path}.objectSelector`, {}],
    [`${path}.resourceRules[].scope`, '*'],
    [`${path}.excludeResourceRules[].scope`, '*'],
  ]
}

/** The cells of a policy: how many validations or mutations it has, and the kind of its parameters. */
export function policyCells(object: KubernetesObject, what: 'validations' | 'mutations', now: number): readonly Json[] {
  const spec = fields(object.spec)
  return [object.metadata.name ?? '', list(spec[what]).length, paramKindCell(spec.paramKind), age(object, now)]
}

/** The cells of a policy's binding. */
export function bindingCells(object: KubernetesObject, now: number): readonly Json[] {
  const { policyName, paramRef } = fields(object.spec)
  return [object.metadata.name ?? '', text(policyName), paramRefCell(paramRef), age(object, now)]
}

function paramKindCell(value: Json | undefined): string {
  if (!present(value)) return '<unset>'
  const { apiVersion, kind } = fields(value)
  return `${text(apiVersion)}/${text(kind)}`
}

/** A selector of parameters is printed as Go does. */
function paramRefCell(value: Json | undefined): string {
  const { namespace, name, selector } = fields(value)
  if (text(name) !== '') return `${text(namespace) === '' ? '*' : text(namespace)}/${text(name)}`
  return present(selector) ? goSelector(fields(selector)) : '<unset>'
}

function goSelector({ matchLabels, matchExpressions }: JsonObject): string {
  const labels = entries(matchLabels)
    .map(([name, value]) => `${name}: ${value},`)
    .sort()
  const requirements = objects(matchExpressions).map(
    ({ key, operator, values }) => `LabelSelectorRequirement{Key:${text(key)},Operator:${text(operator)},Values:[${texts(values).join(' ')}],},`,
  )
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${requirements.join('')}},}`
}

/** Findings on what a policy or binding looks at. */
export function* validateMatchResources(constraints: JsonObject, path: string): Findings {
  const policy = constraints.matchPolicy
  if (!present(policy)) yield required(child(path, 'matchPolicy'))
  else if (policy !== 'Equivalent' && policy !== 'Exact') yield notSupported(child(path, 'matchPolicy'), policy, ['Equivalent', 'Exact'])
  for (const name of ['namespaceSelector', 'objectSelector']) yield* validateSelector(constraints[name], child(path, name))
  for (const name of ['resourceRules', 'excludeResourceRules'])
    for (const [index, rule] of objects(constraints[name]).entries()) yield* validateRule(rule, item(child(path, name), index))
}

function* validateRule(rule: JsonObject, path: string): Findings {
  const names = texts(rule.resourceNames)
  for (const [index, name] of names.entries()) {
    const field = item(child(path, 'resourceNames'), index)
    yield* invalidAll(field, name, isPathSegment(name))
    if (names.indexOf(name) < index) yield duplicate(field, name)
  }
  yield* validateOperations(rule, path)
}

/** Findings on the kind of a policy's parameters. */
export function* validateParamKind({ apiVersion, kind }: JsonObject, path: string): Findings {
  const field = child(path, 'apiVersion')
  const parts = text(apiVersion).split('/')
  const [version = '', group = ''] = parts.toReversed()
  if (text(apiVersion) === '') yield required(field)
  else if (parts.length > 2) yield invalid(field, apiVersion, `unexpected GroupVersion string: ${text(apiVersion)}`)
  else {
    if (group !== '') yield* joined(field, group, isDns1123Subdomain(group))
    if (version === '') yield invalid(field, apiVersion, 'version must be specified')
    else yield* joined(field, version, isDns1035Label(version))
  }
  if (text(kind) === '') yield required(child(path, 'kind'))
  else yield* joined(child(path, 'kind'), text(kind), isDns1035Label(text(kind).toLowerCase()), 'may have mixed case, but should otherwise match: ')
}

function* joined(field: string, value: string, problems: readonly string[], before = ''): Findings {
  if (problems.length > 0) yield invalid(field, value, before + problems.join(','))
}

/** Findings on the name of a binding's policy, its parameters, and what it looks at. */
export function* validateBindingSpec(spec: JsonObject): Findings {
  yield* requiredName('spec.policyName', spec.policyName, isDns1123Subdomain)
  if (present(spec.paramRef)) yield* validateParamRef(fields(spec.paramRef), 'spec.paramRef')
  if (present(spec.matchResources)) yield* validateMatchResources(fields(spec.matchResources), 'spec.matchResources')
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

/** What an expression may name and must come to; its type as the library calls it. */
export interface ExpressionOptions {
  readonly known: ReadonlyMap<string, JsonObject>
  readonly result?: 'bool' | 'string' | 'Object' | 'list<JSONPatch>'
  readonly messages?: boolean
}

/** Findings on one expression. */
export function* validateExpression(expression: string, field: string, { known, result, messages = false }: ExpressionOptions): Findings {
  const variables = new Map([...expressionVariables, ['variables', { type: 'object', properties: Object.fromEntries(known) }] as const])
  const compiled = compile(expression, { variables, messages })
  if ('error' in compiled) yield invalid(field, expression, compiled.error)
  else if (result !== undefined && !isOf(compiled, result, messages))
    yield invalid(field, expression, `must evaluate to ${goType(result)} but got ${goType(compiled.type)}`)
}

/** What the library knows less of than the server passes: a list of what it does not know, a value of no message. */
function isOf({ type, open }: { readonly type: string; readonly open: boolean }, result: string, messages: boolean): boolean {
  if (type === result) return true
  return messages ? result.startsWith('list<') && (type === 'list' || type === 'list<dyn>') : type === 'dyn' && !open
}

/** A type as the server calls it; that of a list without items is open. */
function goType(type: string): string {
  return type.replaceAll('<T>', '(dyn)').replaceAll('<', '(').replaceAll('>', ')')
}

/** A variable may speak of those before it; later ones, and those that do not compile, are there to nobody. */
export function* validateVariables(value: Json | undefined, known: Map<string, JsonObject>): Findings {
  for (const [index, variable] of objects(value).entries()) yield* validateVariable(variable, item('spec.variables', index), known)
}

function* validateVariable(variable: JsonObject, path: string, known: Map<string, JsonObject>): Findings {
  const [name, expression] = [text(variable.name), text(variable.expression)]
  if (name.trim() === '') yield required(child(path, 'name'), 'name is not specified')
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) yield invalid(child(path, 'name'), name, 'must be a valid CEL identifier')
  if (expression.trim() === '') return yield required(child(path, 'expression'), 'expression is not specified')
  const findings = [...validateExpression(expression, child(path, 'expression'), { known })]
  if (findings.length === 0) known.set(name, {})
  yield* findings
}

/** Findings on the failure policy, the parameters' kind and the requests of a policy. */
export function* validateScope(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  const failure = spec.failurePolicy
  if (!present(failure)) yield required('spec.failurePolicy')
  else if (failure !== 'Fail' && failure !== 'Ignore') yield notSupported('spec.failurePolicy', failure, ['Fail', 'Ignore'])
  if (present(spec.paramKind)) yield* validateParamKind(fields(spec.paramKind), 'spec.paramKind')
  if (!present(spec.matchConstraints)) return yield required('spec.matchConstraints')
  const constraints = fields(spec.matchConstraints)
  yield* validateMatchResources(constraints, 'spec.matchConstraints')
  if (objects(constraints.resourceRules).length === 0) yield required('spec.matchConstraints.resourceRules')
}
