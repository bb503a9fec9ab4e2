// Custom resources as the server answers them: tables, lists, Scales, definitions in several versions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '#runner/base/json.ts'
import { at } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const tabs = '/apis/t.io/v1/namespaces/default/tabs'
const openAPIV3Schema = {
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { color: { type: 'string' } } } },
}

function version(name: string, more: JsonObject = {}): JsonObject {
  const additionalPrinterColumns = ['.spec.tags[0]', '.spec.tags[*]', '.spec.tags'].map((jsonPath) => ({ name: jsonPath, type: 'string', jsonPath }))
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }
  return { name, served: true, storage: name === 'v1', schema: { openAPIV3Schema }, subresources: { scale }, additionalPrinterColumns, ...more }
}

function definition(...versions: readonly JsonObject[]): JsonObject {
  return { metadata: { name: 'tabs.t.io' }, spec: { group: 't.io', scope: 'Namespaced', names: { kind: 'Tab', plural: 'tabs' }, versions } }
}

type Asked = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<JsonObject>

async function served(...objects: readonly (readonly [string, JsonObject])[]): Promise<Asked> {
  const { ask } = startBareServer()
  const asked: Asked = async (...request) => (await (await ask(...request)).json()) as JsonObject
  await asked('POST', definitions, definition(version('v1')))
  for (const [name, spec] of objects) await asked('POST', tabs, { apiVersion: 't.io/v1', kind: 'Tab', metadata: { name }, spec })
  return asked
}

test('a column whose path leads nowhere is empty, and one that leads to many shows the first', async () => {
  const ask = await served(['a', { tags: ['x', 'y'] }], ['b', { tags: [] }])
  const { rows } = (await ask('GET', tabs, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })) as { rows?: readonly { cells: Json }[] }
  assert.deepEqual(
    rows?.map(({ cells }) => cells),
    [
      ['a', 'x', 'x', '["x","y"]'],
      ['b', null, null, '[]'],
    ],
  )
})

test('a list of custom resources says that it does not go on', async () => {
  const ask = await served()
  assert.equal(at(await ask('GET', tabs), 'metadata', 'continue'), '')
})

test('a Scale of a custom resource is refused as its own server does it', async () => {
  const ask = await served(['a', {}], ['b', { replicas: 1 }])
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'b', namespace: 'default' } }
  assert.equal((await ask('GET', `${tabs}/a/scale`)).message, 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist')
  assert.equal(
    (await ask('PUT', `${tabs}/b/scale`, { ...scale, spec: { replicas: -1 } })).message,
    'Tab.t.io "b" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
  )
  assert.equal(
    (await ask('PUT', `${tabs}/b/scale`, { ...scale, apiVersion: 'v1' })).message,
    'no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"',
  )
  assert.equal((await ask('DELETE', `${tabs}/b/scale`)).message, 'delete is not supported on resources of kind "tabs.t.io"')
})

test('fields to select by are refused where all versions have one schema but not one list of fields', async () => {
  const { ask } = startBareServer()
  const fields = { selectableFields: [{ jsonPath: '.spec.color' }] }
  const answered = (await (await ask('POST', definitions, definition(version('v1', fields), version('v2')))).json()) as JsonObject
  assert.equal(
    answered.message,
    'CustomResourceDefinition.apiextensions.k8s.io "tabs.t.io" is invalid: spec.versions[0].selectableFields: Invalid value: "": ' +
      'may only be set when `version.schema.openAPIV3Schema` is not included',
  )
})

test('a definition without stored versions has the one that it stores', async () => {
  const ask = await served()
  const current = await ask('GET', `${definitions}/tabs.t.io`)
  const written = await ask('PUT', `${definitions}/tabs.t.io/status`, { ...current, status: { ...(current.status as JsonObject), storedVersions: [] } })
  assert.deepEqual(at(written, 'status', 'storedVersions'), ['v1'])
})

test('a definition that goes names fewer verbs, and nothing is made of it', async () => {
  const ask = await served(['a', {}])
  await ask('PATCH', `${tabs}/a`, { metadata: { finalizers: ['t.io/stay'] } }, { 'content-type': 'application/merge-patch+json' })
  await ask('DELETE', `${definitions}/tabs.t.io`)
  const { resources } = (await ask('GET', '/apis/t.io/v1')) as { resources?: readonly { verbs: Json }[] }
  assert.deepEqual(resources?.[0]?.verbs, ['delete', 'deletecollection', 'get', 'list', 'watch'])
  assert.equal(
    (await ask('POST', tabs, { apiVersion: 't.io/v1', kind: 'Tab', metadata: { name: 'b' } })).message,
    'tabs.t.io "b" is forbidden: create not allowed while custom resource definition is terminating',
  )
  const labelled = await ask('PATCH', `${tabs}/a`, { metadata: { labels: { a: 'b' } } }, { 'content-type': 'application/merge-patch+json' })
  assert.deepEqual(at(labelled, 'metadata', 'labels'), { a: 'b' })
})

test('a version that no definition serves is nobody’s path', async () => {
  const { ask } = startBareServer()
  await ask('POST', definitions, definition(version('v1')))
  assert.equal(await (await ask('GET', '/apis/t.io/v3')).text(), '404 page not found\n')
  assert.match(await (await ask('GET', '/apis/apps/v3')).text(), /the server could not find the requested resource/)
})

test('a count that another holds is told of in the version of Scales', async () => {
  const ask = await served(['a', { replicas: 1 }])
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 2 } }
  const { message } = await ask('PATCH', `${tabs}/a/scale?fieldManager=x`, scale, { 'content-type': 'application/apply-patch+yaml' })
  assert.equal(message, 'Apply failed with 1 conflict: conflict with "tester" using autoscaling/v1: .spec.replicas')
})

test('a Scale is not applied where a definition has several versions', async () => {
  const { ask } = startBareServer()
  await ask('POST', definitions, definition(version('v1'), version('v2')))
  await ask('POST', tabs, { apiVersion: 't.io/v1', kind: 'Tab', metadata: { name: 'a' }, spec: { replicas: 1 } })
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 2 } }
  const answer = await ask('PATCH', `${tabs}/a/scale?fieldManager=x&force=true`, scale, { 'content-type': 'application/apply-patch+yaml' })
  assert.deepEqual(
    [answer.status, ((await answer.json()) as JsonObject).message],
    [500, 'failed to convert new object (/a; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1'],
  )
})

test('a count is managed in the version that it was scaled in', async () => {
  const { ask } = startBareServer()
  await ask('POST', definitions, definition(version('v1'), version('v2')))
  await ask('POST', tabs, { apiVersion: 't.io/v1', kind: 'Tab', metadata: { name: 'a' }, spec: { replicas: 1 } })
  const merge = { 'content-type': 'application/merge-patch+json' }
  await ask('PATCH', '/apis/t.io/v2/namespaces/default/tabs/a/scale?fieldManager=x', { spec: { replicas: 3 } }, merge)
  const { metadata } = (await (await ask('GET', `${tabs}/a`)).json()) as JsonObject
  const managers = at(metadata, 'managedFields') as readonly JsonObject[]
  assert.deepEqual(
    managers.map(({ manager, apiVersion }) => [manager, apiVersion]),
    [
      ['x', 't.io/v2'],
      ['tester', 't.io/v1'],
    ],
  )
})

test('a status that a definition gives by default is there from the beginning, whatever was sent', async () => {
  const { ask } = startBareServer()
  const asked: Asked = async (...request) => (await (await ask(...request)).json()) as JsonObject
  const conditions = [{ type: 'Accepted', status: 'Unknown', reason: 'Pending' }]
  const status = { type: 'object', default: { conditions }, 'x-kubernetes-preserve-unknown-fields': true }
  const schema = { openAPIV3Schema: { type: 'object', properties: { status } } }
  await asked('POST', definitions, definition(version('v1', { schema, subresources: { status: {} } })))
  const made = await asked('POST', tabs, { apiVersion: 't.io/v1', kind: 'Tab', metadata: { name: 'a' }, status: { conditions: [] } })
  assert.deepEqual(made.status, { conditions })
  assert.deepEqual((await asked('GET', `${tabs}/a`)).status, { conditions })
  assert.ok(!JSON.stringify(made).includes('f:status'))
})
