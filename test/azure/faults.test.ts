// What goes wrong by a world file's will, and what the vendor's clients make of it; and how many requests are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '#runner/az/az.ts'
import { localPeer } from '#runner/base/host.ts'
import { createRandom } from '#runner/base/random.ts'
import { worldSchema } from '#runner/labs/world-file.ts'
import { withFaults } from '#runner/world/faults.ts'
import { azOn } from './az-on.ts'
import { createSmallAzure, fleetPath, groupPath, type SmallAzure, subscriptionId } from './small-azure.ts'
import { all, quickly, vendorClients } from './vendor-clients.ts'

test('each principal has so many requests in a subscription; they come back with time', async () => {
  const small = await createSmallAzure()
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  const remaining = async (method: string, sort: string, as?: string): Promise<string | null> =>
    (await small.send(method, groupPath, { ...(method === 'PATCH' ? { body: { tags: {} } } : {}), ...(as === undefined ? {} : { as }) })).headers.get(
      `x-ms-ratelimit-remaining-subscription-${sort}`,
    )
  assert.deepEqual([await remaining('GET', 'reads'), await remaining('GET', 'reads'), await remaining('PATCH', 'writes')], ['3749', '3748', '798'])
  for (let left = 798; left > 0; left -= 1) await small.send('PATCH', groupPath, { body: { tags: {} } })
  const refused = await small.send('PATCH', groupPath, { body: { tags: {} } })
  assert.deepEqual([refused.status, refused.body.error.code, refused.headers.get('retry-after')], [429, 'SubscriptionRequestsThrottled', '1'])
  assert.match(refused.body.error.message, new RegExp(`^Number of 'write' requests for subscription '${subscriptionId}' actor '.+' exceeded\\.`))
  assert.equal(await remaining('GET', 'reads', 'charles@contoso.test'), '3749')
  await small.clock.advance(1000)
  assert.equal(await remaining('PATCH', 'writes'), '9')
})

test('an operation that is doomed ends as Failed with its words, and the resource with it', async () => {
  const small = await createSmallAzure()
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  const put = await small.send('PUT', fleetPath, { body: { location: 'eastus' } })
  const address = put.headers.get('azure-asyncoperation') ?? ''
  small.azure.failOperation(/operations\/([^?]+)/.exec(address)?.[1] ?? '', { code: 'InternalOperationError', message: 'No capacity.' })
  await small.clock.advance(1000)
  const { status, error } = (await small.send('GET', address)).body
  assert.deepEqual([status, error], ['Failed', { code: 'InternalOperationError', message: 'No capacity.' }])
  assert.equal((await small.send('GET', fleetPath)).body.properties.provisioningState, 'Failed')
})

type Faults = readonly Readonly<Record<string, unknown>>[]

/** The same Azure, its Resource Manager failing as a world file says. */
async function faulty(faults: Faults, seed = 'faults'): Promise<SmallAzure> {
  const small = await createSmallAzure({ now: Date.parse('2026-11-24T09:00:00Z') })
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const arm = small.azure.hosts['management.azure.com']
  if (!arm) throw new Error('no Resource Manager')
  const { faults: read } = worldSchema.parse({ faults: faults.map((fault) => ({ host: 'management.azure.com', ...fault })) })
  const host = withFaults('management.azure.com', arm, { faults: read, random: createRandom(seed), failOperation: small.azure.failOperation })
  return { ...small, fetch: (request) => (new URL(request.url).hostname === 'management.azure.com' ? host.fetch(request, localPeer) : small.fetch(request)) }
}

const poll = { method: 'GET', path: '*/operations/*' }
const fleet = { location: 'eastus', properties: {} }

test('the SDK recovers from a 503 in the middle of a poll and from a 429', async () => {
  for (const fault of [
    { ...poll, answer: 503, chance: 0.5 },
    { method: 'PUT', answer: 429, retryAfter: 0, chance: 0.5 },
  ]) {
    const small = await faulty([fault])
    const { resources } = vendorClients(small)
    await resources.resources.createOrUpdateById(fleetPath, '2025-03-01', fleet, quickly)
    assert.deepEqual(
      (await all(resources.resources.listByResourceGroup('rg-aks-fleet-lab'))).map(({ name }) => name),
      ['aks-fleet-lab'],
    )
  }
})

test('the SDK tells of an operation that failed, and of a refusal that stays, in the vendor’s words', async () => {
  const doomed = await faulty([{ method: 'PUT', path: '*/fleets/*', operation: true, code: 'InternalOperationError', message: 'No capacity.' }])
  await assert.rejects(vendorClients(doomed).resources.resources.createOrUpdateById(fleetPath, '2025-03-01', fleet, quickly), /No capacity\./)
  const throttled = await faulty([{ method: 'PUT', answer: 429, retryAfter: 0, code: 'TooManyRequests', message: 'Too many.' }])
  await assert.rejects(vendorClients(throttled).resources.resources.createOrUpdateById(fleetPath, '2025-03-01', fleet, quickly), {
    code: 'TooManyRequests',
    statusCode: 429,
  })
})

const create = ['fleet', 'create', '-g', 'rg-aks-fleet-lab', '-n', 'aks-fleet-lab', '-l', 'eastus', '--query', 'provisioningState', '-o', 'tsv']

test('az recovers from a 503 in the middle of a poll, and waits as long as a 429 says', async () => {
  const stumbling = azOn(await faulty([{ ...poll, answer: 503, chance: 0.5 }]))
  assert.equal(await run(create, stumbling.context), 0, stumbling.output.stderr)
  assert.equal(stumbling.output.stdout, 'Succeeded\n')
  const throttled = azOn(await faulty([{ method: 'PUT', answer: 429, retryAfter: 7, chance: 0.5 }]))
  assert.equal(await run(create, throttled.context), 0, throttled.output.stderr)
  assert.ok(throttled.slept.includes(7000))
})

test('az prints an operation that failed, a refusal that stays, and a token that is too old, in the vendor’s words', async () => {
  const expired = { answer: 401, code: 'ExpiredAuthenticationToken', message: 'The access token expiry UTC time is earlier than current UTC time.' }
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ method: 'PUT', path: '*/fleets/*', operation: true, code: 'InternalOperationError', message: 'No capacity.' }, 'InternalOperationError) No capacity.'],
    [{ method: 'PUT', answer: 429, retryAfter: 1, code: 'SubscriptionRequestsThrottled', message: 'Too many.' }, 'SubscriptionRequestsThrottled) Too many.'],
    [expired, 'ExpiredAuthenticationToken) The access token expiry UTC time'],
  ]
  for (const [fault, words] of cases) {
    const az = azOn(await faulty([fault]))
    assert.equal(await run(create, az.context), 1)
    assert.ok(az.output.stderr.startsWith(`ERROR: (${words}`), az.output.stderr)
  }
})

test('a token that has grown old on the world’s clock is had anew without a word', async () => {
  const small = await faulty([])
  const az = azOn(small)
  assert.equal(await run(create, az.context), 0)
  await small.clock.advance(26 * 3_600_000)
  const later = { ...az.context, now: () => small.clock.now() }
  assert.equal(await run(['group', 'list', '-o', 'tsv', '--query', '[].name'], later), 0, az.output.stderr)
})
