// The vendor's client for managed clusters, unmodified: from a group to its end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSmallAzure } from './small-azure.ts'
import { all, quickly, vendorClients } from './vendor-clients.ts'

const group = 'rg-clusters'
const pool = { count: 1, vmSize: 'Standard_DS2_v2', osType: 'Linux' }
const cluster = {
  location: 'eastus',
  dnsPrefix: 'one',
  kubernetesVersion: '1.34.3',
  identity: { type: 'SystemAssigned' as const },
  agentPoolProfiles: [{ name: 'nodepool1', mode: 'System', ...pool }],
}

test('the SDK makes a cluster, gives it pools and windows, upgrades, stops, starts, renews and deletes it', async () => {
  const { clusters, resources } = vendorClients(await createSmallAzure())
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus' })
  const made = await clusters.managedClusters.createOrUpdate(group, 'one', cluster, quickly)
  assert.deepEqual([made.provisioningState, made.powerState?.code, made.currentKubernetesVersion], ['Succeeded', 'Running', '1.34.3'])

  const added = await clusters.agentPools.createOrUpdate(group, 'one', 'pool2', { ...pool, mode: 'User' }, quickly)
  assert.deepEqual([added.provisioningState, added.mode, added.count], ['Succeeded', 'User', 1])
  assert.deepEqual(
    (await all(clusters.agentPools.list(group, 'one'))).map(({ name }) => name),
    ['nodepool1', 'pool2'],
  )
  assert.equal((await clusters.agentPools.getUpgradeProfile(group, 'one', 'pool2')).kubernetesVersion, '1.34.3')
  await clusters.agentPools.delete(group, 'one', 'pool2', quickly)

  const window = { maintenanceWindow: { schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Friday' } }, durationHours: 4, startTime: '01:00' } }
  await clusters.maintenanceConfigurations.createOrUpdate(group, 'one', 'aksManagedAutoUpgradeSchedule', window)
  assert.equal((await all(clusters.maintenanceConfigurations.listByManagedCluster(group, 'one')))[0]?.maintenanceWindow?.durationHours, 4)

  const { controlPlaneProfile } = await clusters.managedClusters.getUpgradeProfile(group, 'one')
  assert.deepEqual(
    controlPlaneProfile.upgrades?.map(({ kubernetesVersion }) => kubernetesVersion),
    ['1.34.4', '1.35.2'],
  )
  const upgraded = await clusters.managedClusters.createOrUpdate(group, 'one', { ...cluster, kubernetesVersion: '1.35.2' }, quickly)
  assert.equal(upgraded.currentKubernetesVersion, '1.35.2')

  await clusters.managedClusters.stop(group, 'one', quickly)
  assert.equal((await clusters.managedClusters.get(group, 'one')).powerState?.code, 'Stopped')
  await clusters.managedClusters.start(group, 'one', quickly)
  await clusters.managedClusters.rotateClusterCertificates(group, 'one', quickly)
  await clusters.managedClusters.rotateServiceAccountSigningKeys(group, 'one', quickly)
  assert.deepEqual((await clusters.managedClusters.updateTags(group, 'one', { tags: { env: 'lab' } }, quickly)).tags, { env: 'lab' })

  await clusters.managedClusters.delete(group, 'one', quickly)
  assert.deepEqual(await all(clusters.managedClusters.list()), [])
  await assert.rejects(clusters.managedClusters.get(group, 'one'), { code: 'ResourceNotFound', statusCode: 404 })
})

test('the SDK reads what surrounds a cluster: versions, credentials, access profiles, addresses it needs, operations', async () => {
  const small = await createSmallAzure()
  const { clusters, resources } = vendorClients(small)
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus' })
  await clusters.managedClusters.createOrUpdate(group, 'one', cluster, quickly)
  const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

  const { values = [] } = await clusters.managedClusters.listKubernetesVersions('eastus')
  assert.deepEqual(
    values.map(({ version }) => version),
    ['1.33', '1.34', '1.35'],
  )
  const { kubeconfigs: monitoring = [] } = await clusters.managedClusters.listClusterMonitoringUserCredentials(group, 'one')
  assert.match(text(monitoring[0]?.value), /clusterMonitoringUser_rg-clusters_one/)
  const profile = await clusters.managedClusters.getAccessProfile(group, 'one', 'clusterAdmin')
  assert.match(text(profile.kubeConfig), /clusterAdmin_rg-clusters_one/)
  const endpoints = await all(clusters.managedClusters.listOutboundNetworkDependenciesEndpoints(group, 'one'))
  assert.ok(endpoints.some(({ category }) => category === 'azure-resource-management'))
  const operations = await all(clusters.operations.list())
  assert.ok(operations.some(({ name }) => name === 'Microsoft.ContainerService/managedClusters/read'))
  await clusters.snapshots.createOrUpdate(group, 'shot', {
    location: 'eastus',
    creationData: { sourceResourceId: `${(await clusters.managedClusters.get(group, 'one')).id}/agentPools/nodepool1` },
  })
  const [shot] = await all(clusters.snapshots.list())
  assert.deepEqual([shot?.name, shot?.kubernetesVersion, shot?.osType], ['shot', '1.34.3', 'Linux'])
  await clusters.snapshots.delete(group, 'shot')
})
