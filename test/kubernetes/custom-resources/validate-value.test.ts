// Values held against schemas in the words of the server: types and formats, logic, and what did not change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '#runner/base/json.ts'
import { isFormat } from '#runner/kubernetes/custom-resources/formats.ts'
import { validateValue } from '#runner/kubernetes/custom-resources/validate-value.ts'

const said = (value: Json, schema: JsonObject, old?: Json) => validateValue(value, schema, 'spec.a', old).map(({ field, message }) => `${field}: ${message}`)

test('a format comes before the type, but not for numbers', () => {
  assert.deepEqual(said(true, { type: 'string', format: 'date' }), ['spec.a: Invalid value: "": spec.a in body must be of type date: ""'])
  assert.deepEqual(said(['x'], { type: 'string', format: 'date' }), [])
  assert.deepEqual(said(true, { type: 'string', format: 'no-such' }), ['spec.a: Invalid value: "boolean": spec.a in body must be of type string: "boolean"'])
  assert.deepEqual(said('x', { type: 'integer', format: 'int32' }), ['spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"'])
})

test('a number that is no 64-bit integer is none', () => {
  assert.deepEqual(said(1e20, { type: 'integer' }), ['spec.a: Invalid value: "number": spec.a in body must be of type integer: "number"'])
  assert.deepEqual(said(1.5, { 'x-kubernetes-int-or-string': true }), [
    'spec.a: Invalid value: "number": spec.a in body must be of type integer,string: "number"',
  ])
  assert.deepEqual(said(100, { type: 'number', maximum: 99.5 }), ['spec.a: Invalid value: 100: spec.a in body should be less than or equal to 99'])
})

test('of several ways to fit, the one that got furthest is told, and each thing once', () => {
  const oneOf = [{ required: ['x'] }, { properties: { b: { minLength: 3 } }, required: ['b'] }]
  const schema = { type: 'object', properties: { b: { type: 'string' } }, oneOf, allOf: [{ required: ['b'] }, { required: ['b'] }] }
  assert.deepEqual(said({ b: 'a' }, schema), [
    '<nil>: Invalid value: "": "spec.a" must validate one and only one schema (oneOf). Found none valid',
    'spec.a.b: Invalid value: "a": spec.a.b in body should be at least 3 chars long',
  ])
  assert.equal(said({}, schema).filter((text) => text === 'spec.a.b: Required value').length, 1)
})

test('what is wrong with an unchanged part is not told again', () => {
  const schema = { type: 'object', properties: { b: { type: 'string', maxLength: 1 }, c: { type: 'integer' } } }
  assert.deepEqual(said({ b: 'long', c: 1 }, schema, { b: 'long', c: 2 }), [])
  assert.deepEqual(said({ b: 'longer', c: 1 }, schema, { b: 'long', c: 1 }), ['spec.a.b: Too long: may not be more than 1 byte'])
})

test('formats are those of the server', () => {
  const good: readonly (readonly [string, string])[] = [
    ...([
      ['isbn', '978-0321751041'],
      ['isbn10', '0321751043'],
      ['creditcard', '4111 1111 1111 1111'],
      ['ssn', '123-45-6789'],
    ] as const),
    ...([
      ['rgbcolor', 'rgb(1, 2,255)'],
      ['duration', '1h30m'],
      ['duration', '5 seconds'],
      ['date-time', '2024-01-01T00:00:00.5z'],
    ] as const),
    ...([
      ['mac', '00:11:22:33:44:55'],
      ['hostname', 'example.com'],
      ['uri', '/a b'],
      ['k8s-short-name', 'a-b'],
    ] as const),
  ]
  for (const [format, value] of good) assert.ok(isFormat(format, value), `${format} ${value}`)
  const bad: readonly (readonly [string, string])[] = [
    ...([
      ['isbn', '10.0.0.0/8'],
      ['creditcard', '4111111111111112'],
      ['ssn', '123456789'],
      ['rgbcolor', 'rgb(1,2,256)'],
      ['duration', 'soon'],
    ] as const),
    ...([
      ['date', '2024-02-30'],
      ['date-time', '2024-01-01'],
      ['byte', ''],
      ['hostname', 'a_b'],
      ['k8s-long-name', 'A.b'],
    ] as const),
  ]
  for (const [format, value] of bad) assert.ok(!isFormat(format, value), `${format} ${value}`)
})
