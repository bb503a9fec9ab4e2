// The activity log: what was changed, by whom, and how it ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSmallAzure, fleetPath, groupPath, type SmallAzure, subscriptionId } from './small-azure.ts'

const since = "eventTimestamp ge '2026-11-01T00:00:00Z'"

async function events(
  small: SmallAzure,
  filter: string,
  more = '',
): Promise<{ operationName: { value: string }; status: { value: string }; caller: string }[]> {
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values?$filter=${encodeURIComponent(filter)}${more}`
  return (await small.send('GET', path, { version: '2017-03-01-preview' })).body.value
}

test('writes stand in it newest first: begun, ended, refused; reads do not', async () => {
  const small = await createSmallAzure()
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  await small.send('PUT', fleetPath, { body: { location: 'eastus' } })
  await small.clock.advance(1000)
  await small.send('GET', fleetPath)
  await small.send('DELETE', fleetPath, { as: 'charles@contoso.test' })
  const seen = (await events(small, since)).map(({ operationName, status, caller }) => `${caller} ${operationName.value} ${status.value}`)
  assert.deepEqual(seen, [
    'charles@contoso.test Microsoft.ContainerService/fleets/delete Failed',
    'ada@contoso.test Microsoft.ContainerService/fleets/write Succeeded',
    'ada@contoso.test Microsoft.ContainerService/fleets/write Accepted',
    'ada@contoso.test Microsoft.Resources/subscriptions/resourceGroups/write Succeeded',
  ])
})

test('it is asked by time, group, resource, caller and state, and goes along with a snapshot', async () => {
  const before = await createSmallAzure()
  await before.send('PUT', groupPath, { body: { location: 'eastus' } })
  await before.send('PUT', `${groupPath}2`, { body: { location: 'eastus' } })
  const small = await createSmallAzure({ state: before.azure.state() })
  const count = async (filter: string): Promise<number> => (await events(small, filter)).length
  assert.equal(await count(`${since} and resourceGroupName eq 'rg-aks-fleet-lab'`), 1)
  assert.equal(await count(`${since} and resourceUri eq '${groupPath}2'`), 1)
  assert.equal(await count(`${since} and caller eq 'charles@contoso.test'`), 0)
  assert.equal(await count(`${since} and status eq 'Succeeded'`), 2)
  assert.equal(await count("eventTimestamp ge '2026-12-01T00:00:00Z'"), 0)
  assert.deepEqual(Object.keys((await events(small, since, '&$select=caller,status'))[0] ?? {}), ['caller', 'status'])
})
