import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { at } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

async function bodyOf(response: Promise<Response>): Promise<JsonObject> {
  return (await (await response).json()) as JsonObject
}

test('an autoscaler made in v1 is stored in v2 and read in either', async () => {
  const { ask } = startBareServer()
  const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, targetCPUUtilizationPercentage: 60 }
  await ask('POST', '/apis/autoscaling/v1/namespaces/lab/horizontalpodautoscalers', { metadata: { name: 'web' }, spec })
  const old = await bodyOf(ask('GET', '/apis/autoscaling/v1/namespaces/lab/horizontalpodautoscalers/web'))
  const now = await bodyOf(ask('GET', '/apis/autoscaling/v2/namespaces/lab/horizontalpodautoscalers/web'))
  assert.equal(at(old, 'spec', 'targetCPUUtilizationPercentage'), 60)
  assert.equal(old.apiVersion, 'autoscaling/v1')
  assert.deepEqual(at(now, 'spec', 'metrics'), [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }])
  assert.equal(at(old, 'metadata', 'uid'), at(now, 'metadata', 'uid'))
})

test('an autoscaler counts its replicas in v1 even where there are none, and v2 leaves them out', async () => {
  const { ask } = startBareServer()
  const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }
  const [v1, v2] = ['v1', 'v2'].map((version) => `/apis/autoscaling/${version}/namespaces/lab/horizontalpodautoscalers`)
  assert.deepEqual((await bodyOf(ask('POST', `${v1}`, { metadata: { name: 'web' }, spec }))).status, { currentReplicas: 0, desiredReplicas: 0 })
  const status = { currentReplicas: 0, desiredReplicas: 2 }
  const put = await bodyOf(ask('PUT', `${v1}/web/status`, { metadata: { name: 'web' }, spec, status }))
  assert.deepEqual(put.status, status)
  assert.deepEqual(at(put, 'metadata', 'managedFields', '1', 'fieldsV1'), { 'f:status': { 'f:desiredReplicas': {} } })
  assert.deepEqual((await bodyOf(ask('GET', `${v2}/web`))).status, { desiredReplicas: 2, currentMetrics: null })
})

test('an event of events.k8s.io is seen in core under its old names, and in its watch', async () => {
  const { ask, client } = startBareServer()
  const seen: string[] = []
  client.watch(
    { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true },
    { resourceVersion: '' },
    { event: ({ object }) => seen.push(`${object.apiVersion} ${object.message}`) },
  )
  const regarding = { kind: 'Pod', namespace: 'lab', name: 'web' }
  const event = {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'test',
    reportingInstance: 'test-1',
    action: 'Testing',
    reason: 'Tested',
    type: 'Normal',
    note: 'All is well',
    regarding,
  }
  const created = await bodyOf(ask('POST', '/apis/events.k8s.io/v1/namespaces/lab/events', { metadata: { name: 'web.1' }, ...event }))
  assert.equal(created.note, 'All is well')
  const core = await bodyOf(ask('GET', '/api/v1/namespaces/lab/events/web.1'))
  assert.equal(core.message, 'All is well')
  assert.equal(at(core, 'involvedObject', 'name'), 'web')
  assert.equal(core.reportingComponent, 'test')
  assert.deepEqual(seen, ['v1 All is well'])
})

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { berths: { type: 'integer', default: 1 } } },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
}
const definition = {
  metadata: { name: 'ports.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ports', singular: 'port', kind: 'Port', listKind: 'PortList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema, subresources: { status: {} } },
      { name: 'v1beta1', served: true, storage: false, schema, subresources: { status: {} }, deprecated: true },
    ],
  },
}

test('versions of a custom resource share their objects, and a deprecated one warns', async () => {
  const { ask } = startBareServer()
  await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  const path = '/apis/example.com/v1beta1/namespaces/lab/ports'
  const created = await ask('POST', path, { apiVersion: 'example.com/v1beta1', kind: 'Port', metadata: { name: 'kiel' }, spec: {} })
  assert.equal(created.status, 201)
  assert.equal(created.headers.get('warning'), '299 - "example.com/v1beta1 Port is deprecated; use example.com/v1 Port"')
  const read = await bodyOf(ask('GET', '/apis/example.com/v1/namespaces/lab/ports/kiel'))
  assert.equal(read.apiVersion, 'example.com/v1')
  assert.equal(at(read, 'spec', 'berths'), 1)
})

test('a spec write of a custom resource ignores status, a status write ignores spec, and only the first raises the generation', async () => {
  const { ask } = startBareServer()
  await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  const path = '/apis/example.com/v1/namespaces/lab/ports'
  await ask('POST', path, { apiVersion: 'example.com/v1', kind: 'Port', metadata: { name: 'kiel' }, spec: { berths: 2 }, status: { ships: 9 } })
  const merge = { 'content-type': 'application/merge-patch+json' }
  const spec = await bodyOf(ask('PATCH', `${path}/kiel`, { spec: { berths: 3 }, status: { ships: 9 } }, merge))
  assert.equal(spec.status, undefined)
  assert.equal(at(spec, 'metadata', 'generation'), 2)
  const status = await bodyOf(ask('PATCH', `${path}/kiel/status`, { spec: { berths: 4 }, status: { ships: 5 } }, merge))
  assert.deepEqual(status.spec, { berths: 3 })
  assert.deepEqual(status.status, { ships: 5 })
  assert.equal(at(status, 'metadata', 'generation'), 2)
  assert.equal((await ask('PATCH', `${path}/kiel`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).status, 415)
})

test('a definition waits for the finalizers of its objects', async () => {
  const { ask } = startBareServer()
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await ask('POST', definitions, definition)
  const path = '/apis/example.com/v1/namespaces/lab/ports'
  await ask('POST', path, { apiVersion: 'example.com/v1', kind: 'Port', metadata: { name: 'kiel', finalizers: ['example.com/hold'] } })
  await ask('DELETE', `${definitions}/ports.example.com`)
  const waiting = await bodyOf(ask('GET', `${definitions}/ports.example.com`))
  assert.deepEqual(at(waiting, 'metadata', 'finalizers'), ['customresourcecleanup.apiextensions.k8s.io'])
  await ask('PATCH', `${path}/kiel`, { metadata: { finalizers: null } }, { 'content-type': 'application/merge-patch+json' })
  assert.equal((await ask('GET', `${definitions}/ports.example.com`)).status, 404)
  assert.equal((await ask('GET', path)).status, 404)
})

test('what was stored under an older definition is read as the present one has it', async () => {
  const { ask } = startBareServer()
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const names = { plural: 'tins', singular: 'tin', kind: 'Tin', listKind: 'TinList' }
  const versionOf = (properties: JsonObject): JsonObject => ({
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', properties } },
  })
  const text = { type: 'string' }
  const spec = { group: 'example.com', names, scope: 'Namespaced', versions: [versionOf({ lid: text, label: text })] }
  await ask('POST', definitions, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'tins.example.com' }, spec })
  const tins = '/apis/example.com/v1/namespaces/lab/tins'
  await ask('POST', tins, { apiVersion: 'example.com/v1', kind: 'Tin', metadata: { name: 't' }, label: 'beans' })
  const change = { spec: { versions: [versionOf({ lid: { ...text, default: 'shut' } })] } }
  await ask('PATCH', `${definitions}/tins.example.com`, change, { 'content-type': 'application/merge-patch+json' })
  const { lid, label } = await bodyOf(ask('GET', `${tins}/t`))
  assert.deepEqual([lid, label], ['shut', undefined])
  const list = await bodyOf(ask('GET', tins))
  assert.equal((list.items as JsonObject[])[0]?.lid, 'shut')
})

test('an object of another version that the scheme knows is not taken, one of a version that it does not know is not read', async () => {
  const { ask } = startBareServer()
  const said = async (path: string, apiVersion: string, kind: string): Promise<unknown> =>
    (await bodyOf(ask('POST', `${path}?dryRun=All`, { apiVersion, kind, metadata: { name: 'z' } }))).message
  const deployments = '/apis/apps/v1/namespaces/lab/deployments'
  assert.equal(
    await said(deployments, 'extensions/v1beta1', 'Deployment'),
    'the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)',
  )
  assert.equal(
    await said('/apis/autoscaling/v2/namespaces/lab/horizontalpodautoscalers', 'autoscaling/v1', 'HorizontalPodAutoscaler'),
    'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
  )
  assert.equal(
    await said(deployments, 'apps/v3', 'Deployment'),
    'Deployment in version "v3" cannot be handled as a Deployment: no kind "Deployment" is registered for version "apps/v3" in scheme "pkg/runtime/scheme.go:111"',
  )
})
