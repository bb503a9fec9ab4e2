// One contract for both doors: the client in process and the client over HTTP see the same server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActivity } from '#runner/base/activity.ts'
import { createClock, machinePulse } from '#runner/base/clock.ts'
import { createRandom } from '#runner/base/random.ts'
import { type ApiServer, createApiServer } from '#runner/kubernetes/api-server.ts'
import type { Client, WatchEvent } from '#runner/kubernetes/client.ts'
import { createFetchClient } from '#runner/kubernetes/fetch-client.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import type { StatusError } from '#runner/kubernetes/status-error.ts'

const configMaps: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }
const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }
const deployments: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }
const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const ports: Resource = { group: 'example.com', version: 'v1', plural: 'ports', kind: 'Port', namespaced: true }

function startServer(state?: ReturnType<ApiServer['state']>): ApiServer {
  const activity = createActivity()
  const clock = createClock({ now: Date.parse('2026-01-01T00:00:00Z'), pace: 1, timers: [] }, { pulse: machinePulse, activity })
  return createApiServer({ clock, activity, random: createRandom('contract'), serviceCidr: '10.0.0.0/16', gitVersion: 'v1.35.4', ...(state ? { state } : {}) })
}

const doors: Readonly<Record<string, (server: ApiServer) => Client>> = {
  'in process': (server) => server.client(systemUser('tester'), { fieldManager: 'tester' }),
  'over HTTP': (server) => {
    const peer = { address: '127.0.0.1', certificate: { commonName: 'tester', organizations: ['system:masters'] } }
    return createFetchClient({ server: 'https://kube.test', fetch: (request) => server.host.fetch(request, peer), headers: { 'user-agent': 'tester/1' } })
  },
}

function configMap(name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'lab', labels }, data }
}

async function withNamespace(server: ApiServer, client: Client): Promise<Client> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab' } })
  assert.ok(server.reader.get('v1', 'Namespace', { name: 'lab' }))
  return client
}

for (const [door, open] of Object.entries(doors)) {
  const start = async (): Promise<{ server: ApiServer; client: Client }> => {
    const server = startServer()
    return { server, client: await withNamespace(server, open(server)) }
  }

  test(`${door}: create() stores an object, get() and list() find it`, async () => {
    const { client } = await start()
    const created = await client.create(configMaps, configMap('a', { x: '1' }, { app: 'web' }))
    assert.match(created.metadata.uid ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(await client.get(configMaps, { name: 'a', namespace: 'lab' }), created)
    const list = await client.list(configMaps, { namespace: 'lab', labelSelector: 'app=web' })
    assert.deepEqual(list.items, [created])
    assert.equal(list.resourceVersion, created.metadata.resourceVersion)
    assert.deepEqual((await client.list(configMaps, { labelSelector: 'app=db' })).items, [])
  })

  test(`${door}: get() answers a missing object with undefined, other calls throw NotFound`, async () => {
    const { client } = await start()
    assert.equal(await client.get(configMaps, { name: 'none', namespace: 'lab' }), undefined)
    await assert.rejects(client.delete(configMaps, { name: 'none', namespace: 'lab' }), {
      name: 'StatusError',
      reason: 'NotFound',
      message: 'configmaps "none" not found',
    })
  })

  test(`${door}: update() with a stale resource version is a conflict`, async () => {
    const { client } = await start()
    const first = await client.create(configMaps, configMap('a', { x: '1' }))
    await client.update(configMaps, { ...first, data: { x: '2' } })
    await assert.rejects(client.update(configMaps, { ...first, data: { x: '3' } }), (error: StatusError) => error.reason === 'Conflict' && error.code === 409)
  })

  test(`${door}: patch() merges, applies, and refuses an apply that conflicts`, async () => {
    const { client } = await start()
    const key = { name: 'a', namespace: 'lab' }
    await client.create(configMaps, configMap('a', { x: '1' }))
    const merged = await client.patch(configMaps, key, { data: { y: '2', x: null } }, { type: 'merge' })
    assert.deepEqual(merged.data, { y: '2' })
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { y: '3' } }
    await assert.rejects(
      client.patch(configMaps, key, body, { type: 'apply', fieldManager: 'other' }),
      /Apply failed with 1 conflict: conflict with "tester" using v1: .data.y/,
    )
    const forced = await client.patch(configMaps, key, body, { type: 'apply', fieldManager: 'other', force: true })
    assert.deepEqual(forced.data, { y: '3' })
  })

  test(`${door}: watch() tells of each change once, through its selector`, async () => {
    const { client, server } = await start()
    const events: WatchEvent[] = []
    const { resourceVersion } = await client.list(configMaps)
    const watch = client.watch(configMaps, { namespace: 'lab', labelSelector: 'app=web', resourceVersion }, { event: (event) => events.push(event) })
    await client.create(configMaps, configMap('a', {}, { app: 'web' }))
    await client.create(configMaps, configMap('b', {}, { app: 'db' }))
    await client.patch(configMaps, { name: 'a', namespace: 'lab' }, { metadata: { labels: { app: 'db' } } }, { type: 'merge' })
    await client.patch(configMaps, { name: 'b', namespace: 'lab' }, { metadata: { labels: { app: 'web' } } }, { type: 'merge' })
    await client.delete(configMaps, { name: 'b', namespace: 'lab' })
    while (events.length < 4) await new Promise((resolve) => setImmediate(resolve))
    watch.stop()
    assert.deepEqual(
      events.map(({ type, object }) => `${type} ${object.metadata.name}`),
      ['ADDED a', 'DELETED a', 'ADDED b', 'DELETED b'],
    )
    assert.equal(events.at(-1)?.object.metadata.resourceVersion, server.resourceVersion())
  })

  test(`${door}: a finalizer keeps an object until it is taken off`, async () => {
    const { client } = await start()
    const key = { name: 'held', namespace: 'lab' }
    const held = configMap('held')
    await client.create(configMaps, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } })
    await client.delete(configMaps, key)
    assert.ok((await client.get(configMaps, key))?.metadata.deletionTimestamp)
    await client.patch(configMaps, key, { metadata: { finalizers: null } }, { type: 'merge' })
    assert.equal(await client.get(configMaps, key), undefined)
  })

  test(`${door}: the scale subresource reads and writes replicas`, async () => {
    const { client } = await start()
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } }
    const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template }
    await client.create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'lab' }, spec })
    const scale = await client.patch(deployments, { name: 'web', namespace: 'lab' }, { spec: { replicas: 3 } }, { type: 'merge', subresource: 'scale' })
    assert.equal(scale.kind, 'Scale')
    const stored = await client.get(deployments, { name: 'web', namespace: 'lab' })
    assert.equal(at(stored, 'spec', 'replicas'), 3)
    assert.equal(stored?.metadata.generation, 2)
  })

  test(`${door}: a definition is served at once, and its deletion takes its objects along`, async () => {
    const { client, server } = await start()
    await client.create(definitions, portDefinition)
    assert.deepEqual(await client.resourceFor('example.com/v1', 'Port').then((resource) => resource?.plural), 'ports')
    await client.create(ports, { apiVersion: 'example.com/v1', kind: 'Port', metadata: { name: 'rotterdam', namespace: 'lab' }, spec: { berths: 4 } })
    assert.equal((await client.list(ports)).items.length, 1)
    await client.delete(definitions, { name: 'ports.example.com' })
    assert.equal(await client.get(definitions, { name: 'ports.example.com' }), undefined)
    await assert.rejects(client.list(ports), { code: 404 })
    assert.equal(
      server.resources().some(({ group }) => group === 'example.com'),
      false,
    )
  })
}

const portDefinition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ports.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ports', singular: 'port', kind: 'Port', listKind: 'PortList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { berths: { type: 'integer' } } } } } },
      },
    ],
  },
}
