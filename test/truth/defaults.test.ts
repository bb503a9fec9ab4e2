// What the real server made of minimal objects, beside ours.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical, type JsonObject } from '#runner/base/json.ts'
import { maskGenerated, startFactsServer, withoutRunFields } from '../support/facts-server.ts'
import { readFacts } from '../support/replay-cases.ts'

interface DefaultsCase {
  readonly kind: string
  readonly input: JsonObject
  readonly output: JsonObject
}

const { cases } = readFacts<{ cases: readonly DefaultsCase[] }>('defaults.json')

test('every recorded object gets the defaults of the real server', async () => {
  const deviations = await deviationsOf(cases)
  console.log(`defaults.json: ${cases.length} compared, 0 left out, ${deviations.length} deviate`)
  assert.deepEqual(deviations, [])
})

test('a changed word in a recorded object is noticed', async () => {
  const spoilt = cases.map((recorded) => ({ ...recorded, output: { ...recorded.output, extra: 'word' } }))
  assert.equal((await deviationsOf(spoilt)).length, cases.length)
})

async function deviationsOf(recorded: readonly DefaultsCase[]): Promise<string[]> {
  const deviations: string[] = []
  for (const { kind, input, output } of recorded) {
    const server = await startFactsServer()
    const { body } = await server.create(input)
    const [actual, expected] = [maskGenerated(sorted(withoutRunFields(body))), maskGenerated(sorted(output))]
    if (actual !== expected) deviations.push(`${kind}\n  ${actual}\n  instead of\n  ${expected}`)
  }
  return deviations
}

function sorted(value: JsonObject): unknown {
  return JSON.parse(canonical(value))
}
