// What each type of resource makes of its writes, and which hooks it calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AzureHooks } from '#runner/azure/hooks.ts'
import { createSmallAzure, fleetPath, groupPath } from './small-azure.ts'

const containers = `${groupPath}/providers/Microsoft.ContainerService`
const clusterPath = `${containers}/managedClusters/aks-fleet-east`

function recording(): { calls: string[]; hooks: AzureHooks } {
  const calls: string[] = []
  const note = (what: string) => async (resource: { body: { name: string } }) => void calls.push(`${what} ${resource.body.name}`)
  return {
    calls,
    hooks: {
      managedCluster: {
        created: note('cluster created'),
        updated: async (cluster) => {
          await note('cluster updated')(cluster)
          return { done: true }
        },
        deleted: note('cluster deleted'),
        credentials: async (cluster, who, format) => `${cluster.body.name} ${who} ${format ?? 'as usual'}`,
      },
      fleet: { created: note('hub created'), deleted: note('hub deleted'), credentials: async () => 'hub' },
      member: { joined: note('joined'), updated: note('changed'), left: note('left') },
    },
  }
}

test('the world is told when clusters, hubs and members come, change and go, in that order', async () => {
  const { calls, hooks } = recording()
  const small = await createSmallAzure({ hooks })
  const finish = async (method: string, path: string, body?: Parameters<typeof small.send>[2]) => {
    const answer = await small.send(method, path, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    await small.clock.advance(1000)
  }
  await finish('PUT', groupPath, { body: { location: 'eastus' } })
  await finish('PUT', clusterPath, {
    body: { location: 'eastus', properties: { dnsPrefix: 'one', agentPoolProfiles: [{ name: 'nodepool1', count: 1, mode: 'System' }] } },
  })
  await finish('PUT', fleetPath, { body: { location: 'eastus', properties: { hubProfile: {} } } })
  await finish('PUT', `${fleetPath}/members/member-east`, { body: { properties: { clusterResourceId: clusterPath } } })
  await finish('PATCH', `${fleetPath}/members/member-east`, { body: { properties: { group: 'stage1' } } })
  await finish('PUT', `${clusterPath}/agentPools/pool2`, { body: { properties: { count: 2 } } })
  await finish('DELETE', groupPath)
  assert.deepEqual(calls, [
    'cluster created aks-fleet-east',
    'hub created aks-fleet-lab',
    'joined member-east',
    'changed member-east',
    'cluster updated aks-fleet-east',
    'left member-east',
    'hub deleted aks-fleet-lab',
    'cluster deleted aks-fleet-east',
  ])
})

test('an operation whose hook throws ends as Failed, with the hook’s words', async () => {
  const hooks: AzureHooks = { managedCluster: { created: async () => Promise.reject(new Error('No room for another cluster')) } }
  const small = await createSmallAzure({ hooks })
  await small.azure.seed([{ id: groupPath, location: 'eastus' }])
  const put = await small.send('PUT', clusterPath, {
    body: { location: 'eastus', properties: { dnsPrefix: 'one', agentPoolProfiles: [{ name: 'nodepool1', mode: 'System' }] } },
  })
  await small.clock.advance(1000)
  const { body } = await small.send('GET', put.headers.get('azure-asyncoperation') ?? '')
  assert.equal(body.status, 'Failed')
  assert.equal(body.error.message, 'No room for another cluster')
  assert.equal((await small.send('GET', clusterPath)).body.properties.provisioningState, 'Failed')
})

test('credentials are what the world hands out, in base64', async () => {
  const { hooks } = recording()
  const small = await createSmallAzure({ hooks })
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('aks-fleet-east')])
  const ask = async (action: string) => atob((await small.send('POST', `${clusterPath}/${action}`)).body.kubeconfigs[0].value)
  assert.equal(await ask('listClusterUserCredential?format=exec'), 'aks-fleet-east user exec')
  assert.equal(await ask('listClusterAdminCredential'), 'aks-fleet-east admin as usual')
})

test('clusters go up one minor at a time, and never down', async () => {
  const small = await createSmallAzure()
  const at = (version: string) => ({ ...small.cluster('aks-fleet-east'), properties: { ...small.cluster('x').properties, kubernetesVersion: version } })
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, at('1.33')])
  const put = async (version: string) => {
    const answer = await small.send('PUT', clusterPath, { body: { location: 'eastus', properties: { kubernetesVersion: version } } })
    await small.clock.advance(1000)
    return answer.body.error?.message ?? answer.body.properties.currentKubernetesVersion
  }
  const refusal = (to: string, list: string) =>
    `Upgrading Kubernetes version 1.33.8 to ${to} is not allowed. Available upgrades: [${list}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`
  assert.equal(await put('1.35'), refusal('1.35.2', '1.34.3 1.34.4'))
  assert.equal(await put('1.33.7'), refusal('1.33.7', '1.34.3 1.34.4'))
  assert.equal(await put('1.34.3'), '1.34.3')
  assert.match(await put('1.20'), /^Managed cluster is on version 1\.20 which is not supported in this region\./)
  const { body } = await small.send('GET', `${clusterPath}/upgradeProfiles/default`)
  assert.deepEqual(body.properties.controlPlaneProfile.upgrades, [{ kubernetesVersion: '1.34.4' }, { kubernetesVersion: '1.35.2' }])
  const offered = await small.send('GET', `${clusterPath}/availableAgentPoolVersions`)
  assert.deepEqual(offered.body.properties.agentPoolVersions.slice(0, 1), [{ kubernetesVersion: '1.34.3', default: true }])
})

test('a stopped cluster says so, and starts again', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('aks-fleet-east')])
  const after = async (action: string) => {
    assert.equal((await small.send('POST', `${clusterPath}/${action}`)).status, 202)
    await small.clock.advance(1000)
    return (await small.send('GET', clusterPath)).body.properties.powerState.code
  }
  assert.deepEqual([await after('stop'), await after('start')], ['Stopped', 'Running'])
})

test('a fleet without a hub has no credentials; it may gain a hub and not lose it', async () => {
  const { calls, hooks } = recording()
  const small = await createSmallAzure({ hooks })
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  assert.equal((await small.send('POST', `${fleetPath}/listCredentials`)).body.error.code, 'InvalidHubOperation')
  await small.send('PUT', fleetPath, { body: { location: 'eastus', properties: { hubProfile: { dnsPrefix: 'contoso' } } } })
  await small.clock.advance(1000)
  assert.deepEqual(calls, ['hub created aks-fleet-lab'])
  assert.match((await small.send('GET', fleetPath)).body.properties.hubProfile.fqdn, /^contoso-[a-z0-9]{8}\.hcp\.eastus\.azmk8s\.io$/)
  assert.equal((await small.send('PUT', fleetPath, { body: { location: 'eastus' } })).status, 400)
})

test('a cluster is a member once, of clusters that exist, and bears the labels of the service', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('aks-fleet-east'), { id: fleetPath, location: 'eastus' }])
  const put = (name: string, clusterResourceId: string) =>
    small.send('PUT', `${fleetPath}/members/${name}`, { body: { properties: { clusterResourceId, labels: { team: 'fleet' } } } })
  assert.equal((await put('m', `${containers}/managedClusters/none`)).body.error.code, 'ClusterNotFound')
  const joined = await put('member-east', clusterPath)
  assert.deepEqual(joined.body.properties.labels, {
    'fleet.azure.com/cluster-name': 'aks-fleet-east',
    'fleet.azure.com/location': 'eastus',
    'fleet.azure.com/member-name': 'member-east',
    'fleet.azure.com/resource-group': 'rg-aks-fleet-lab',
    'fleet.azure.com/subscription-id': small.azure.subscriptions[0]?.id,
    team: 'fleet',
  })
  assert.equal((await put('again', clusterPath)).body.error.code, 'ClusterAlreadyJoinedAnotherFleet')
  assert.match((await put('Bad_Name', clusterPath)).body.error.message, /^The members name 'Bad_Name' is invalid\./)
})

test('a strategy keeps stages in order and refuses twins, nameless ones and ones without groups', async () => {
  const small = await createSmallAzure()
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  const put = (stages: readonly object[]) =>
    small.send('PUT', `${fleetPath}/updateStrategies/safe`, { body: { properties: { strategy: { stages: stages as never } } } })
  const refusals = await Promise.all(
    [
      [
        { name: 'a', groups: [{ name: 'g' }] },
        { name: 'a', groups: [{ name: 'h' }] },
      ],
      [
        { name: 'a', groups: [{ name: 'g' }] },
        { name: 'b', groups: [{ name: 'g' }] },
      ],
      [{ name: 'a' }],
      [],
    ].map(async (stages) => (await put(stages)).body.error.message.split(' Resource ID')[0]),
  )
  assert.deepEqual(refusals, [
    "Duplicate stage name 'a'.",
    "Duplicate group name 'g'.",
    'A required property UpdateStage.Groups is missing. Please specify a value for this property and retry this operation.',
    'A required property UpdateRunStrategy.Stages is missing. Please specify a value for this property and retry this operation.',
  ])
  const made = await put([
    { name: 'one', groups: [{ name: 'stage1', beforeGates: [] }], afterStageWaitInSeconds: 900, afterGates: [] },
    { name: 'two', groups: [{ name: 'stage2' }], afterStageWaitInSeconds: 0 },
  ])
  assert.deepEqual(made.body.properties.strategy.stages, [
    { name: 'one', groups: [{ name: 'stage1' }], afterStageWaitInSeconds: 900 },
    { name: 'two', groups: [{ name: 'stage2' }] },
  ])
})

test('a connected cluster joins a fleet like any other, and takes no part in update runs', async () => {
  const small = await createSmallAzure()
  const connected = `${groupPath}/providers/Microsoft.Kubernetes/connectedClusters/shop-floor`
  await small.azure.seed([{ id: groupPath, location: 'eastus' }, small.cluster('aks-fleet-east'), { id: fleetPath, location: 'eastus' }])
  const made = await small.send('PUT', connected, {
    body: { location: 'eastus', identity: { type: 'SystemAssigned' }, properties: { agentPublicKeyCertificate: '' } },
  })
  assert.deepEqual([made.status, made.body.properties.connectivityStatus], [201, 'Connecting'])
  for (const [name, clusterResourceId] of [
    ['floor', connected],
    ['east', clusterPath],
  ] as const) {
    assert.equal((await small.send('PUT', `${fleetPath}/members/${name}`, { body: { properties: { clusterResourceId } } })).status, 201)
    await small.clock.advance(1000)
  }
  assert.equal((await small.send('GET', `${fleetPath}/members/floor`)).body.properties.provisioningState, 'Succeeded')
  const run = { managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' } } }
  const { body } = await small.send('PUT', `${fleetPath}/updateRuns/all`, { body: { properties: run } })
  assert.deepEqual(
    body.properties.status.stages[0].groups[0].members.map(({ name }: { name: string }) => name),
    ['east'],
  )
})
