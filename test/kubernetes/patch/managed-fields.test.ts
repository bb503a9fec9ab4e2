import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { goOrder } from '#runner/kubernetes/encoding/go-order.ts'
import type { ManagedFieldsEntry } from '#runner/kubernetes/object.ts'
import { builtInSchema, customSchema } from '#runner/kubernetes/openapi/schema.ts'
import { updateManagedFields } from '#runner/kubernetes/patch/managed-fields.ts'
import { serverSideApply } from '#runner/kubernetes/patch/server-side-apply.ts'

const schema = builtInSchema('v1', 'ConfigMap')
assert.ok(schema)
const base = { schema, apiVersion: 'v1', kind: 'ConfigMap' }

test('updateManagedFields() gives a creator everything but identity', () => {
  const entries = update(undefined, configMap({ a: '1' }, { labels: { l: 'x' } }), 'maker', 1)
  assert.deepEqual(entries, [
    {
      manager: 'maker',
      operation: 'Update',
      apiVersion: 'v1',
      time: at(1),
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } },
    },
  ])
})

test('updateManagedFields() moves a changed field to the writer and forgets a removed one', () => {
  const first = configMap({ a: '1', b: '1', c: '1' })
  const live = withFields(first, update(undefined, first, 'one', 1))
  const entries = update(live, configMap({ a: '2', b: '1' }), 'two', 2)
  assert.deepEqual(
    entries.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [
      ['one', { 'f:data': { '.': {}, 'f:b': {} } }],
      ['two', { 'f:data': { 'f:a': {} } }],
    ],
  )
})

test('updateManagedFields() leaves all entries as they are if nothing changed', () => {
  const first = configMap({ a: '1' })
  const live = withFields(first, update(undefined, first, 'one', 1))
  const entries = update(live, configMap({ a: '1' }, { resourceVersion: '7' }), 'two', 2)
  assert.deepEqual(entries, managed(live))
})

test('updateManagedFields() starts anew when the client resets the list, and believes a list that it sends', () => {
  const first = configMap({ a: '1' })
  const live = withFields(first, update(undefined, first, 'one', 1))
  const write = { ...base, live, next: configMap({ a: '2' }), manager: 'two', time: at(2) }
  assert.deepEqual(updateManagedFields({ ...write, requested: [{}] }), [])
  const sent: ManagedFieldsEntry = {
    manager: 'sent',
    operation: 'Update',
    apiVersion: 'v1',
    time: at(1),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:z': {} } },
  }
  assert.deepEqual(
    updateManagedFields({ ...write, requested: [sent] }).map(({ manager }) => manager),
    ['sent', 'two'],
  )
})

test('updateManagedFields() folds the oldest updaters into one when there are more than ten', () => {
  let live = configMap({ k0: '0' })
  live = withFields(live, update(undefined, live, 'm0', 0))
  for (let index = 1; index <= 11; index++) {
    const next = configMap({ ...(live.data as JsonObject), [`k${index}`]: '0' })
    live = withFields(next, update(live, next, `m${index}`, index))
  }
  const entries = managed(live)
  assert.equal(entries.length, 10)
  assert.deepEqual(entries[0], {
    manager: 'ancient-changes',
    operation: 'Update',
    apiVersion: 'v1',
    time: at(2),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {} } },
  })
})

test('serverSideApply() by kubectl takes over from client-side apply without a conflict, and keeps its annotation', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
  const last = '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"m"}}\n'
  const first = configMap({ a: '1' }, { name: 'm', annotations: { [annotation]: last } })
  const live = withFields(first, update(undefined, first, 'kubectl-client-side-apply', 1))
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { a: '<2>' } }
  assert.throws(() => serverSideApply({ ...base, live, applied, manager: 'other', force: false, time: at(2) }), { code: 409 })
  const { object, managedFields } = serverSideApply({ ...base, live, applied, manager: 'kubectl', force: false, time: at(2) })
  assert.deepEqual(object.data, { a: '<2>' })
  assert.equal(
    (object.metadata as { annotations: JsonObject }).annotations[annotation],
    '{"apiVersion":"v1","data":{"a":"\\u003c2\\u003e"},"kind":"ConfigMap","metadata":{"name":"m"}}\n',
  )
  assert.deepEqual(
    managedFields.map(({ manager, operation }) => [manager, operation]),
    [
      ['kubectl', 'Apply'],
      ['kubectl-client-side-apply', 'Update'],
    ],
  )
})

test('updateManagedFields() gives up on an object whose list items cannot be told apart', () => {
  const items = { type: 'object', properties: { port: { type: 'integer' } } }
  const ports = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port'], items }
  const custom = customSchema({ type: 'object', properties: { ports } })
  const next = { apiVersion: 'a/v1', kind: 'B', metadata: { name: 'c' }, ports: [{ nope: 1 }] }
  assert.deepEqual(updateManagedFields({ live: undefined, next, schema: custom, apiVersion: 'a/v1', manager: 'm', time: at(0) }), [])
})

test('serverSideApply() refuses a quantity that is none when the object becomes its Go type', () => {
  const pods = builtInSchema('v1', 'Pod')
  assert.ok(pods)
  const containers = [{ name: 'c', resources: { limits: { cpu: 'much' } } }]
  const applied = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } }
  const apply = { live: undefined, applied, schema: pods, apiVersion: 'v1', kind: 'Pod', manager: 'm', force: false, time: at(0) }
  assert.throws(() => serverSideApply(apply), {
    code: 500,
    message:
      "failed to convert new object (/p; /v1, Kind=Pod) to proper version: unable to convert unstructured object to /v1, Kind=Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  })
})

test('updateManagedFields() takes less than a millisecond for a Deployment', () => {
  const deployments = builtInSchema('apps/v1', 'Deployment')
  assert.ok(deployments)
  const containers = Array.from({ length: 6 }, (_, index) => ({
    name: `c${index}`,
    image: 'nginx',
    ports: [{ containerPort: 80 + index, protocol: 'TCP' }],
    env: [{ name: 'A', value: 'b' }],
  }))
  const next = goOrder(
    { metadata: { name: 'd', labels: { a: 'b' } }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { spec: { containers } } } },
    deployments,
  )
  const once = () => updateManagedFields({ live: undefined, next, schema: deployments, apiVersion: 'apps/v1', manager: 'm', time: at(0) })
  for (let index = 0; index < 2000; index++) once()
  const start = performance.now()
  for (let index = 0; index < 1000; index++) once()
  assert.ok(performance.now() - start < 1000, 'a generous limit, for a busy machine')
})

function configMap(data: JsonObject, metadata: JsonObject = {}): JsonObject {
  assert.ok(schema)
  return goOrder({ kind: 'ConfigMap', apiVersion: 'v1', metadata, data }, schema)
}

function withFields(object: JsonObject, managedFields: readonly ManagedFieldsEntry[]): JsonObject {
  return { ...object, metadata: { ...(object.metadata as JsonObject), uid: 'u', managedFields: managedFields as never } }
}

function managed(object: JsonObject): readonly ManagedFieldsEntry[] {
  return (object.metadata as { managedFields?: readonly ManagedFieldsEntry[] }).managedFields ?? []
}

function update(live: JsonObject | undefined, next: JsonObject, manager: string, second: number): readonly ManagedFieldsEntry[] {
  return updateManagedFields({ ...base, live, next, manager, time: at(second) })
}

function at(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
}
