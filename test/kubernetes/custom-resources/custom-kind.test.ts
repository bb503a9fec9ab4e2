// Objects of a custom resource: pruned, defaulted, validated, shown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { customKind, resourcesOfDefinition } from '#runner/kubernetes/custom-resources/definition.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const schema: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      'x-kubernetes-validations': [
        { rule: 'self.size < 100 || has(self.owner)', message: 'big ones need an owner' },
        { rule: '!has(self.parts) || self.parts.all(p, p.weight <= self.size)', messageExpression: '"no part may weigh more than " + string(self.size)' },
      ],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 400 },
        colour: {
          type: 'string',
          enum: ['red', 'green'],
          default: 'red',
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'colour is immutable' }],
        },
        owner: { type: 'string', maxLength: 5, pattern: '^[a-z]+$' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, weight: { type: 'integer', default: 1 } } },
        },
        limit: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'object', properties: {} } } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
}

const definition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boxes.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Box', plural: 'boxes', singular: 'box', listKind: 'BoxList', shortNames: ['bx'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        selectableFields: [{ jsonPath: '.spec.colour' }],
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Owner', type: 'string', jsonPath: '.spec.owner', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
      { name: 'v1alpha1', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: { type: 'object' } } },
      { name: 'v0', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
}

const kind = customKind(definition, 'v1')

test('a definition serves its served versions, with its subresources and columns', () => {
  const [first, second, ...more] = resourcesOfDefinition(definition)
  assert.equal(first?.storageVersionHash, second?.storageVersionHash)
  assert.equal(more.length, 0)
  assert.deepEqual([first?.version, second?.version, first?.storageVersion], ['v1', 'v1alpha1', 'v1'])
  assert.deepEqual(
    first?.subresources.map(({ name }) => name),
    ['status', 'scale'],
  )
  assert.deepEqual(
    second?.columns.map(({ name }) => name),
    ['Name', 'Age'],
  )
  assert.equal(customKind(definition, 'v1alpha1').deprecationWarning, 'example.com/v1alpha1 Box is deprecated; use example.com/v1 Box')
})

test('unknown members are pruned, except where they are preserved', () => {
  const sent = { size: 1, nosuch: 1, free: { any: 1, known: { gone: 1 } }, labels: { a: 'b' }, parts: [{ name: 'p', extra: 1 }], owner: { x: 1 } }
  const { object, unknown } = kind.read(box(sent) as unknown as JsonObject)
  assert.deepEqual(object.spec, { size: 1, free: { any: 1, known: {} }, labels: { a: 'b' }, parts: [{ name: 'p' }], owner: {} })
  assert.deepEqual(unknown, ['spec.free.known.gone', 'spec.nosuch', 'spec.owner.x', 'spec.parts[0].extra'])
})

test('null is nothing where it is not allowed, but for items of lists', () => {
  const { object } = kind.read(box({ size: 1, owner: null, tags: [null], colour: null }) as unknown as JsonObject)
  assert.deepEqual(object.spec, { size: 1, tags: [null], colour: null })
  assert.equal(findings({ size: 1, tags: [null] })[0], 'spec.tags[0]: Invalid value: "null": spec.tags[0] in body must be of type string: "null"')
})

test('metadata with members of the wrong type is refused as it is read', () => {
  const wrong = { ...box({ size: 1 }), metadata: { name: ['a'] } }
  assert.throws(() => kind.read(wrong as unknown as JsonObject), {
    message: 'json: cannot unmarshal array into Go struct field ObjectMeta.name of type string',
  })
})

test('defaults come also inside of lists, and only where something is missing', () => {
  assert.deepEqual(kind.defaults(box({ size: 1, parts: [{ name: 'p' }] })).spec, { size: 1, colour: 'red', parts: [{ name: 'p', weight: 1 }] })
  const full = box({ size: 1, colour: 'green' })
  assert.equal(kind.defaults(full), full)
})

test('values are held against the schema in the words of the server', () => {
  assert.deepEqual(findings({ size: 0, colour: 'blue', owner: 'too long' }), [
    'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    'spec.colour: Unsupported value: "blue": supported values: "red", "green"',
    'spec.owner: Too long: may not be more than 5 bytes',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ])
  assert.equal(findings({ size: 'x' })[0], 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"')
  assert.equal(findings({ size: 1, owner: 'A' })[0], `spec.owner: Invalid value: "A": spec.owner in body should match '^[a-z]+$'`)
  assert.equal(findings({})[0], 'spec.size: Required value')
  assert.deepEqual(findings({ size: 1, limit: '5%' }), [])
  assert.equal(findings({ size: 1, limit: true })[0], 'spec.limit: Invalid value: "boolean": spec.limit in body must be of type integer,string: "boolean"')
})

test('sets and maps hold nothing twice', () => {
  assert.deepEqual(findings({ size: 1, tags: ['a', 'b', 'a', 'a'] }), ['spec.tags[2]: Duplicate value: "a"'])
  assert.deepEqual(
    findings({
      size: 5,
      parts: [
        { name: 'p', weight: 1 },
        { name: 'p', weight: 2 },
      ],
    }),
    ['spec.parts[1]: Duplicate value: {"name":"p"}'],
  )
})

test('rules are evaluated with their messages, and transitions only where there is a before', () => {
  assert.deepEqual(findings({ size: 200 }), ['spec: Invalid value: big ones need an owner'])
  assert.deepEqual(findings({ size: 2, parts: [{ name: 'p', weight: 3 }] }), ['spec: Invalid value: no part may weigh more than 2'])
  assert.deepEqual(findings({ size: 1, colour: 'green' }, { size: 1, colour: 'red' }), ['spec.colour: Invalid value: "green": colour is immutable'])
})

test('what an update does not touch is not looked at again', () => {
  assert.deepEqual(findings({ size: 1, owner: 'Bad Owner', tags: ['x'] }, { size: 1, owner: 'Bad Owner' }), [])
})

test('replicas of the scale subresource are not negative', () => {
  const object = { ...box({ size: 1 }), status: { size: -1 } }
  assert.deepEqual(
    kind.validate(object, undefined).map(({ field, message }) => `${field}: ${message}`),
    ['.status.size: Invalid value: -1: should be a non-negative integer'],
  )
})

test('cells follow the printer columns; what is missing is null', () => {
  assert.deepEqual(kind.cells(box({ size: 3 }), Date.parse('2026-03-02T08:01:00Z')), ['one', 3, null, '60s'])
  assert.deepEqual(kind.selectableFields(box({ size: 3, colour: 'green' })), { 'spec.colour': 'green' })
})

function box(spec: JsonObject): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: 'one', namespace: 'a', creationTimestamp: '2026-03-02T08:00:00Z' }, spec }
}

function findings(spec: JsonObject, old?: JsonObject): string[] {
  return kind.validate(box(spec), old && box(old)).map(({ field, message }) => `${field}: ${message}`)
}
