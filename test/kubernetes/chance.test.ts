// What has to hold whatever people do, over operations and requests drawn by chance. A failing seed fails again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzCluster } from '#test/support/fuzz-cluster.ts'
import { playInvariants } from '#test/support/play-invariants.ts'

// `soak 331` restores a cluster while a container goes on whose pod is then deleted and made again under its name.
for (const seed of ['one', 'two', 'three', 'four', 'five', 'soak 331']) {
  test(`after every one of 40 operations drawn from "${seed}" nothing is orphaned, miscounted or above its quota, watch and list agree, and a restored cluster goes on alike`, async () => {
    assert.deepEqual(await playInvariants(seed, 40), [])
  })
}

test('4,000 requests that nobody would write get answers that the real server could give', async () => {
  const { faults, statuses } = await fuzzCluster('npm test', 4000)
  assert.deepEqual(faults, [])
  for (const status of ['200', '201', '400', '404', '405', '409', '415', '422']) assert.ok((statuses[status] ?? 0) > 10, `${status}: ${statuses[status]}`)
})
