// A cluster's store is full one day: what is new is refused in etcd's words, what is there can be changed and deleted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Room } from '#runner/kubernetes/storage/room.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const maps = '/api/v1/namespaces/default/configmaps'

test('large objects fill a store, and leave room when they go', async () => {
  const { ask } = startBareServer()
  const large = { text: 'x'.repeat(1_048_576) }
  const create = async (name: string, data: object = large): Promise<number> => (await ask('POST', maps, { metadata: { name }, data })).status
  let made = 0
  while ((await create(`m${made}`)) === 201) made += 1
  assert.equal(made, 256)
  const refused = await ask('POST', maps, { metadata: { name: 'small' }, data: {} })
  assert.deepEqual(await refused.json(), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'etcdserver: mvcc: database space exceeded',
    code: 500,
  })
  const patch = async (data: object): Promise<number> => (await ask('PATCH', `${maps}/m1`, { data }, { 'content-type': 'application/merge-patch+json' })).status
  assert.deepEqual([await patch({ text: 'short' }), await patch(large)], [200, 500])
  assert.equal((await ask('DELETE', `${maps}/m0`)).status, 200)
  assert.deepEqual([await create('small', {}), await create('again')], [201, 201])
  assert.equal(await create('more'), 500)
})

test('events are refused before everything else', () => {
  const room = new Room()
  const full = (resource: string): boolean[] => [79_999, 80_000, 99_999, 100_000].map((objects) => room.isFull(resource, objects))
  assert.deepEqual(full('events'), [false, true, true, true])
  assert.deepEqual(full('pods'), [false, false, false, true])
})
