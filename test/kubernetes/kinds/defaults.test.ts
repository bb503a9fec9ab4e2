// Defaulting: only what is unset changes, and what lacks nothing stays the same object.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '#runner/base/json.ts'
import { defaultsOf } from '#runner/kubernetes/kinds/defaults/rows.ts'
import { rulesFor } from '#runner/kubernetes/kinds/index.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const object: KubernetesObject = deepFreeze({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x' },
  spec: { list: [{ port: 80 }, { port: 81, protocol: 'UDP' }], counts: { a: {}, b: { value: 0 } } },
})

test('rows reach into lists and maps, and leave what is set', () => {
  const fill = defaultsOf([
    ['spec.list[].protocol', 'TCP'],
    ['spec.counts{}.value', 7],
    ['spec.absent.value', 1],
  ])
  assert.deepEqual(fill(object).spec, {
    list: [
      { port: 80, protocol: 'TCP' },
      { port: 81, protocol: 'UDP' },
    ],
    counts: { a: { value: 7 }, b: { value: 0 } },
  })
})

test('zero counts as unset only where a row says so', () => {
  assert.deepEqual(defaultsOf([['spec.counts{}.value', 7, 'zero']])(object).spec, { ...(object.spec as object), counts: { a: { value: 7 }, b: { value: 7 } } })
})

test('an object that lacks nothing is returned itself', () => {
  const fill = defaultsOf([['metadata.name', 'y']])
  assert.equal(fill(object), object)
  const deployment = rulesFor('apps/v1', 'Deployment')
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } }
  const given = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } }
  const once = deepFreeze(deployment?.defaults?.(given) ?? given)
  assert.notEqual(once, given)
  assert.equal(deployment?.defaults?.(once), once)
})
