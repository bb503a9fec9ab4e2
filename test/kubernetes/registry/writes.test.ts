import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '#runner/base/json.ts'
import { at } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const apply = { 'content-type': 'application/apply-patch+yaml' }
const maps = '/api/v1/namespaces/default/configmaps'

function server() {
  const { ask } = startBareServer()
  return async (...request: Parameters<typeof ask>) => {
    const response = await ask(...request)
    return { status: response.status, body: (await response.json()) as JsonObject }
  }
}

test('a dry run answers the version that it was sent', async () => {
  const ask = server()
  const { status, body } = await ask('POST', `${maps}?dryRun=All`, { metadata: { name: 'a', resourceVersion: '12' } })
  assert.deepEqual([status, at(body, 'metadata', 'resourceVersion')], [201, '12'])
})

test('an apply of an object with a uid makes no new one', async () => {
  const ask = server()
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: 'x' } }
  const { status, body } = await ask('PATCH', `${maps}/a?fieldManager=me`, object, apply)
  assert.equal(status, 409)
  assert.match(String(body.message), /configmaps "a": uid mismatch: the provided object specified uid x, and no existing object was found$/)
})

test('managed fields that are no sets of fields count as not sent', async () => {
  const ask = server()
  const managers = async (name: string, fieldsV1: Json): Promise<Json | undefined> => {
    const entry = { manager: 'other', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', time: '2026-01-01T00:00:00Z', fieldsV1 }
    const { body } = await ask('POST', `${maps}?fieldManager=me`, { metadata: { name, managedFields: [entry] }, data: { a: '1' } })
    return JSON.stringify(at(body, 'metadata', 'managedFields')).match(/"manager":"(\w+)"/g)
  }
  const mine = ['"manager":"me"']
  assert.deepEqual(await managers('text', { 'f:data': { 'f:a': 'text' } }), mine)
  assert.deepEqual(await managers('colon', { data: {} }), mine)
  assert.deepEqual(await managers('unknown', { 'f:data': { 'f:b': {} }, 'x:new': {} }), [...mine, '"manager":"other"'])
})

test('nobody comes to own what was asked of a signer', async () => {
  const ask = server()
  const request = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  const spec = { request: Buffer.from('-----BEGIN CERTIFICATE REQUEST-----').toString('base64'), signerName: 'ex.io/signer', usages: ['client auth'] }
  const { body } = await ask('POST', `${request}?dryRun=All`, { metadata: { name: 'a' }, spec })
  assert.deepEqual([at(body, 'metadata', 'name'), at(body, 'metadata', 'managedFields')], ['a', undefined])
})

test('an address that a Service may not change to is not asked for', async () => {
  const ask = server()
  const services = '/api/v1/namespaces/default/services'
  await ask('POST', services, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } })
  const spec = { clusterIP: '192.168.0.1', clusterIPs: ['192.168.0.1'] }
  const { body } = await ask('PATCH', `${services}/a`, { spec }, { 'content-type': 'application/merge-patch+json' })
  assert.equal(body.message, 'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["192.168.0.1"]: may not change once set')
})
