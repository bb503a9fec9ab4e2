// Whole objects posted to a real server in a dry run: what it fills in and what it does not keep, beside ours, to the last field.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { admissionChain } from '#runner/kubernetes/admission/chain.ts'
import { bootstrapObjects } from '#runner/kubernetes/bootstrap.ts'
import { startBareServer } from '#test/support/bare-server.ts'
import { difference } from '#test/support/replay-cases.ts'
import { testStart } from '#test/support/stopped-clock.ts'

interface Posted {
  readonly id: string
  readonly path: string
  readonly object: JsonObject
  readonly code: number
  readonly warning?: string
  readonly answer: JsonObject
}

const { cases } = JSON.parse(readFileSync(new URL('./recorded/kept.json', import.meta.url), 'utf8')) as { readonly cases: readonly Posted[] }

test('objects are filled in and kept as on the real server', async () => {
  const deviations = await deviationsOf(cases)
  console.log(`kept.json: ${cases.length} compared, 0 left out, ${deviations.length} deviate`)
  assert.deepEqual(deviations, [])
})

test('a field more in what was kept is noticed', async () => {
  const spoilt = cases.map((posted) => ({ ...posted, answer: { ...posted.answer, spoilt: true } }))
  assert.equal((await deviationsOf(spoilt)).length, spoilt.length)
})

async function deviationsOf(posted: readonly Posted[]): Promise<readonly string[]> {
  const { ask } = startBareServer({ admission: admissionChain([]), birth: bootstrapObjects({ now: testStart, gitVersion: 'v1.35.4' }) })
  await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const deviations: string[] = []
  for (const { id, path, object, code, warning, answer } of posted) {
    const response = await ask('POST', `${path}?dryRun=All&fieldManager=f`, object)
    const ours = { code: response.status, warning: response.headers.get('warning'), answer: masked(await response.json()) }
    const deviation = difference(ours, { code, warning: warning ?? null, answer: masked(answer) })
    if (deviation !== undefined) deviations.push(`${id}: ${deviation}`)
  }
  return deviations
}

/** The answer, in its own order of fields, without what is drawn by chance or told by the clock. */
function masked(answer: unknown): string {
  return JSON.stringify(answer)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"<time>"')
}
