import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Descriptor } from '#runner/edge/descriptor.ts'
import { startWorldUp, type WorldUp } from '#runner/edge/world-up.ts'
import { worldSchema } from '#runner/labs/world-file.ts'
import { createWorld, type World } from '#runner/world/world.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'drydock-up-'))
const out = join(folder, 'world.json')
const file = worldSchema.parse({
  azure: {},
  clusters: [
    { name: 'one', nodes: 0 },
    { name: 'two', context: 'second', nodes: 0 },
  ],
})
let world: World
let up: WorldUp

before(async () => {
  world = await createWorld(file)
  world.clock.start()
  up = await startWorldUp(world, { out })
})

after(async () => {
  await up.close()
  world.close()
  rmSync(folder, { recursive: true })
})

const descriptor = (): Descriptor => JSON.parse(readFileSync(out, 'utf8'))

async function get(url: string, options: { token?: string; cert?: string; key?: string } = {}): Promise<{ status: number; body: string }> {
  const { token, ...credentials } = options
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const sent = request(url, { ca: readFileSync(descriptor().caFile), headers, ...credentials }).end()
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (message) => resolve({ status: message.statusCode ?? 0, body: await text(message) }))
  })
}

test('the descriptor names every part by absolute paths and loopback ports', () => {
  const { proxy, caFile, kubeconfig, clusters, azure, clock } = descriptor()
  for (const url of [proxy, clock]) assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  for (const path of [caFile, kubeconfig]) assert.ok(existsSync(path), path)
  assert.equal(statSync(kubeconfig).mode & 0o777, 0o600)
  assert.deepEqual(
    Object.entries(clusters).map(([name, { context }]) => [name, context]),
    [
      ['one', 'one'],
      ['two', 'second'],
    ],
  )
  assert.deepEqual(
    [azure?.arm, azure?.entra, azure?.graph],
    ['https://management.azure.com', 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  )
  for (const value of [azure?.tenantId, azure?.subscriptionId, azure?.userName, azure?.password, azure?.clientId, azure?.clientSecret]) assert.ok(value)
})

test("a cluster's token is good at that cluster alone", async () => {
  const { one, two } = descriptor().clusters
  assert.equal((await get(`${one?.server}/api/v1/namespaces`, { token: one?.token ?? '' })).status, 200)
  assert.equal((await get(`${two?.server}/api/v1/namespaces`, { token: one?.token ?? '' })).status, 401)
})

test("a cluster's client certificate is good at that cluster alone", async () => {
  const { one, two } = descriptor().clusters
  const pair = world.clusters()[0]?.adminCertificate() ?? assert.fail('no cluster')
  const credentials = { key: pair.key, cert: pair.certificate }
  assert.equal((await get(`${one?.server}/api/v1/namespaces`, credentials)).status, 200)
  assert.notEqual((await get(`${two?.server}/api/v1/namespaces`, credentials)).status, 200)
})

test('curl reaches ARM, Entra and Graph through the proxy with the CA alone', async () => {
  const { proxy, caFile, azure } = descriptor()
  const curl = async (...args: string[]): Promise<string> => (await run('curl', ['-sS', '--proxy', proxy, '--cacert', caFile, ...args])).stdout
  const form = {
    client_id: azure?.clientId ?? '',
    client_secret: azure?.clientSecret ?? '',
    grant_type: 'client_credentials',
    scope: 'https://management.azure.com/.default',
  }
  const fields = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
  const { access_token: token } = JSON.parse(await curl(...fields, `${azure?.entra}/${azure?.tenantId}/oauth2/v2.0/token`))
  const subscription = JSON.parse(
    await curl('-H', `Authorization: Bearer ${token}`, `${azure?.arm}/subscriptions/${azure?.subscriptionId}?api-version=2022-12-01`),
  )
  assert.equal(subscription.subscriptionId, azure?.subscriptionId)
  assert.match(await curl(`${azure?.graph}/v1.0/me`), /"error"/)
  await assert.rejects(curl('https://example.com'), /CONNECT tunnel failed, response 403/)
})

test('the direct port of ARM answers as ARM', async () => {
  const { status, body } = await get(`${descriptor().azure?.direct.arm}/subscriptions?api-version=2022-12-01`)
  assert.equal(status, 401)
  assert.match(body, /AuthenticationFailed/)
})

test('the clock is told and moved on over plain HTTP', async () => {
  const { clock } = descriptor()
  const before = (await (await fetch(clock)).json()) as { now: string }
  const later = (await (await fetch(`${clock}/advance?by=15m`, { method: 'POST' })).json()) as { now: string }
  const moved = Date.parse(later.now) - Date.parse(before.now)
  assert.ok(moved >= 900_000 && moved < 960_000, String(moved))
})

test('the files follow clusters that come and go, and are gone at the end', async () => {
  const other = join(folder, 'other.json')
  const changing = await createWorld(worldSchema.parse({ azure: {}, durations: 'short' }))
  const second = await startWorldUp(changing, { out: other })
  const { kubeconfig } = JSON.parse(readFileSync(other, 'utf8'))
  const azure = changing.azure ?? assert.fail('no Azure')
  const group = `/subscriptions/${azure.subscriptions[0]?.id}/resourceGroups/rg`
  await azure.seed([
    { id: group, location: 'eastus' },
    {
      id: `${group}/providers/Microsoft.ContainerService/managedClusters/late`,
      location: 'eastus',
      properties: { dnsPrefix: 'late', agentPoolProfiles: [{ name: 'pool', count: 1, mode: 'System' }] },
    },
  ])
  await second.descriptor()
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(other, 'utf8')).clusters), ['late'])
  assert.match(readFileSync(kubeconfig, 'utf8'), /name: late/)
  await second.close()
  changing.close()
  assert.deepEqual([existsSync(other), existsSync(kubeconfig)], [false, false])
})
