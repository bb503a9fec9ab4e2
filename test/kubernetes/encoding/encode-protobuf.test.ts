import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { encodeProtobuf, encodeWatchFrame } from '#runner/kubernetes/encoding/encode-protobuf.ts'
import { decodeProtobuf } from '#runner/kubernetes/encoding/protobuf.ts'

interface Sample {
  readonly apiVersion: string
  readonly kind: string
  readonly base64: string
  readonly json: JsonObject
}

const samples = (JSON.parse(readFileSync(new URL('../../truth/kubernetes/facts/samples.json', import.meta.url), 'utf8')) as { cases: Sample[] }).cases

test('encodeProtobuf() writes what the real types write, byte for byte', () => {
  const spaced = /": ["{]/
  const comparable = samples.filter(({ base64 }) => !spaced.test(atob(base64)))
  assert.ok(comparable.length >= 20)
  for (const { json, base64, kind } of comparable) assert.equal(Buffer.from(encodeProtobuf(json) ?? []).toString('base64'), base64, kind)
})

test('what encodeProtobuf() writes is read back as it was', () => {
  for (const { json, kind } of samples)
    assert.equal(JSON.stringify(decodeProtobuf(encodeProtobuf(json) ?? new Uint8Array()).object), JSON.stringify(json), kind)
})

test('encodeProtobuf() knows no custom kind', () => {
  assert.equal(encodeProtobuf({ apiVersion: 'example.com/v1', kind: 'Port', metadata: {} }), undefined)
})

test('a frame of a watch begins with its length', () => {
  const frame = encodeWatchFrame('ADDED', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
  assert.ok(frame)
  assert.equal(new DataView(frame.buffer).getUint32(0), frame.length - 4)
})
