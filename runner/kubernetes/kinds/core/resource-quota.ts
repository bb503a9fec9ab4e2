// ResourceQuotas.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { child, type Findings, invalid, item, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isStandardResource, resourceName, resourceQuantity, sortedEntries } from '../validation/quantities.ts'
import { fields, list, objects, text, texts } from '../validation/read.ts'
import { quotaWarnings } from '../warnings/cluster.ts'

const scopes = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity', 'VolumeAttributesClass']
const podScopes = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity']
const podResources = [
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]

const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]
/** Scopes that hold or do not: they have no values. */
const existing = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity']
const existingWords = `${existing
  .slice(0, -1)
  .map((name) => `ResourceQuotaScope${name}`)
  .join(', ')} or ResourceQuotaScope${existing.at(-1)}`

/** core/v1 ResourceQuota. */
export const resourceQuota = defineKind({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  warnings: quotaWarnings,
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object, old) => [...validateSpec(fields(object.spec)), ...validateChange(object, old)],
  cells(object, now) {
    const { hard, used } = fields(object.status)
    const entries = sortedEntries(hard).map(([name, limit]) => ({ name, text: `${name}: ${text(fields(used)[name]) || '0'}/${text(limit)}` }))
    const part = (limits: boolean): string =>
      entries
        .filter(({ name }) => name.startsWith('limits') === limits)
        .map((entry) => entry.text)
        .join(', ')
    return [object.metadata.name ?? '', part(false), part(true), age(object, now)]
  },
})

function* validateSpec(spec: JsonObject): Findings {
  for (const [name, quantity] of sortedEntries(spec.hard)) {
    const field = item('spec.hard', name)
    yield* resourceName(field, name)
    if (!name.includes('/') && !isStandardResource(name)) yield invalid(field, name, 'must be a standard resource for quota')
    yield* resourceQuantity(field, name, quantity)
  }
  const given = texts(spec.scopes)
  for (const scope of given) {
    if (!scopes.includes(scope)) yield invalid('spec.scopes', given, 'unsupported scope')
    for (const [name] of sortedEntries(spec.hard))
      if (isStandardResource(name) && !fits(scope, name)) yield invalid('spec.scopes', given, 'unsupported scope applied to resource')
  }
  for (const pair of opposites) if (pair.every((scope) => given.includes(scope))) yield invalid('spec.scopes', given, 'conflicting scopes')
  yield* validateScopeSelector(spec)
}

/** Findings on `scopeSelector`; a wrong part is named without its place in the list, as the server does. */
function* validateScopeSelector(spec: JsonObject): Findings {
  const path = 'spec.scopeSelector.matchExpressions'
  const expressions = objects(fields(spec.scopeSelector).matchExpressions)
  for (const { scopeName, operator, values } of expressions) {
    const [scope, given] = [text(scopeName), list(values)]
    if (!scopes.includes(scope)) yield invalid(child(path, 'scopeName'), scope, 'unsupported scope')
    for (const [name] of sortedEntries(spec.hard))
      if (isStandardResource(name) && !fits(scope, name))
        yield invalid(path, internalForm(spec.scopeSelector, 'core.v1.ScopeSelector'), 'unsupported scope applied to resource')
    if (existing.includes(scope) && operator !== 'Exists')
      yield invalid(child(path, 'operator'), text(operator), `must be 'Exists' when scope is any of ${existingWords}`)
    if (operator === 'In' || operator === 'NotIn') {
      if (given.length === 0) yield required(child(path, 'values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (given.length > 0) yield invalid(child(path, 'values'), given, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
    } else yield invalid(child(path, 'operator'), text(operator), 'not a valid selector operator')
  }
  const named = expressions.map(({ scopeName }) => text(scopeName))
  for (const pair of opposites) if (pair.every((scope) => named.includes(scope))) yield invalid(path, spec.scopes, 'conflicting scopes')
}

function fits(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods'
  return !podScopes.includes(scope) || podResources.includes(resource) || resource.includes('hugepages')
}

function* validateChange(object: KubernetesObject, old: KubernetesObject): Findings {
  const [next, last] = [list(fields(object.spec).scopes), list(fields(old.spec).scopes)]
  if (!equal([...next].sort(), [...last].sort())) yield invalid('spec.scopes', next, 'field is immutable')
}
