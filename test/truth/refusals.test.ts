// Whole objects, right and wrong, posted to a real server: what it answers and warns of, beside ours.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isObject, type JsonObject } from '#runner/base/json.ts'
import { maskGenerated, startFactsServer } from '../support/facts-server.ts'

interface Posted {
  readonly object: JsonObject
  readonly code: number
  readonly warning?: string
  readonly reason?: string
  readonly message?: string
  readonly causes?: unknown
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/refusals.json', import.meta.url), 'utf8')) as { readonly cases: readonly Posted[] }

/** What our server is not asked here, or the real one drew by chance. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  [/"serviceAccountName":"(nosuch|Bad_)"/, 'admission of service accounts is off here'],
  [/"namespace":"other"/, 'it was posted to that namespace'],
  [/"(successPolicy":{"rules|spec":{"rules)":\[\]/, 'an empty list that says nothing is left out before it is printed'],
  [/"sources":\[\{\},\{"serviceAccountToken":\{"expirationSeconds":1/, 'the service account of a pod is set by its admission'],
]

test('objects are taken, refused and warned of as on the real server', async () => {
  const compared = recorded.cases.filter(({ object }) => !leftOut.some(([pattern]) => pattern.test(JSON.stringify(object))))
  const deviations = await deviationsOf(compared)
  console.log(`refusals.json: ${compared.length} compared, ${recorded.cases.length - compared.length} left out, ${deviations.length} deviate`)
  assert.deepEqual(deviations, [])
})

test('a changed word in what was answered is noticed', async () => {
  const some = recorded.cases.filter((_, index) => index % 20 === 0)
  const spoilt = some.map((posted) => (posted.message === undefined ? { ...posted, code: 418 } : { ...posted, message: `${posted.message} indeed` }))
  assert.equal((await deviationsOf(spoilt)).length, spoilt.length)
})

async function deviationsOf(cases: readonly Posted[]): Promise<readonly { readonly object: string; readonly actual: string; readonly expected: string }[]> {
  const server = await startFactsServer()
  const deviations: { object: string; actual: string; expected: string }[] = []
  for (const { object, ...expected } of cases) {
    const { status, body, warning } = await server.create(object)
    const causes = isObject(body.details) ? body.details.causes : undefined
    const refusal = status < 300 ? {} : { reason: body.reason, message: body.message, ...(causes !== undefined && { causes }) }
    const actual = { code: status, ...(warning !== '' && { warning }), ...refusal }
    const [ours, theirs] = [masked(actual), masked(expected)]
    if (ours !== theirs) deviations.push({ object: JSON.stringify(object), actual: ours, expected: theirs })
  }
  return deviations
}

function masked(answer: object): string {
  return maskGenerated(answer).replace(/([\w-]+[-_])[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1<suffix>')
}
