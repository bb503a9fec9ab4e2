import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashOf, manifestHash, overridesHash, policyHash } from '#runner/controllers/fleet/hashes.ts'

test('policyHash() is base64 of the hex hash, and leaves the number of clusters out', () => {
  const pickAll = 'OGNjNTdkZWU1OTY4NGZmODg3NjZlMjY5MzZjOGZiMTI1ZjRiZGUyMzRhMmJlYjVjNTRhZGVkNDU2OWRiMGQ1YQ=='
  const pickN = 'NDc5ZjQwNWViNzgwOGNmYzU4MzY2YjI2NDg2ODBhM2E4MTVlZjkxNGZlNjc1NmFlOGRmMGQ2Zjc0ODg1NDE2YQ=='
  assert.equal(policyHash({ placementType: 'PickAll' }), pickAll)
  assert.equal(policyHash({ placementType: 'PickN', numberOfClusters: 3 }), pickN)
  assert.equal(policyHash({ numberOfClusters: 5, placementType: 'PickN', clusterNames: [] }), pickN)
})

test('policyHash() of no policy is that of null', () => {
  assert.equal(policyHash(undefined), 'NzQyMzRlOThhZmU3NDk4ZmI1ZGFmMWYzNmFjMmQ3OGFjYzMzOTQ2NGY5NTA3MDNiOGMwMTk4OTJmOTgyYjkwYg==')
})

test('overridesHash() of no overrides is that of null', () => {
  assert.equal(overridesHash(undefined), '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b')
  assert.equal(overridesHash([]), overridesHash(undefined))
})

test('manifestHash() is the same for namespaces of any name', () => {
  const namespace = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
  })
  assert.equal(manifestHash(namespace('a')), '07a0abe3d66e0da0c58ee7977e6856f66274bc85b5cb5b55215ee677b300b29d')
  assert.equal(manifestHash(namespace('b')), manifestHash(namespace('a')))
})

test("hashOf() escapes as Go's encoder does", () => {
  assert.notEqual(hashOf({ text: '<a>' }), hashOf({ text: 'a' }))
  assert.equal(hashOf({ b: 1, a: 2 }), hashOf({ a: 2, b: 1 }))
})
