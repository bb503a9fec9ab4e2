import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareServer, startBareServer } from '#test/support/bare-server.ts'

const path = '/api/v1/namespaces/lab/configmaps'

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number }
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> }[]
}

async function list({ ask }: BareServer, query: string): Promise<List> {
  return (await (await ask('GET', `${path}?${query}`)).json()) as List
}

function names(page: List): readonly string[] {
  return page.items.map(({ metadata }) => metadata.name)
}

async function withMaps(count: number): Promise<BareServer> {
  const bare = startBareServer()
  for (let index = 0; index < count; index++) await bare.ask('POST', path, { metadata: { name: `m${index}` }, data: { at: 'first' } })
  return bare
}

test('pages of a list all show the revision of the first, whatever is written meanwhile', async () => {
  const bare = await withMaps(5)
  const first = await list(bare, 'limit=2')
  assert.deepEqual(names(first), ['m0', 'm1'])
  assert.equal(first.metadata.remainingItemCount, 3)
  await bare.ask('DELETE', `${path}/m2`)
  await bare.ask('PUT', `${path}/m3`, { metadata: { name: 'm3' }, data: { at: 'later' } })
  await bare.ask('POST', path, { metadata: { name: 'm2b' } })
  const second = await list(bare, `limit=2&continue=${first.metadata.continue}`)
  assert.deepEqual(names(second), ['m2', 'm3'])
  assert.equal(second.items[1]?.data?.at, 'first')
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
  const third = await list(bare, `limit=2&continue=${second.metadata.continue}`)
  assert.deepEqual(names(third), ['m4'])
  assert.equal(third.metadata.continue, undefined)
})

test('an exact resource version shows the objects as they were', async () => {
  const bare = await withMaps(2)
  const { metadata } = await list(bare, '')
  await bare.ask('DELETE', `${path}/m0`)
  assert.deepEqual(names(await list(bare, `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`)), ['m0', 'm1'])
  assert.deepEqual(names(await list(bare, `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`)), ['m1'])
})

test('a list of one namespace is in the order of names, one of all in the order of namespaces', async () => {
  const bare = startBareServer()
  for (const [namespace, name] of [
    ['b', 'x'],
    ['a', 'z'],
    ['a-b', 'x'],
    ['a', 'y'],
  ])
    await bare.ask('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name } })
  const all = (await (await bare.ask('GET', '/api/v1/configmaps')).json()) as { items: { metadata: { name: string; namespace: string } }[] }
  assert.deepEqual(
    all.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['a-b/x', 'a/y', 'a/z', 'b/x'],
  )
})

test('a list whose revision is forgotten is told where to go on with what is there now', async () => {
  const bare = await withMaps(5)
  const first = await list(bare, 'limit=2')
  for (let index = 0; index < 6000; index += 1) await bare.ask('PUT', `${path}/m4`, { metadata: { name: 'm4' }, data: { at: String(index) } })
  const late = await bare.ask('GET', `${path}?limit=2&continue=${first.metadata.continue}`)
  assert.equal(late.status, 410)
  const { reason, metadata } = (await late.json()) as { readonly reason: string; readonly metadata: { readonly continue: string } }
  assert.equal(reason, 'Expired')
  const second = await list(bare, `limit=2&continue=${metadata.continue}`)
  assert.deepEqual(names(second), ['m2', 'm3'])
  assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion)
  assert.equal(second.metadata.remainingItemCount, 1)
})

test('a list reads the same in one piece and piece by piece into memory of the reader', async () => {
  const bare = await withMaps(4)
  const whole = await bare.ask('GET', path)
  const text = await whole.text()
  assert.equal(whole.headers.get('content-length'), String(new TextEncoder().encode(text).length))
  const reader = (await bare.ask('GET', path)).body?.getReader({ mode: 'byob' })
  assert.ok(reader)
  let pieces = ''
  let memory = new ArrayBuffer(100)
  for (let part = await reader.read(new Uint8Array(memory)); !part.done; part = await reader.read(new Uint8Array(memory))) {
    pieces += new TextDecoder().decode(part.value)
    memory = part.value.buffer
  }
  assert.equal(pieces, text)
})
