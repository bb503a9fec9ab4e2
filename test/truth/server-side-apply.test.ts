// Server-side apply, and the other writes beside it, through the HTTP door: answers and managed fields as the real server's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Peer } from '#runner/base/host.ts'
import { isObject, type Json, type JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { admissionChain } from '#runner/kubernetes/admission/chain.ts'
import { createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects } from '#runner/kubernetes/bootstrap.ts'
import { difference, readFacts } from '../support/replay-cases.ts'
import { stoppedClock, testStart } from '../support/stopped-clock.ts'

interface Step {
  readonly op: 'apply' | 'create' | 'update' | 'merge'
  readonly manager: string
  readonly body: JsonObject
  readonly force?: boolean
  readonly sub?: string
  readonly code: number
  readonly error?: { readonly code: number; readonly reason: string | null; readonly message: string; readonly causes?: readonly JsonObject[] }
}

interface ApplyCase {
  readonly id: string
  readonly title: string
  readonly kind: string
  readonly apiVersion: string
  readonly namespace: string
  readonly name: string
  readonly steps: readonly Step[]
  readonly final: JsonObject
}

const { crd, cases } = readFacts<{ crd: JsonObject; cases: readonly ApplyCase[] }>('ssa.json')

const admin: Peer = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }

type Ask = (method: string, path: string, body?: JsonObject, contentType?: string) => Promise<{ status: number; body: JsonObject }>

test('every row of applies comes out as recorded', async () => {
  const { ask, tick } = await startServer()
  const deviations: string[] = []
  for (const recorded of cases) {
    const deviation = await replay(recorded, ask, tick)
    if (deviation !== undefined) deviations.push(`${recorded.id} ${recorded.title}: ${deviation}`)
  }
  console.log(`ssa.json: ${cases.length} compared, 0 left out, ${deviations.length} deviate`)
  assert.deepEqual(deviations, [])
})

test('a changed word in a row of applies is noticed', async () => {
  const { ask, tick } = await startServer()
  for (const recorded of cases) {
    const spoilt = { ...recorded, final: { ...recorded.final, kind: 'Spoilt' } }
    assert.notEqual(await replay(spoilt, ask, tick), undefined, recorded.id)
  }
})

async function startServer(): Promise<{ ask: Ask; tick: () => Promise<void> }> {
  const { clock, activity } = stoppedClock()
  const server = createApiServer({
    clock,
    activity,
    random: createRandom('apply'),
    serviceCidr: '10.0.0.0/16',
    gitVersion: 'v1.35.4',
    birth: bootstrapObjects({ now: testStart, gitVersion: 'v1.35.4' }),
    admission: admissionChain(['ServiceAccount']),
  })
  const ask: Ask = async (method, path, body, contentType = 'application/json') => {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': contentType } }
    const response = await server.host.fetch(new Request(`https://cluster${path}`, { method, ...init }), admin)
    return { status: response.status, body: (await response.json()) as JsonObject }
  }
  const tick = () => clock.advance(1000)
  await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd)
  await clock.advance(10_000)
  await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'facts-ssa' } })
  return { ask, tick }
}

async function replay(recorded: ApplyCase, ask: Ask, tick: () => Promise<void>): Promise<string | undefined> {
  const path = pathOf(recorded)
  for (const [index, step] of recorded.steps.entries()) {
    const answer = await play(step, recorded, ask)
    await tick()
    const deviation = difference(outcomeOf(answer), { code: step.code, ...(step.error === undefined ? {} : { error: sortCauses(step.error) }) })
    if (deviation !== undefined) return `step ${index}: ${deviation}`
  }
  const final = await ask('GET', `${path}/${recorded.name}`)
  const seen = final.status === 200 ? withoutChance(final.body) : { code: final.status, reason: final.body.reason, message: final.body.message }
  return difference(seen, allocatedMasked(recorded.final, seen))
}

function play(step: Step, { name, ...recorded }: ApplyCase, ask: Ask): ReturnType<Ask> {
  const collection = pathOf({ name, ...recorded })
  const object = `${collection}/${name}${step.sub === undefined ? '' : `/${step.sub}`}`
  const query = new URLSearchParams({
    ...(step.manager === '' ? {} : { fieldManager: step.manager }),
    ...(step.force === true ? { force: 'true' } : {}),
    ...(step.sub === 'scale' ? {} : { fieldValidation: 'Strict' }),
  })
  if (step.op === 'create') return ask('POST', `${collection}?${query}`, step.body)
  if (step.op === 'apply') return ask('PATCH', `${object}?${query}`, step.body, 'application/apply-patch+yaml')
  if (step.op === 'merge') return ask('PATCH', `${object}?${query}`, step.body, 'application/merge-patch+json')
  return ask('GET', `${collection}/${name}`).then(({ body: live }) => ask('PUT', `${object}?${query}`, onto(live, step.body)))
}

/** The body of a PUT with what a client copies from the stored object. */
function onto(live: JsonObject, body: JsonObject): JsonObject {
  const { resourceVersion, managedFields } = member(live, 'metadata')
  const { clusterIP, clusterIPs } = member(live, 'spec')
  const spec = clusterIP === undefined ? {} : { spec: { ...member(body, 'spec'), clusterIP, clusterIPs } }
  return { ...body, metadata: { ...member(body, 'metadata'), resourceVersion, managedFields }, ...spec }
}

function pathOf({ apiVersion, kind, namespace }: ApplyCase): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${base}/namespaces/${namespace}/${kind.toLowerCase()}s`
}

function outcomeOf({ status, body }: { status: number; body: JsonObject }): Json {
  if (status < 300) return { code: status }
  const { causes } = member(body, 'details')
  const error = { code: status, reason: body.reason ?? null, message: body.message ?? '', ...(Array.isArray(causes) ? { causes } : {}) }
  return { code: status, error: sortCauses(error) }
}

/** Which manager's conflicts come first is left to chance. */
function sortCauses(error: JsonObject): JsonObject {
  const { causes } = error
  return Array.isArray(causes) ? { ...error, causes: causes.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) } : error
}

function withoutChance(object: JsonObject): JsonObject {
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = member(object, 'metadata')
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields.filter(isObject) : undefined
  const managedFields = entries?.map(({ time: ____, ...entry }) => entry)
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } }
}

/** The recording with addresses as they were given out here. */
function allocatedMasked(expected: JsonObject, seen: JsonObject): JsonObject {
  const { clusterIP, clusterIPs } = member(seen, 'spec')
  return JSON.parse(JSON.stringify(expected), (key, value) => {
    if (key === 'clusterIP' && value === '<allocated>') return clusterIP
    return key === 'clusterIPs' && Array.isArray(value) && value[0] === '<allocated>' ? clusterIPs : value
  })
}

function member(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return isObject(value) ? value : {}
}
