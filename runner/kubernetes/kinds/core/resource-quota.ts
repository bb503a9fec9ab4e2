// ResourceQuotas.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, invalid, item } from '../validation/findings.ts'
import { isStandardResource, resourceName, resourceQuantity, sortedEntries } from '../validation/quantities.ts'
import { fields, list, text, texts } from '../validation/read.ts'
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
  for (const pair of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ])
    if (pair.every((scope) => given.includes(scope))) yield invalid('spec.scopes', given, 'conflicting scopes')
}

function fits(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods'
  return !podScopes.includes(scope) || podResources.includes(resource) || resource.includes('hugepages')
}

function* validateChange(object: KubernetesObject, old: KubernetesObject): Findings {
  const [next, last] = [list(fields(object.spec).scopes), list(fields(old.spec).scopes)]
  if (!equal([...next].sort(), [...last].sort())) yield invalid('spec.scopes', next, 'field is immutable')
}
