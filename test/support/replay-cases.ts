// Replays recorded cases of pure functions: every case is compared, and a case with one word changed must be noticed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/** A table of cases and how one is played; `deviation` says what differs, undefined if nothing does. */
export interface CaseTable<recorded> {
  /** File under test/truth/kubernetes/facts. */
  readonly file: string
  title(recorded: recorded): string
  deviation(recorded: recorded): string | undefined
  /** The case with one word of its outcome changed. */
  spoil(recorded: recorded): recorded
}

/** Reads a facts file of the recordings. */
export function readFacts<content>(file: string): content {
  return JSON.parse(readFileSync(new URL(`../truth/kubernetes/facts/${file}`, import.meta.url), 'utf8')) as content
}

/** Declares the tests of a table. */
export function replayCases<recorded>(table: CaseTable<recorded>): void {
  const { cases } = readFacts<{ cases: readonly recorded[] }>(table.file)
  test(`every case of ${table.file} comes out as recorded`, () => {
    const deviations = cases.flatMap((recorded) => {
      const deviation = table.deviation(recorded)
      return deviation === undefined ? [] : [`${table.title(recorded)}: ${deviation}`]
    })
    console.log(`${table.file}: ${cases.length} compared, 0 left out, ${deviations.length} deviate`)
    assert.deepEqual(deviations, [])
    assert.ok(cases.length > 0)
  })

  test(`a changed word in a case of ${table.file} is noticed`, () => {
    for (const recorded of cases) assert.notEqual(table.deviation(table.spoil(recorded)), undefined, table.title(recorded))
  })
}

/** The result of a call, or the message of what it throws. */
export function outcome<result>(call: () => result): { readonly value: result } | { readonly error: string } {
  try {
    return { value: call() }
  } catch (error) {
    if (error instanceof Error) return { error: error.message }
    throw error
  }
}

/** Says how two JSON texts differ, or undefined. */
export function difference(actual: unknown, expected: unknown): string | undefined {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  return a === b ? undefined : `${a} instead of ${b}`
}
