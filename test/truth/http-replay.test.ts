// Every recorded row of HTTP requests is asked of a fresh cluster, and answered as the real server did.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Compared, type HttpFact, replayFact } from '#test/support/http-replay.ts'
import { startRecordedCluster } from '#test/support/recorded-cluster.ts'
import { deviations, leftOut } from './http-deviations.ts'

const folders = ['kubernetes/http/', 'recorded/http/'].map((folder) => new URL(folder, import.meta.url))
const facts = folders.flatMap((folder) =>
  readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as HttpFact),
)

const counts = { compared: 0, deviating: 0, leftOut: 0 }

async function replay(fact: HttpFact): Promise<readonly Compared[]> {
  const cluster = startRecordedCluster()
  try {
    return await replayFact(cluster, fact)
  } finally {
    cluster.stop()
  }
}

function nameOf(fact: HttpFact): string {
  return fact.name.replace(/^http-/, '')
}

for (const fact of facts) {
  test(`recorded HTTP: ${fact.about}`, async () => {
    for (const { step, request, expected, actual } of await replay(fact)) {
      const id = `${nameOf(fact)} ${step}`
      if (id in leftOut) {
        counts.leftOut += 1
        continue
      }
      counts.compared += 1
      if (id in deviations) {
        counts.deviating += 1
        assert.notEqual(actual, expected, `${id} no longer deviates: take it off the list`)
      } else assert.equal(actual, expected, `${id}: ${request}`)
    }
  })
}

test('the replay counts what it compared, and at most one step in twenty deviates', () => {
  const { compared, deviating } = counts
  console.log(`http: ${compared} steps compared, ${counts.leftOut} left out, ${deviating} deviate`)
  assert.ok(compared > 300)
  assert.ok(deviating / compared <= 0.05)
})

test('the replay finds a single changed word', async () => {
  const fact = facts.find((candidate) => nameOf(candidate) === 'status-bodies')
  assert.ok(fact)
  const changed = JSON.parse(JSON.stringify(fact).replace('the server could not find the requested resource', 'the server could not find the wanted resource')) as HttpFact
  const wrong = (await replay(changed)).filter(({ step, expected, actual }) => expected !== actual && !(`status-bodies ${step}` in deviations))
  assert.equal(wrong.length, 1)
})
