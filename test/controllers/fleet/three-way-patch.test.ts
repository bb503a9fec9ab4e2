import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threeWayPatch } from '#runner/controllers/fleet/member/three-way-patch.ts'

const strategic = { strategic: true }

test('threeWayPatch() sets what the manifest sets and leaves the rest alone', () => {
  const patch = threeWayPatch(
    { lastApplied: undefined, manifest: { spec: { replicas: 1 } }, live: { spec: { replicas: 4, paused: true }, status: {} } },
    strategic,
  )
  assert.deepEqual(patch, { spec: { replicas: 1 } })
})

test('threeWayPatch() is empty where nothing differs', () => {
  assert.deepEqual(threeWayPatch({ lastApplied: undefined, manifest: { data: { a: '1' } }, live: { data: { a: '1', b: '2' } } }, strategic), {})
})

test('threeWayPatch() removes what was applied before and is no longer wanted', () => {
  const patch = threeWayPatch(
    { lastApplied: { data: { a: '1', b: '2' } }, manifest: { data: { a: '1' } }, live: { data: { a: '1', b: '2', c: '3' } } },
    strategic,
  )
  assert.deepEqual(patch, { data: { b: null } })
})

test('threeWayPatch() merges lists by their key, for built-in kinds', () => {
  const containers = (image: string) => ({ containers: [{ name: 'web', image }] })
  const live = {
    containers: [
      { name: 'web', image: 'nginx:0', resources: {} },
      { name: 'sidecar', image: 'proxy' },
    ],
  }
  const sides = { lastApplied: undefined, manifest: containers('nginx:1'), live }
  assert.deepEqual(threeWayPatch(sides, strategic), { containers: [{ name: 'web', image: 'nginx:1' }] })
  assert.deepEqual(threeWayPatch(sides, { strategic: false }), { containers: [{ name: 'web', image: 'nginx:1' }] })
  const gone = {
    lastApplied: {
      containers: [
        { name: 'web', image: 'nginx:0' },
        { name: 'sidecar', image: 'proxy' },
      ],
    },
    manifest: containers('nginx:0'),
    live,
  }
  assert.deepEqual(threeWayPatch(gone, strategic), { containers: [{ $patch: 'delete', name: 'sidecar' }] })
})
