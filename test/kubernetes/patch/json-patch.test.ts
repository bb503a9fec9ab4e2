import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonPatch } from '#runner/kubernetes/patch/json-patch.ts'
import { mergePatch } from '#runner/kubernetes/patch/merge-patch.ts'

const target = Object.freeze({ a: Object.freeze({ 'x/y': 1, '~': 2 }), list: Object.freeze([1, 2, 3]) })

test('jsonPatch() adds, removes, replaces, moves, copies and tests', () => {
  const operations = [
    { op: 'test', path: '/a/x~1y', value: 1 },
    { op: 'add', path: '/list/-', value: 4 },
    { op: 'add', path: '/list/0', value: 0 },
    { op: 'remove', path: '/list/2' },
    { op: 'replace', path: '/a/~0', value: { z: null } },
    { op: 'copy', from: '/list', path: '/copy' },
    { op: 'move', from: '/a/x~1y', path: '/moved' },
    { op: 'test', path: '/missing', value: null },
  ]
  assert.deepEqual(jsonPatch(target, operations), { a: { '~': { z: null } }, list: [0, 1, 3, 4], copy: [0, 1, 3, 4], moved: 1 })
})

test('jsonPatch() tells nobody what was wrong with an operation, as the real server', () => {
  const wrong = [
    { op: 'test', path: '/a', value: 1 },
    { op: 'remove', path: '/nope' },
    { op: 'add', path: '/nope/deeper', value: 1 },
    { op: 'add', path: '/list/9', value: 1 },
    { op: 'add', path: 'a', value: 1 },
    { op: 'what', path: '/a' },
  ]
  for (const operation of wrong) {
    assert.throws(() => jsonPatch(target, [operation]), { code: 422, message: 'the server rejected our request due to an error in our request' })
  }
})

test('jsonPatch() refuses what are no operations', () => {
  assert.throws(() => jsonPatch(target, { a: 1 }), {
    code: 400,
    message: 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  })
  assert.throws(() => jsonPatch(target, [1]), { message: 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp' })
  assert.throws(
    () =>
      jsonPatch(
        target,
        Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/list/0', value: 1 })),
      ),
    { code: 413 },
  )
})

test('mergePatch() merges objects, replaces all else, and removes what is null', () => {
  const patch = { a: { 'x/y': null, n: { keep: 1, drop: null } }, list: [{ x: null, y: 1 }], s: 'x' }
  assert.deepEqual(mergePatch(target, patch), { a: { '~': 2, n: { keep: 1 } }, list: [{ y: 1 }], s: 'x' })
})

test('mergePatch() refuses a patch that is no object', () => {
  assert.throws(() => mergePatch(target, [1]), {
    code: 400,
    message: 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  })
})
