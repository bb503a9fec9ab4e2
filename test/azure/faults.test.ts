// What goes wrong by a world file's will, and what the vendor's clients make of it; and how many requests are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSmallAzure, fleetPath, groupPath, subscriptionId } from './small-azure.ts'

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
