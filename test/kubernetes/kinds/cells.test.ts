// The cells of tables: as many as columns, and the words for states.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { rulesFor } from '#runner/kubernetes/kinds/index.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { builtInResources } from '#runner/kubernetes/openapi/facts.ts'

const now = Date.parse('2026-03-02T08:00:30Z')
const metadata = { name: 'web', namespace: 'shop', creationTimestamp: '2026-03-02T08:00:00Z' }

test('every kind with cells has one for each column, even for an empty object', () => {
  const counted = builtInResources().flatMap(({ group, version, kind, columns }) => {
    const apiVersion = group === '' ? version : `${group}/${version}`
    const cells = rulesFor(apiVersion, kind)?.cells?.({ apiVersion, kind, metadata }, now)
    return cells === undefined ? [] : [{ kind: `${apiVersion} ${kind}`, cells: cells.length, columns: columns.length }]
  })
  assert.ok(counted.length > 50)
  assert.deepEqual(
    counted.filter(({ cells, columns }) => cells !== columns),
    [],
  )
})

test('a pod says what its containers are at', () => {
  const waiting = { name: 'c', restartCount: 3, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } }
  const lastState = { terminated: { finishedAt: '2026-03-02T08:00:10Z' } }
  assert.deepEqual(podRow({ status: { phase: 'Running', containerStatuses: [{ ...waiting, lastState }] } }), [
    'web',
    '0/1',
    'CrashLoopBackOff',
    '3 (20s ago)',
    '30s',
  ])
  assert.deepEqual(podRow({ status: { phase: 'Pending' } }), ['web', '0/1', 'Pending', '0', '30s'])
  const done = { name: 'c', restartCount: 0, ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }
  assert.deepEqual(podRow({ status: { phase: 'Succeeded', containerStatuses: [done] } }), ['web', '0/1', 'Completed', '0', '30s'])
  const killed = { name: 'c', restartCount: 0, ready: false, state: { terminated: { exitCode: 137, signal: 9 } } }
  assert.deepEqual(podRow({ status: { phase: 'Failed', containerStatuses: [killed] } }), ['web', '0/1', 'Signal:9', '0', '30s'])
})

test('a pod tells of its init containers until they are done', () => {
  const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 'a' }, { name: 'b' }] }
  const first = { name: 'a', restartCount: 0, state: { terminated: { exitCode: 0, reason: 'Completed' } } }
  const second = { name: 'b', restartCount: 1, state: { running: {} } }
  assert.deepEqual(podRow({ spec, status: { phase: 'Pending', initContainerStatuses: [first, second] } }), ['web', '0/1', 'Init:1/2', '1', '30s'])
  const failed = { ...second, state: { terminated: { exitCode: 2 } } }
  assert.equal(podRow({ spec, status: { phase: 'Pending', initContainerStatuses: [first, failed] } })[2], 'Init:ExitCode:2')
})

test('a pod that is being deleted says Terminating', () => {
  const object = { metadata: { ...metadata, deletionTimestamp: '2026-03-02T08:00:20Z' }, status: { phase: 'Running' } }
  assert.equal(podRow(object)[2], 'Terminating')
  assert.equal(podRow({ ...object, status: { phase: 'Running', reason: 'NodeLost' } })[2], 'Unknown')
})

test('a sidecar counts as a container that is ready', () => {
  const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] }
  const sidecar = { name: 's', restartCount: 0, started: true, ready: true, state: { running: {} } }
  const main = { name: 'c', restartCount: 0, ready: true, state: { running: {} } }
  assert.deepEqual(podRow({ spec, status: { phase: 'Running', initContainerStatuses: [sidecar], containerStatuses: [main] } }), [
    'web',
    '2/2',
    'Running',
    '0',
    '30s',
  ])
})

test('a service shows where it is reached', () => {
  const cells = (spec: JsonObject, status: JsonObject = {}) =>
    rulesFor('v1', 'Service')?.cells?.({ apiVersion: 'v1', kind: 'Service', metadata, spec, status }, now)
  const ports = [{ port: 80, protocol: 'TCP', nodePort: 31000 }]
  const balanced = { type: 'LoadBalancer', clusterIP: '10.0.0.9', ports, selector: { app: 'web', 'app.kubernetes.io/name': 'web' } }
  assert.deepEqual(cells(balanced), ['web', 'LoadBalancer', '10.0.0.9', '<pending>', '80:31000/TCP', '30s', 'app.kubernetes.io/name=web,app=web'])
  assert.equal(cells(balanced, { loadBalancer: { ingress: [{ ip: '20.1.2.3' }] } })?.[3], '20.1.2.3')
  assert.deepEqual(cells({ type: 'ExternalName', externalName: 'a.example.com' }), [
    'web',
    'ExternalName',
    '<none>',
    'a.example.com',
    '<none>',
    '30s',
    '<none>',
  ])
})

test('a binding names accounts with a slash, even where no namespace is before it', () => {
  const subjects = [
    { kind: 'ServiceAccount', name: 'robot' },
    { kind: 'ServiceAccount', name: 'other', namespace: 'shop' },
    { kind: 'User', name: 'ada' },
  ]
  const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef: { kind: 'Role', name: 'read' }, subjects }
  assert.deepEqual(rulesFor(object.apiVersion, 'RoleBinding')?.cells?.(object as KubernetesObject, now), [
    'web',
    'Role/read',
    '30s',
    'ada',
    '',
    '/robot, shop/other',
  ])
})

function podRow(fields: JsonObject): readonly unknown[] {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c' }] }, ...fields } as KubernetesObject
  return rulesFor('v1', 'Pod')?.cells?.(pod, now).slice(0, 5) ?? []
}
