// Definitions that the server refuses, and names that are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { acceptedStatus } from '#runner/kubernetes/custom-resources/accept-names.ts'
import { definitionFindings, definitionUpdateFindings } from '#runner/kubernetes/custom-resources/check-definition.ts'
import { resourcesOfDefinition } from '#runner/kubernetes/custom-resources/definition.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

test('a plain definition has no findings', () => {
  assert.deepEqual(findings({ type: 'object', properties: { spec: { type: 'object' } } }), [])
})

test('a schema must be structural', () => {
  assert.deepEqual(findings({ type: 'object', properties: { a: { properties: { b: { type: 'string' } } } } }), [
    'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
  ])
  assert.deepEqual(findings({ type: 'object', properties: { a: { type: 'object', anyOf: [{ type: 'object' }] } } }), [
    'spec.validation.openAPIV3Schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
  ])
})

test('keys of a list of type map are properties that are always there', () => {
  const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
  const path = 'spec.validation.openAPIV3Schema.properties[a]'
  assert.deepEqual(findings({ type: 'object', properties: { a: { ...list, items: { type: 'object', properties: { name: { type: 'string' } } } } } }), [
    `${path}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
  ])
  assert.deepEqual(findings({ type: 'object', properties: { a: { ...list, items: { type: 'object', properties: {} } } } }), [
    `${path}.x-kubernetes-list-map-keys: Invalid value: ["name"]: entries must all be names of item properties`,
  ])
})

test('a rule that does not compile is refused with the place marked', () => {
  const [found] = findings({
    type: 'object',
    properties: { spec: { type: 'object', properties: {} } },
    'x-kubernetes-validations': [{ rule: 'self.spec.nosuch > 1' }],
  })
  assert.ok(found?.endsWith("compilation failed: ERROR: <input>:1:10: undefined field 'nosuch'\n | self.spec.nosuch > 1\n | .........^"), found)
  const [typed] = findings({ type: 'object', 'x-kubernetes-validations': [{ rule: '1' }] })
  assert.ok(typed?.endsWith('cel expression must evaluate to a bool'), typed)
})

test('group, plural and, once established, kind and scope never change', () => {
  const old = { ...define({ type: 'object' }), status: { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] } }
  const changed = { ...old, spec: { ...old.spec, scope: 'Cluster', names: { ...old.spec.names, kind: 'Other', listKind: 'OtherList' } } }
  assert.deepEqual(
    [...definitionUpdateFindings(changed, old)].map(({ field }) => field),
    ['spec.scope', 'spec.names.kind'],
  )
})

test('names are accepted and the definition is established', () => {
  const status = acceptedStatus(define({ type: 'object' }), [], Date.parse('2026-03-02T08:00:00Z'))
  assert.deepEqual(
    (status.conditions as readonly JsonObject[]).map(({ type, status: is, reason }) => [type, is, reason]),
    [
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  )
  const again = { ...define({ type: 'object' }), status }
  assert.equal(acceptedStatus(again, [again], 0), again.status)
})

test('a second definition with the same kind is not served', () => {
  const first = define({ type: 'object' })
  const taken = { ...first, status: acceptedStatus(first, [], 0) }
  const second = { ...define({ type: 'object' }), metadata: { name: 'crates.example.com' } }
  const other = { ...second, spec: { ...second.spec, names: { ...second.spec.names, plural: 'crates', singular: 'crate' } } }
  const status = acceptedStatus(other, [taken, other], 0)
  const [names] = status.conditions as readonly JsonObject[]
  assert.deepEqual([names?.status, names?.reason, names?.message], ['False', 'KindConflict', '"Box" is already in use'])
  assert.deepEqual(resourcesOfDefinition({ ...other, status }), [])
})

function define(schema: JsonObject) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boxes.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Box', plural: 'boxes', singular: 'box', listKind: 'BoxList' },
      conversion: { strategy: 'None' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
    status: { storedVersions: ['v1'] } as JsonObject,
  } satisfies KubernetesObject
}

function findings(schema: JsonObject): string[] {
  return [...definitionFindings(define(schema))].map(({ field, message }) => `${field}: ${message}`)
}
