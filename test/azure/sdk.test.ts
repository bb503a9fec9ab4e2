// The vendor's own client for fleets, unmodified, speaking to our hosts in process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContainerServiceFleetClient } from '@azure/arm-containerservicefleet'
import type { TokenCredential } from '@azure/core-auth'
import { ClientSecretCredential } from '@azure/identity'
import { createSmallAzure, fleetPath, groupPath, type SmallAzure } from './small-azure.ts'
import { vendorClient } from './vendor-client.ts'

function clientOf(small: SmallAzure): ContainerServiceFleetClient {
  const credential: TokenCredential = { getToken: async () => ({ token: small.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) }
  return new ContainerServiceFleetClient(credential, small.azure.subscriptions[0]?.id ?? '', { httpClient: vendorClient(small) })
}

const quickly = { updateIntervalInMs: 1 }

test('the fleet SDK creates a fleet with a hub, joins a member, defines a strategy and takes all away', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('aks-fleet-east')])
  const client = clientOf(small)

  const fleet = await client.fleets.create('rg-aks-fleet-lab', 'aks-fleet-lab', { location: 'eastus', properties: { hubProfile: {} } }, quickly)
  assert.equal(fleet.properties?.provisioningState, 'Succeeded')
  assert.match(fleet.properties?.hubProfile?.fqdn ?? '', /^hub-[a-z]{6}-[a-z0-9]{8}\.hcp\.eastus\.azmk8s\.io$/)

  const clusterResourceId = `${groupPath}/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east`
  const member = await client.fleetMembers.create(
    'rg-aks-fleet-lab',
    'aks-fleet-lab',
    'member-east',
    { properties: { clusterResourceId, group: 'stage1' } },
    quickly,
  )
  assert.equal(member.properties?.group, 'stage1')
  const names: string[] = []
  for await (const one of client.fleetMembers.listByFleet('rg-aks-fleet-lab', 'aks-fleet-lab')) names.push(one.name ?? '')
  assert.deepEqual(names, ['member-east'])

  const strategy = { properties: { strategy: { stages: [{ name: 'one', groups: [{ name: 'stage1' }], afterStageWaitInSeconds: 900 }] } } }
  const made = await client.fleetUpdateStrategies.createOrUpdate('rg-aks-fleet-lab', 'aks-fleet-lab', 'safe', strategy, quickly)
  assert.equal(made.properties?.strategy.stages[0]?.name, 'one')

  const { kubeconfigs = [] } = await client.fleets.listCredentials('rg-aks-fleet-lab', 'aks-fleet-lab')
  assert.match(new TextDecoder().decode(kubeconfigs[0]?.value), /current-context: hub/)

  await client.fleets.delete('rg-aks-fleet-lab', 'aks-fleet-lab', quickly)
  assert.equal(small.azure.resources.get(fleetPath), undefined)
  assert.deepEqual(small.azure.resources.list('Microsoft.ContainerService/fleets/members'), [])
})

test('the fleet SDK sees a missing fleet as ResourceNotFound', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  await assert.rejects(clientOf(small).fleets.get('rg-aks-fleet-lab', 'none'), { code: 'ResourceNotFound', statusCode: 404 })
})

test('the identity library signs an application in, and the fleet SDK goes on with its token', async () => {
  const small = await createSmallAzure()
  const [application] = small.azure.state().servicePrincipals
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  const httpClient = vendorClient(small)
  const credential = new ClientSecretCredential(small.azure.tenantId, application?.appId ?? '', application?.secret ?? '', { httpClient })
  const client = new ContainerServiceFleetClient(credential, small.azure.subscriptions[0]?.id ?? '', { httpClient })
  const fleet = await client.fleets.get('rg-aks-fleet-lab', 'aks-fleet-lab')
  assert.equal(fleet.name, 'aks-fleet-lab')
})
