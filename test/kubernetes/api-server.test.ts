import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mutation } from '#runner/kubernetes/api-server.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import type { RequestLogEntry } from '#runner/kubernetes/request-log.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const path = '/api/v1/namespaces/lab/configmaps'
const configMaps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }

async function play({ ask }: ReturnType<typeof startBareServer>): Promise<string> {
  const answers: string[] = []
  for (const [method, at, body] of [
    ['POST', path, { metadata: { generateName: 'm-' }, data: { a: 'b' } }],
    ['POST', '/apis/apps/v1/namespaces/lab/deployments', { metadata: { name: 'x' }, spec: { replicas: -1 } }],
    ['GET', path, undefined],
    ['DELETE', `${path}/none`, undefined],
  ] as const)
    answers.push(await (await ask(method, at, body)).text())
  return answers.join('\n')
}

test('equal requests get equal bytes, and leave equal states', async () => {
  const [one, two] = [startBareServer(), startBareServer()]
  assert.equal(await play(one), await play(two))
  assert.equal(JSON.stringify(one.server.state()), JSON.stringify(two.server.state()))
})

test('a server goes on from its state: objects, versions and the log of changes', async () => {
  const before = startBareServer()
  await before.ask('POST', path, { metadata: { name: 'a' } })
  const version = before.server.resourceVersion()
  await before.ask('POST', path, { metadata: { name: 'b' } })
  await before.ask('DELETE', `${path}/a`)
  const state = JSON.parse(JSON.stringify(before.server.state())) as ReturnType<typeof before.server.state>
  const after = startBareServer({ state })
  assert.equal(JSON.stringify(after.server.state()), JSON.stringify(state))
  const seen: string[] = []
  after.client.watch(configMaps, { resourceVersion: version }, { event: ({ type, object }) => seen.push(`${type} ${object.metadata.name}`) })
  assert.deepEqual(seen, ['ADDED b', 'DELETED a'])
})

test('a state holds what differs from birth, not birth itself', async () => {
  const birth: KubernetesObject[] = ['a', 'b'].map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'lab', uid: name },
    data: { long: 'x'.repeat(5000) },
  }))
  const { server, ask } = startBareServer({ birth })
  assert.ok(JSON.stringify(server.state()).length < 500)
  await ask('DELETE', `${path}/a`)
  const restored = startBareServer({ birth, state: JSON.parse(JSON.stringify(server.state())) })
  assert.deepEqual(
    (await restored.client.list(configMaps)).items.map(({ metadata }) => metadata.name),
    ['b'],
  )
})

test('two servers of one birth share its objects', async () => {
  const birth: KubernetesObject[] = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'lab', uid: 'a' } }]
  const key = { name: 'a', namespace: 'lab' }
  const one = await startBareServer({ birth }).client.get(configMaps, key)
  assert.equal(one, await startBareServer({ birth }).client.get(configMaps, key))
  assert.ok(Object.isFrozen(one))
})

test('mutations repeated on another server make the same store', async () => {
  const mutations: Mutation[] = []
  const one = startBareServer({ mutation: (mutation) => mutations.push(mutation) })
  await play(one)
  await one.ask('DELETE', `${path}?labelSelector=`)
  const two = startBareServer()
  for (const mutation of mutations) two.server.repeat(JSON.parse(JSON.stringify(mutation)) as Mutation)
  assert.deepEqual(two.server.state().store, one.server.state().store)
})

test('the request log tells who asked for what, and what a write stored', async () => {
  const entries: RequestLogEntry[] = []
  const { ask, client } = startBareServer({ log: (entry) => entries.push(entry) })
  await ask('POST', path, { metadata: { name: 'a' } })
  await client.delete(configMaps, { name: 'a', namespace: 'lab' })
  await ask('GET', '/debug/pprof')
  assert.deepEqual(
    entries.map(({ user, verb, path: asked, status, resourceVersion, note }) => [user, verb, asked, status, resourceVersion, note]),
    [
      ['tester', 'create', path, 201, '2', undefined],
      ['tester', 'delete', `${path}/a`, 200, '3', undefined],
      ['tester', 'get', '/debug/pprof', 404, undefined, 'not simulated'],
    ],
  )
})

test('malformed bodies and paths are refused in words, and the server goes on', async () => {
  const { ask } = startBareServer()
  const statusOf = async (response: Promise<Response>): Promise<[number, string]> => {
    const answer = await response
    const text = await answer.text()
    return [answer.status, text.startsWith('{') ? String((JSON.parse(text) as { message: string }).message) : text]
  }
  assert.deepEqual(await statusOf(ask('POST', path, 'a: [', { 'content-type': 'application/yaml' })).then(([status]) => status), 400)
  assert.deepEqual(await statusOf(ask('POST', path, '\u0000', { 'content-type': 'application/vnd.kubernetes.protobuf' })).then(([status]) => status), 400)
  assert.deepEqual(await statusOf(ask('POST', path, 'x'.repeat(3 * 1024 * 1024 + 1))), [413, 'Request entity too large: limit is 3145728'])
  assert.deepEqual(await statusOf(ask('GET', `${path}/../../../../../etc/passwd`)), [404, '404 page not found\n'])
  assert.deepEqual(await statusOf(ask('GET', `${path}/%zz`)).then(([status]) => status), 404)
  assert.equal((await ask('GET', path)).status, 200)
})

test('events are gone an hour after they were written', async () => {
  const { ask, clock } = startBareServer()
  const events = '/api/v1/namespaces/lab/events'
  const involvedObject = { kind: 'Pod', namespace: 'lab', name: 'p' }
  await ask('POST', events, { metadata: { name: 'e' }, involvedObject, reason: 'Tested', type: 'Normal' })
  await clock.advance(3_599_000)
  assert.equal(((await (await ask('GET', events)).json()) as { items: unknown[] }).items.length, 1)
  await clock.advance(1000)
  assert.equal(((await (await ask('GET', events)).json()) as { items: unknown[] }).items.length, 0)
})
