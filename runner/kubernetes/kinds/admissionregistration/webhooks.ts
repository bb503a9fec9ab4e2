// ValidatingWebhookConfigurations and MutatingWebhookConfigurations.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { type DefaultRow, defaultsOf } from '../defaults/rows.ts'
import { child, duplicate, type Findings, invalid, item, notSupported, required } from '../validation/findings.ts'
import { isDns1035Label, isDns1123Subdomain } from '../validation/names.ts'
import { list, number, objects, present, text, texts } from '../validation/read.ts'
import { validateSelector } from '../validation/selectors.ts'
import { validateClientConfig } from './client-config.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { validateOperations } from './rules.ts'

const rows: readonly DefaultRow[] = [
  ['webhooks[].failurePolicy', 'Fail'],
  ['webhooks[].matchPolicy', 'Equivalent'],
  ['webhooks[].namespaceSelector', {}],
  ['webhooks[].objectSelector', {}],
  ['webhooks[].timeoutSeconds', 10],
  ['webhooks[].rules[].scope', '*'],
  ['webhooks[].clientConfig.service.port', 443],
]
const sideEffects = ['None', 'NoneOnDryRun']

/** admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration. */
export const validatingWebhookConfiguration = webhookKind('ValidatingWebhookConfiguration', rows)

/** admissionregistration.k8s.io/v1 MutatingWebhookConfiguration. */
export const mutatingWebhookConfiguration = webhookKind('MutatingWebhookConfiguration', [...rows, ['webhooks[].reinvocationPolicy', 'Never']])

function webhookKind(kind: string, defaults: readonly DefaultRow[]): KindRules {
  const validate = (object: { readonly [field: string]: unknown }) => [...validateWebhooks(objects(object.webhooks))]
  return defineKind({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    defaults: defaultsOf(defaults),
    validate,
    validateUpdate: validate,
    cells: (object, now) => [object.metadata.name ?? '', list(object.webhooks).length, age(object, now)],
  })
}

function* validateWebhooks(hooks: readonly JsonObject[]): Findings {
  const names = new Set<string>()
  for (const [index, hook] of hooks.entries()) {
    const path = item('webhooks', index)
    yield* validateWebhook(hook, path)
    yield* validateReviewVersions(texts(hook.admissionReviewVersions), child(path, 'admissionReviewVersions'))
    if (text(hook.name) !== '' && names.has(text(hook.name))) yield duplicate(child(path, 'name'), hook.name)
    names.add(text(hook.name))
  }
}

function* validateWebhook(hook: JsonObject, path: string): Findings {
  yield* validateQualifiedHookName(text(hook.name), child(path, 'name'))
  for (const [index, rule] of objects(hook.rules).entries()) yield* validateOperations(rule, item(child(path, 'rules'), index))
  yield* choice(hook, path, 'failurePolicy', ['Fail', 'Ignore'])
  yield* choice(hook, path, 'matchPolicy', ['Equivalent', 'Exact'])
  if (!present(hook.sideEffects)) yield required(child(path, 'sideEffects'), `must specify one of ${sideEffects.join(', ')}`)
  yield* choice(hook, path, 'sideEffects', sideEffects)
  const timeout = hook.timeoutSeconds
  if (present(timeout) && (number(timeout) > 30 || number(timeout) < 1))
    yield invalid(child(path, 'timeoutSeconds'), timeout, 'the timeout value must be between 1 and 30 seconds')
  yield* validateSelector(hook.namespaceSelector, child(path, 'namespaceSelector'))
  yield* validateSelector(hook.objectSelector, child(path, 'objectSelector'))
  yield* choice(hook, path, 'reinvocationPolicy', ['IfNeeded', 'Never'])
  yield* validateClientConfig(hook.clientConfig, child(path, 'clientConfig'))
  yield* validateMatchConditions(hook.matchConditions, child(path, 'matchConditions'))
}

function* choice(hook: JsonObject, path: string, name: string, supported: readonly string[]): Findings {
  if (present(hook[name]) && !supported.includes(text(hook[name]))) yield notSupported(child(path, name), hook[name], supported)
}

function* validateQualifiedHookName(name: string, field: string): Findings {
  if (name === '') return yield required(field)
  const problems = isDns1123Subdomain(name)
  if (problems.length > 0) yield invalid(field, name, problems.join(','))
  else if (name.split('.').length < 3) yield invalid(field, name, 'should be a domain with at least three segments separated by dots')
}

function* validateReviewVersions(versions: readonly string[], field: string): Findings {
  if (versions.length === 0) return yield required(field, 'must specify one of v1, v1beta1')
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) yield invalid(item(field, index), version, 'duplicate version')
    else for (const problem of isDns1035Label(version)) yield invalid(item(field, index), version, problem)
  }
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1')) yield invalid(field, versions, 'must include at least one of v1, v1beta1')
}
