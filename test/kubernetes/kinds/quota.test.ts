// What counts against a quota: any kind by its name, and pods by their scope.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScope, kindsFor, quantityText, totalUsage } from '#runner/kubernetes/kinds/quota/usage.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const widgets = { 'widgets.example.com': ['example.com/v1', 'Widget'] } as const

function object(apiVersion: string, kind: string, spec: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'lab' }, spec }
}

test('every kind is counted by its plural and group', () => {
  const names = ['count/widgets.example.com', 'count/deployments.apps', 'count/nobodys.example.com']
  assert.deepEqual(kindsFor(names, widgets), [
    ['example.com/v1', 'Widget'],
    ['apps/v1', 'Deployment'],
  ])
  const objects = [object('example.com/v1', 'Widget'), object('example.com/v1', 'Widget'), object('apps/v1', 'Deployment')]
  const used = Object.entries(totalUsage(names, objects, widgets)).map(([name, amount]) => `${name} ${quantityText(amount)}`)
  assert.deepEqual(used, ['count/widgets.example.com 2', 'count/deployments.apps 1', 'count/nobodys.example.com 0'])
})

const container = { name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }
const elsewhere = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', namespaces: ['other'] }] } }
const soft = {
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaceSelector: {} } }] },
}
const here = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] } }

const scopes: readonly (readonly [scope: string, spec: object, holds: boolean])[] = [
  ['CrossNamespacePodAffinity', { affinity: elsewhere }, true],
  ['CrossNamespacePodAffinity', { affinity: soft }, true],
  ['CrossNamespacePodAffinity', { affinity: here }, false],
  ['Terminating', { activeDeadlineSeconds: 60 }, true],
  ['Terminating', {}, false],
  ['NotTerminating', {}, true],
  ['NotBestEffort', {}, true],
  ['BestEffort', {}, false],
  ['PriorityClass', { priorityClassName: 'high' }, true],
  ['PriorityClass', {}, false],
]

for (const [scope, spec, holds] of scopes)
  test(`a pod with ${JSON.stringify(spec)} is ${holds ? '' : 'not '}in the scope ${scope}`, () => {
    const quota = object('v1', 'ResourceQuota', { scopeSelector: { matchExpressions: [{ scopeName: scope, operator: 'Exists' }] } })
    assert.equal(inScope(quota, object('v1', 'Pod', { containers: [container], ...spec })), holds)
  })

const claims: readonly (readonly [classes: object, operator: string, holds: boolean])[] = [
  [{ spec: { volumeAttributesClassName: 'gold' } }, 'In', true],
  [{ spec: { volumeAttributesClassName: 'silver' } }, 'In', false],
  [{ spec: { volumeAttributesClassName: 'silver' }, status: { currentVolumeAttributesClassName: 'gold' } }, 'In', true],
  [{ status: { modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold' } } }, 'In', true],
  [{}, 'Exists', false],
  [{}, 'DoesNotExist', true],
]

for (const [classes, operator, holds] of claims)
  test(`a claim with ${JSON.stringify(classes)} is ${holds ? '' : 'not '}counted by the class of its attributes: ${operator}`, () => {
    const expression = { scopeName: 'VolumeAttributesClass', operator, ...(operator === 'In' && { values: ['gold'] }) }
    const quota = object('v1', 'ResourceQuota', { scopeSelector: { matchExpressions: [expression] } })
    assert.equal(inScope(quota, { ...object('v1', 'PersistentVolumeClaim'), ...classes }), holds)
  })
