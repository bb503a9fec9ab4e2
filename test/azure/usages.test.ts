// What a subscription uses of its quota in a region.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSmallAzure, groupPath, subscriptionId } from './small-azure.ts'

interface Usage {
  readonly currentValue: number
  readonly limit: number
  readonly name: { readonly value: string }
}

test('cores and machines of clusters are counted where they are', async () => {
  const { send } = await createSmallAzure()
  await send('PUT', groupPath, { body: { location: 'eastus' } })
  const agentPoolProfiles = [{ name: 'system', count: 3, vmSize: 'Standard_D4ds_v5', mode: 'System' }]
  const body = { location: 'eastus', identity: { type: 'SystemAssigned' }, properties: { dnsPrefix: 'one', agentPoolProfiles } }
  await send('PUT', `${groupPath}/providers/Microsoft.ContainerService/managedClusters/one`, { body })
  const used = async (location: string): Promise<readonly string[]> => {
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${location}/usages`
    const { value } = (await send('GET', path, { version: '2024-07-01' })).body as { readonly value: readonly Usage[] }
    return value.map(({ name, currentValue, limit }) => `${name.value} ${currentValue} of ${limit}`)
  }
  assert.deepEqual(await used('eastus'), [
    'cores 12 of 100',
    'virtualMachines 3 of 25000',
    'virtualMachineScaleSets 1 of 2500',
    'standardDDSv5Family 12 of 100',
  ])
  assert.deepEqual(await used('westus2'), ['cores 0 of 100', 'virtualMachines 0 of 25000', 'virtualMachineScaleSets 0 of 2500'])
})
