import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareServer, startBareServer } from '#test/support/bare-server.ts'

const path = '/api/v1/namespaces/lab/configmaps'

interface Line {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string; readonly annotations?: object }
    readonly code?: number
    readonly message?: string
  }
}

async function make({ ask }: BareServer, name: string): Promise<string> {
  const response = await ask('POST', path, { metadata: { name } })
  return ((await response.json()) as Line['object']).metadata.resourceVersion
}

async function linesOf(response: Response): Promise<Line[]> {
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

function summary(lines: readonly Line[]): readonly string[] {
  return lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim())
}

test('a watch resumes after the resource version that it names', async () => {
  const bare = startBareServer()
  const first = await make(bare, 'a')
  await make(bare, 'b')
  const response = await bare.ask('GET', `${path}?watch=true&resourceVersion=${first}&timeoutSeconds=5`)
  await make(bare, 'c')
  await bare.clock.advance(5000)
  assert.deepEqual(summary(await linesOf(response)), ['ADDED b', 'ADDED c'])
})

test('a watch without a resource version tells the present first', async () => {
  const bare = startBareServer()
  await make(bare, 'a')
  const response = await bare.ask('GET', `${path}?watch=true&timeoutSeconds=1`)
  await bare.clock.advance(1000)
  assert.deepEqual(summary(await linesOf(response)), ['ADDED a'])
})

test('a watch list ends its first events with an annotated bookmark, and bookmarks follow each minute', async () => {
  const bare = startBareServer()
  await make(bare, 'a')
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=100'
  const response = await bare.ask('GET', `${path}?${query}`)
  await bare.clock.advance(30_000)
  await make(bare, 'b')
  await bare.clock.advance(70_000)
  const lines = await linesOf(response)
  assert.deepEqual(summary(lines), ['ADDED a', 'BOOKMARK', 'ADDED b', 'BOOKMARK'])
  assert.deepEqual(lines[1]?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
  assert.equal(lines[3]?.object.metadata.annotations, undefined)
})

test('a watch from a forgotten resource version is told 410 Expired', async () => {
  const bare = startBareServer()
  const first = await make(bare, 'a')
  for (let write = 0; write < 2500; write++)
    await bare.client.patch(configMaps, { name: 'a', namespace: 'lab' }, { data: { write: String(write) } }, { type: 'merge' })
  const lines = await linesOf(await bare.ask('GET', `${path}?watch=true&resourceVersion=${first}`))
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.type, 'ERROR')
  assert.equal(lines[0]?.object.code, 410)
  assert.match(lines[0]?.object.message ?? '', /^too old resource version: \d+ \(\d+\)$/)
})

const configMaps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }

test('an idle server and a watch without bookmarks arm no timer but the end of the watch', async () => {
  const bare = startBareServer()
  assert.deepEqual(bare.clock.state().timers, [])
  const response = await bare.ask('GET', `${path}?watch=true&resourceVersion=1`)
  assert.equal(bare.clock.state().timers.length, 1)
  await response.body?.cancel()
  assert.deepEqual(bare.clock.state().timers, [])
})

test('listeners in process are called within the write', async () => {
  const { client } = startBareServer()
  const seen: string[] = []
  client.watch(
    configMaps,
    { resourceVersion: '' },
    { event: ({ type, object, old }) => seen.push(`${type} ${object.metadata.name} ${old?.metadata.resourceVersion}`) },
  )
  const created = client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'lab' } })
  const { metadata } = await created
  await client.patch(configMaps, { name: 'a', namespace: 'lab' }, { data: { x: 'y' } }, { type: 'merge' })
  assert.deepEqual(seen, ['ADDED a undefined', `MODIFIED a ${metadata.resourceVersion}`])
})
