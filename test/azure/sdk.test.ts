// The vendor's own client for fleets, unmodified, speaking to our hosts in process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContainerServiceFleetClient } from '@azure/arm-containerservicefleet'
import { createSmallAzure, fleetPath, groupPath, type SmallAzure } from './small-azure.ts'

/** The SDK's client with its HTTP replaced by calls of our host; the clock moves on at each poll. */
function clientOf(small: SmallAzure): ContainerServiceFleetClient {
  const credential = { getToken: async () => ({ token: small.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) }
  return new ContainerServiceFleetClient(credential, small.azure.subscriptions[0]?.id ?? '', {
    httpClient: {
      async sendRequest(request) {
        if (/\/operations\//.test(request.url)) await small.clock.advance(1000)
        const headers = new Headers([...request.headers])
        const answer = await small.fetch(
          new Request(request.url, { method: request.method, headers, ...(typeof request.body === 'string' ? { body: request.body } : {}) }),
        )
        const shown = new Map([...answer.headers])
        const response = {
          toJSON: () => Object.fromEntries(shown),
          get: (name: string) => shown.get(name.toLowerCase()),
          has: (name: string) => shown.has(name.toLowerCase()),
          set: () => undefined,
          delete: () => undefined,
          [Symbol.iterator]: () => shown.entries(),
        }
        return { request, status: answer.status, headers: response, bodyAsText: await answer.text() }
      },
    },
  })
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
