// What ARM checks of every request, whatever the type of resource.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterAdmin, createSmallAzure, fleetPath, groupPath, subscriptionId } from './small-azure.ts'

const code = (answer: { body: { error: { code: string } } }): string => answer.body.error.code

test('a request without a token, with a foreign one or with one for another audience is refused with 401', async () => {
  const small = await createSmallAzure()
  const ask = (authorization?: string) =>
    small.fetch(
      new Request(`https://management.azure.com${groupPath}?api-version=2024-11-01`, { headers: authorization === undefined ? {} : { authorization } }),
    )
  const codes = await Promise.all(
    [undefined, 'Bearer nonsense', `Bearer ${small.azure.tokenFor('ada@contoso.test', 'https://graph.microsoft.com')}`].map(async (one) => {
      const answer = await ask(one)
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer authorization_uri="https:\/\/login\.microsoftonline\.com\//)
      return ((await answer.json()) as { error: { code: string } }).error.code
    }),
  )
  assert.deepEqual(codes, ['AuthenticationFailed', 'InvalidAuthenticationToken', 'InvalidAuthenticationTokenAudience'])
})

test('a token expires on the clock of the world', async () => {
  const small = await createSmallAzure()
  const headers = { authorization: `Bearer ${small.token()}` }
  await small.clock.advance(86_400_000)
  const answer = await small.send('GET', '/subscriptions', { headers })
  assert.equal(code(answer), 'ExpiredAuthenticationToken')
  assert.match(answer.body.error.message, /The access token expiry UTC time '11\/24\/2026 8:59:59 AM'/)
})

test('the api-version must be there and be a date; its key may be percent-encoded', async () => {
  const small = await createSmallAzure()
  const get = async (query: string) => small.send('GET', `https://management.azure.com/subscriptions${query}`)
  assert.equal(code(await get('')), 'MissingApiVersionParameter')
  assert.equal(code(await get('?api-version=new')), 'InvalidApiVersionParameter')
  assert.equal((await get('?api%2Dversion=2022-12-01')).status, 200)
})

test('paths compare without case, and answers keep the canonical spelling', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const put = await small.send('PUT', fleetPath.replace('resourceGroups', 'RESOURCEgroups').replace('fleets', 'FLEETS'), { body: { location: 'East US' } })
  assert.equal(put.body.id, fleetPath)
  assert.equal(put.body.location, 'eastus')
  assert.equal((await small.send('GET', fleetPath.toLowerCase())).status, 200)
})

test('an operation is followed by Azure-AsyncOperation: running until a second has passed, then Succeeded', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const put = await small.send('PUT', fleetPath, { body: { location: 'eastus' } })
  assert.equal(put.status, 201)
  assert.equal(put.body.properties.provisioningState, 'Creating')
  assert.equal(put.headers.get('retry-after'), '1')
  assert.equal(put.headers.get('location'), null)
  const link = put.headers.get('azure-asyncoperation') ?? ''
  assert.match(
    link,
    new RegExp(`^https://management.azure.com/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/locations/eastus/operations/`),
  )
  assert.equal((await small.send('GET', link)).body.status, 'InProgress')
  assert.equal(code(await small.send('PUT', fleetPath, { body: { location: 'eastus' } })), 'OperationNotAllowed')
  await small.clock.advance(1000)
  const done = await small.send('GET', link)
  assert.equal(done.body.status, 'Succeeded')
  assert.equal(done.headers.get('retry-after'), null)
  assert.equal((await small.send('GET', fleetPath)).body.properties.provisioningState, 'Succeeded')
})

test('a delete has Azure-AsyncOperation and Location; the resource goes with the operation', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  const answer = await small.send('DELETE', fleetPath)
  assert.equal(answer.status, 202)
  assert.equal(answer.body.properties.provisioningState, 'Deleting')
  const location = answer.headers.get('location') ?? ''
  assert.equal((await small.send('GET', location)).status, 202)
  await small.clock.advance(1000)
  assert.equal((await small.send('GET', location)).status, 204)
  assert.equal(code(await small.send('GET', fleetPath)), 'ResourceNotFound')
  assert.equal((await small.send('DELETE', fleetPath)).status, 204)
})

test('with real durations a hub takes its four and a half minutes', async () => {
  const small = await createSmallAzure({ durations: 'real' })
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const put = await small.send('PUT', fleetPath, { body: { location: 'eastus', properties: { hubProfile: {} } } })
  const link = put.headers.get('azure-asyncoperation') ?? ''
  await small.clock.advance(4 * 60_000)
  assert.equal((await small.send('GET', link)).body.status, 'InProgress')
  await small.clock.advance(30_000)
  assert.equal((await small.send('GET', link)).body.status, 'Succeeded')
})

test('If-Match and If-None-Match hold against the eTag in the body', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  const { eTag } = (await small.send('GET', fleetPath)).body
  assert.match(eTag, /^"[0-9a-f]{8}-0000-0700-0000-[0-9a-f]{8}0000"$/)
  const patch = (headers: Record<string, string>) => small.send('PATCH', fleetPath, { body: { tags: { a: 'b' } }, headers })
  assert.equal(code(await patch({ 'if-match': '"other"' })), 'PreconditionFailed')
  assert.equal((await patch({ 'if-match': eTag })).status, 200)
  assert.equal(code(await patch({ 'if-match': eTag })), 'PreconditionFailed')
  const create = await small.send('PUT', fleetPath, { body: { location: 'eastus' }, headers: { 'if-none-match': '*' } })
  assert.equal(create.status, 412)
})

test('what is missing is named in the vendor’s words: subscription, group, parent, namespace, type', async () => {
  const small = await createSmallAzure()
  const other = '00000000-0000-0000-0000-000000000001'
  assert.equal(code(await small.send('GET', `/subscriptions/${other}/resourceGroups/x`)), 'SubscriptionNotFound')
  assert.equal((await small.send('GET', groupPath)).body.error.message, "Resource group 'rg-aks-fleet-lab' could not be found.")
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const member = await small.send('PUT', `${fleetPath}/members/m`, { body: { properties: {} } })
  assert.equal(
    member.body.error.message,
    `Failed to perform 'write' on resource(s) of type 'fleets/members', because the parent resource '${fleetPath}' could not be found.`,
  )
  assert.equal(code(await small.send('GET', `${groupPath}/providers/Microsoft.Nope/things/x`)), 'InvalidResourceNamespace')
  const unknown = await small.send('GET', `${groupPath}/providers/Microsoft.ContainerService/openShiftClusters/x`)
  assert.equal(code(unknown), 'InvalidResourceType')
  assert.equal(unknown.headers.get('x-not-simulated'), 'true')
})

test('broken bodies are refused with 400: no JSON, no object, a location of no region', async () => {
  const small = await createSmallAzure()
  const put = async (body: string) => {
    const answer = await small.fetch(
      new Request(`https://management.azure.com${groupPath}?api-version=2024-11-01`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${small.token()}`, 'content-type': 'application/json' },
        body,
      }),
    )
    return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code]
  }
  assert.deepEqual(await put('{"location"'), [400, 'InvalidRequestContent'])
  assert.deepEqual(await put('[1]'), [400, 'InvalidRequestContent'])
  assert.deepEqual(await put('{"location":"mars"}'), [400, 'LocationNotAvailableForResourceGroup'])
  assert.deepEqual(await put(`{"location":"${'x'.repeat(5 * 1024 * 1024)}"}`), [413, 'RequestContentTooLarge'])
})

test('long lists come in pages that nextLink leads through', async () => {
  const small = await createSmallAzure()
  await small.azure.seed(['a', 'b', 'c'].map((name) => ({ id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`, location: 'eastus' })))
  const names: string[] = []
  let link: string | undefined = `/subscriptions/${subscriptionId}/resourcegroups?$top=2`
  while (link !== undefined) {
    const { body } = await small.send('GET', link)
    names.push(...body.value.map(({ name }: { name: string }) => name))
    link = body.nextLink
  }
  assert.deepEqual(names, ['a', 'b', 'c'])
})

test('deleting a group takes what it holds along, its role assignments too', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('one'), { id: fleetPath, location: 'eastus' }])
  await small.send('PUT', `${fleetPath}/providers/Microsoft.Authorization/roleAssignments/0b2a4dc1-6a4a-4d2c-8a43-3c1f1a1f1e01`, {
    body: { properties: { roleDefinitionId: clusterAdmin, principalId: small.azure.users[1]?.objectId } },
  })
  const answer = await small.send('DELETE', groupPath)
  assert.equal(answer.status, 202)
  assert.equal(
    code(await small.send('PUT', `${groupPath}/providers/Microsoft.ContainerService/fleets/new`, { body: { location: 'eastus' } })),
    'ResourceGroupBeingDeleted',
  )
  await small.clock.advance(1000)
  assert.equal((await small.send('GET', answer.headers.get('location') ?? '')).status, 200)
  assert.deepEqual(
    small.azure.state().resources.filter(({ id }) => id.toLowerCase().startsWith(groupPath.toLowerCase())),
    [],
  )
})

test('a state written down goes on elsewhere, and the same requests give the same bytes', async () => {
  const walk = async (small: Awaited<ReturnType<typeof createSmallAzure>>) => {
    await small.send('PUT', groupPath, { body: { location: 'eastus' } })
    await small.send('PUT', fleetPath, { body: { location: 'eastus', properties: { hubProfile: {} } } })
    await small.clock.advance(1000)
  }
  const [first, second] = [await createSmallAzure(), await createSmallAzure()]
  await walk(first)
  await walk(second)
  assert.equal(JSON.stringify(first.azure.state()), JSON.stringify(second.azure.state()))
  const third = await createSmallAzure({ state: JSON.parse(JSON.stringify(first.azure.state())), now: first.clock.now() })
  assert.deepEqual((await third.send('GET', fleetPath)).body, (await first.send('GET', fleetPath)).body)
})
