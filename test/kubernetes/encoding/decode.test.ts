import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { decode } from '#runner/kubernetes/encoding/decode.ts'
import { goOrder } from '#runner/kubernetes/encoding/go-order.ts'
import { builtInSchema, customSchema, type Schema } from '#runner/kubernetes/openapi/schema.ts'

test('decode() drops unknown fields and names them in document order', () => {
  const { object, unknown } = decode({ bogus: 1, spec: { zzz: {}, containers: [{ name: 'a', nope: 1 }] }, metadata: { LABELS: {} } }, schemaOf('v1', 'Pod'))
  assert.deepEqual(object, { spec: { containers: [{ name: 'a' }] }, metadata: {} })
  assert.deepEqual(unknown, ['bogus', 'spec.zzz', 'spec.containers[0].nope', 'metadata.LABELS'])
})

test('decode() drops what Go cannot tell from absent, and keeps zeros behind pointers', () => {
  const { object } = decode({ spec: { replicas: 0, paused: false, minReadySeconds: 0, template: null } }, schemaOf('apps/v1', 'Deployment'))
  assert.deepEqual(object, { spec: { replicas: 0 } })
})

test('decode() puts quantities, times and durations into their own form', () => {
  const limits = { cpu: 0.5, memory: '1024Mi', 'example.com/x': '1000m' }
  const { object } = decode(
    { metadata: { deletionTimestamp: '2026-01-01T01:00:00.5+01:00' }, spec: { containers: [{ resources: { limits } }] } },
    schemaOf('v1', 'Pod'),
  )
  assert.deepEqual(object, {
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ resources: { limits: { cpu: '500m', memory: '1Gi', 'example.com/x': '1' } } }] },
  })
})

const refusals: readonly (readonly [string, string, JsonObject, string])[] = [
  ['v1', 'ConfigMap', { data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
  ['v1', 'ConfigMap', { data: 'x' }, 'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string'],
  ['v1', 'Pod', { spec: [] }, 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
  ['v1', 'Pod', { spec: { hostNetwork: 'x' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
  [
    'apps/v1',
    'Deployment',
    { spec: { replicas: 2147483648 } },
    'json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  ['v1', 'Secret', { data: { a: 'YQ=' } }, 'illegal base64 data at input byte 3'],
  [
    'v1',
    'Service',
    { spec: { ports: [{ targetPort: true }] } },
    'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
  ],
  ['v1', 'Pod', { status: { startTime: 5 } }, 'json: cannot unmarshal number into Go struct field PodStatus.status.startTime of type string'],
  ['v1', 'Pod', { metadata: { creationTimestamp: '2026-13-01T00:00:00Z' } }, 'parsing time "2026-13-01T00:00:00Z": month out of range'],
]

for (const [apiVersion, kind, object, message] of refusals) {
  test(`decode() refuses ${JSON.stringify(object)} in Go's words`, () => {
    assert.throws(() => decode(object, schemaOf(apiVersion, kind)), { name: 'DecodeError', message })
  })
}

test('decode() prunes a custom resource, keeps its nulls and lets validation judge its types', () => {
  const schema = customSchema({
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { n: { type: 'integer' }, free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
    },
  })
  const sent = { apiVersion: 'a/v1', kind: 'B', metadata: { name: 'c', zzz: 1 }, spec: { n: 'x', m: 1, free: { any: [null] } }, status: null, also: 1 }
  const { object, unknown } = decode(sent, schema)
  assert.deepEqual(object, { apiVersion: 'a/v1', kind: 'B', metadata: { name: 'c' }, spec: { n: 'x', free: { any: [null] } } })
  assert.deepEqual(unknown, ['also', 'metadata.zzz', 'spec.m', 'status'])
})

test('goOrder() prints members in the order of the struct, with the empty ones that Go prints', () => {
  const object = {
    status: undefined,
    spec: { template: { spec: { containers: [] } } },
    metadata: { labels: { b: '1', a: '2' } },
    apiVersion: 'apps/v1',
    kind: 'Deployment',
  }
  assert.equal(
    JSON.stringify(goOrder(object as never, schemaOf('apps/v1', 'Deployment'))),
    '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"labels":{"a":"2","b":"1"}},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}',
  )
})

test('goOrder() sorts all keys of a custom resource', () => {
  const schema = customSchema({ type: 'object', properties: {} })
  assert.equal(
    JSON.stringify(goOrder({ spec: { b: 1, a: { d: 1, c: 2 } }, kind: 'K', apiVersion: 'v' }, schema)),
    '{"apiVersion":"v","kind":"K","spec":{"a":{"c":2,"d":1},"b":1}}',
  )
})

function schemaOf(apiVersion: string, kind: string): Schema {
  const schema = builtInSchema(apiVersion, kind)
  assert.ok(schema)
  return schema
}
