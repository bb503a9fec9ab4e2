import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { conversionProblem, wrapIntegers } from '#runner/kubernetes/encoding/unstructured.ts'
import { builtInSchema } from '#runner/kubernetes/openapi/schema.ts'

const deployments = builtInSchema('apps/v1', 'Deployment')
assert.ok(deployments)
const schema = deployments

const problems: readonly (readonly [JsonObject, string | undefined])[] = [
  [{ spec: { replicas: 2, template: null }, bogus: 1 }, undefined],
  [{ spec: { replicas: 'x' } }, 'unrecognized type: int32'],
  [{ spec: 'x' }, 'cannot restore struct from: string'],
  [{ metadata: { labels: ['a'] } }, 'cannot restore map from slice'],
  [{ metadata: { finalizers: {} } }, 'cannot restore slice from map'],
  [{ metadata: { labels: { a: 1 } } }, 'cannot convert int64 to string'],
  [{ metadata: { labels: { a: 1.5 } } }, 'unrecognized type: string'],
  [{ metadata: { labels: { a: true } } }, 'unrecognized type: string'],
  [{ spec: { replicas: 1.5 } }, 'cannot convert float64 to int32'],
  [{ spec: { strategy: { rollingUpdate: { maxSurge: true } } } }, 'json: cannot unmarshal bool into Go value of type int32'],
]

test('conversionProblem() says where the bytes of a text end', () => {
  const secrets = builtInSchema('v1', 'Secret')
  assert.ok(secrets)
  assert.equal(conversionProblem({ data: { a: 'YQ=' } }, secrets), 'error decoding from json: illegal base64 data at input byte 3')
})

for (const [object, problem] of problems) {
  test(`conversionProblem() says of ${JSON.stringify(object)}: ${problem ?? 'all is well'}`, () => {
    assert.equal(conversionProblem(object, schema), problem)
  })
}

test('integers are turned into 32 bits as Go does it, and what needs no turning stays the same value', () => {
  const ports = [{ containerPort: 2 ** 32 + 80 }, { containerPort: 80 }]
  const given: JsonObject = { metadata: { generation: 2 ** 40 }, spec: { replicas: 2 ** 31, template: { spec: { containers: [{ name: 'c', ports }] } } } }
  assert.deepEqual(wrapIntegers(given, schema), {
    metadata: { generation: 2 ** 40 },
    spec: { replicas: -(2 ** 31), template: { spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }, { containerPort: 80 }] }] } } },
  })
  const fine: JsonObject = { spec: { replicas: 3, template: { spec: { containers: [] } } } }
  assert.equal(wrapIntegers(fine, schema), fine)
})
