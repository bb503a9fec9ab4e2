import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeProtobuf, isEnvelope } from '#runner/kubernetes/encoding/protobuf.ts'

const magic = [0x6b, 0x38, 0x73, 0]

test('decodeProtobuf() reads a ConfigMap', () => {
  const meta = [0x0a, ...part(text('one'))]
  const entry = [0x12, ...part([0x0a, ...part(text('k')), 0x12, ...part(text('v'))])]
  const body = envelope('v1', 'ConfigMap', [0x0a, ...part(meta), ...entry])
  assert.deepEqual(decodeProtobuf(body), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'one' }, data: { k: 'v' } },
  })
})

test('decodeProtobuf() passes over fields that it does not know', () => {
  const body = envelope('v1', 'ConfigMap', [0xfa, 0x7f, 1, 0x2a, 0xf8, 0x7f, 5, 0xf9, 0x7f, ...Array.from({ length: 8 }, () => 0)])
  assert.deepEqual(decodeProtobuf(body).object, { kind: 'ConfigMap', apiVersion: 'v1', metadata: {} })
})

test('decodeProtobuf() refuses what is no envelope, what is cut off, and what has the wrong shape', () => {
  assert.equal(isEnvelope(Uint8Array.from(text('{"a":1}'))), false)
  assert.throws(() => decodeProtobuf(Uint8Array.from(text('{}'))), { name: 'ProtobufError', message: /does not appear to be a protobuf message/ })
  assert.throws(() => decodeProtobuf(envelope('v1', 'ConfigMap', [0x0a, 0x7f])), { name: 'ProtobufError', message: 'unexpected EOF' })
  assert.throws(() => decodeProtobuf(envelope('v1', 'ConfigMap', [0x08, 1])), { message: 'proto: wrong wireType = 0 for field Metadata' })
  assert.throws(() => decodeProtobuf(envelope('v1', 'Nothing', [])), { message: /no kind "Nothing" is registered for version "v1"/ })
})

test('decodeProtobuf() survives every way to cut a body short', () => {
  const body = envelope('v1', 'Pod', [0x12, ...part([0x12, ...part([0x0a, ...part(text('c')), 0x12, ...part(text('image'))])])])
  assert.deepEqual(decodeProtobuf(body).object.spec, { containers: [{ name: 'c', image: 'image', resources: {} }] })
  for (let length = 0; length < body.length; length++) {
    try {
      decodeProtobuf(body.subarray(0, length))
    } catch (error) {
      assert.equal((error as Error).name, 'ProtobufError')
    }
  }
})

function envelope(apiVersion: string, kind: string, raw: readonly number[]): Uint8Array {
  const type = [0x0a, ...part(text(apiVersion)), 0x12, ...part(text(kind))]
  return Uint8Array.from([...magic, 0x0a, ...part(type), 0x12, ...part(raw)])
}

function part(bytes: readonly number[]): readonly number[] {
  return [bytes.length, ...bytes]
}

function text(value: string): readonly number[] {
  return [...new TextEncoder().encode(value)]
}
