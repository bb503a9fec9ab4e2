// The real server's refusals of objects that are wrong in one place, beside ours.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical, isObject, type Json, type JsonObject } from '#runner/base/json.ts'
import { type FactAnswer, type FactsServer, maskGenerated, startFactsServer } from '../support/facts-server.ts'
import { readFacts } from '../support/replay-cases.ts'

interface ValidationCase {
  readonly op: 'create' | 'update'
  readonly kind: string
  readonly apiVersion: string
  readonly create?: JsonObject
  readonly set: readonly (readonly [path: string, value: Json])[]
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly causes?: Json
}

interface Base {
  readonly apiVersion: string
  readonly resource: string
  readonly namespaced: boolean
  readonly metadata?: JsonObject
  readonly [field: string]: unknown
}

const { bases, cases } = readFacts<{ bases: Readonly<Record<string, Base>>; cases: readonly ValidationCase[] }>('validation.json')

test('every recorded change is refused in the words of the real server, or accepted as there', async () => {
  const deviations = await deviationsOf(cases)
  console.log(`validation.json: ${cases.length} compared, 0 left out, ${deviations.length} deviate`)
  assert.deepEqual(deviations, [])
})

test('a changed word in a recorded refusal is noticed', async () => {
  const spoilt = cases.map((recorded) => (recorded.message === undefined ? { ...recorded, code: 418 } : { ...recorded, message: `${recorded.message} indeed` }))
  assert.equal((await deviationsOf(spoilt)).length, cases.length)
})

async function deviationsOf(recorded: readonly ValidationCase[]): Promise<{ title: string; actual: string; expected: string }[]> {
  const deviations: { title: string; actual: string; expected: string }[] = []
  for (const fact of recorded) {
    const server = await startFactsServer()
    const { status, body } = fact.op === 'update' ? await update(server, fact) : await server.create(changed(objectOf(fact), fact.set))
    const actual = masked(status < 300 ? { code: 200 } : { code: status, reason: body.reason, message: body.message, causes: causesOf(body) })
    const expected = masked(fact.code < 300 ? { code: 200 } : { code: fact.code, reason: fact.reason, message: fact.message, causes: fact.causes })
    if (actual !== expected) deviations.push({ title: `${fact.kind} ${JSON.stringify(fact.set)}`, actual, expected })
  }
  return deviations
}

async function update(server: FactsServer, fact: ValidationCase): Promise<FactAnswer> {
  const first = fact.create ?? {}
  const { body } = await server.create(first, { dryRun: false })
  const name = isObject(first.metadata) ? String(first.metadata.name) : ''
  return server.replace(`${server.pathOf(first)}/${name}`, changed(body, fact.set))
}

function objectOf({ kind, apiVersion }: ValidationCase): JsonObject {
  const { resource: _resource, namespaced: _namespaced, metadata, ...fields } = bases[kind] ?? { apiVersion, resource: '', namespaced: true }
  return { ...(fields as JsonObject), apiVersion, kind, metadata: metadata ?? { name: 'x' } }
}

/** The object with values set by paths as `spec/containers/0/image`; `+` appends, `__delete__` removes. */
function changed(object: JsonObject, changes: ValidationCase['set']): JsonObject {
  const copy = structuredClone(object) as JsonObject
  for (const [path, value] of changes) set(copy, path.split('/'), value)
  return copy
}

function set(target: unknown, [name = '', ...rest]: readonly string[], value: Json): void {
  if (typeof target !== 'object' || target === null) return
  if (rest.length > 0) {
    if (Reflect.get(target, name) === undefined) Reflect.set(target, name, {})
    set(Reflect.get(target, name), rest, value)
  } else if (name === '+' && Array.isArray(target)) target.push(value)
  else if (value !== '__delete__') Reflect.set(target, name, value)
  else if (Array.isArray(target)) target.splice(Number(name), 1)
  else Reflect.deleteProperty(target, name)
}

function causesOf({ details }: JsonObject): Json | undefined {
  return isObject(details) ? details.causes : undefined
}

function masked(value: JsonObject): string {
  return maskGenerated(JSON.parse(canonical(value))).replace(/Bad_[a-z0-9]{5}\b/g, 'Bad_<random>')
}
