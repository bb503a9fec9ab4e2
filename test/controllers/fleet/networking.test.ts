import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, findCondition } from '#runner/controllers/fleet/conditions.ts'
import {
  endpointSliceExports,
  internalServiceExports,
  multiClusterServices,
  serviceExports,
  serviceImports,
} from '#runner/controllers/fleet/networking/kinds.ts'
import { endpointSlices, namespaces, services } from '#runner/controllers/resources.ts'
import type { Resource } from '#runner/kubernetes/object.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const key = { namespace: 'shop', name: 'web' }
const message = (object: KubernetesObject | undefined, type: string) => {
  const { status, reason, message: words } = findCondition(conditionsOf(object), type) ?? {}
  return `${status} ${reason}: ${words}`
}

function clientOf(fleet: TestFleet, cluster: string) {
  const found = cluster === 'hub' ? fleet.hub : fleet.members[cluster]
  if (!found) throw new Error(`no ${cluster}`)
  return found.client
}

async function make(fleet: TestFleet, cluster: string, resource: Resource, spec: object = {}): Promise<void> {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
  await clientOf(fleet, cluster).create(resource, { apiVersion, kind: resource.kind, metadata: key, ...spec } as KubernetesObject)
}

const portOf = (port: number) => ({ spec: { ports: [{ name: 'http', port, protocol: 'TCP', targetPort: 8080 }] } })

/** Members with a Service `shop/web` each, whose endpoints are what their number says. */
async function shops(...members: readonly string[]): Promise<TestFleet> {
  const fleet = await startFleet({ networking: true, members: Object.fromEntries(members.map((name) => [name, {}])) })
  for (const cluster of ['hub', ...members])
    await clientOf(fleet, cluster).create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  return fleet
}

async function open(fleet: TestFleet, member: string, address: string, port = 80): Promise<void> {
  await make(fleet, member, services, portOf(port))
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-abcde', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  }
  await clientOf(fleet, member).create(endpointSlices, slice as KubernetesObject)
  await make(fleet, member, serviceExports)
}

const imported = (fleet: TestFleet, cluster: string) => clientOf(fleet, cluster).list(endpointSlices, { namespace: 'fleet-system' })
const addresses = (slices: { readonly items: readonly KubernetesObject[] }) =>
  slices.items.flatMap((slice) => at(slice, 'endpoints', '0', 'addresses')).toSorted()

test('a Service that two members export is imported by a third: its endpoints stand behind a Service of its own', async () => {
  const fleet = await shops('east', 'west', 'south')
  await open(fleet, 'east', '10.1.0.1')
  await open(fleet, 'west', '10.2.0.1')
  await make(fleet, 'south', multiClusterServices, { spec: { serviceImport: { name: 'web' } } })
  await fleet.settle(2000)
  const exported = await clientOf(fleet, 'east').get(serviceExports, key)
  assert.equal(message(exported, 'Valid'), 'True ServiceIsValid: service shop/web is valid for export')
  assert.equal(message(exported, 'Conflict'), 'False NoConflictFound: service shop/web is exported without conflict')
  const onHub = await fleet.hub.client.get(serviceImports, key)
  assert.deepEqual(at(onHub, 'status', 'clusters'), [{ cluster: 'east' }, { cluster: 'west' }])
  assert.equal(message(await clientOf(fleet, 'south').get(multiClusterServices, key), 'Valid'), 'True FoundServiceImport: found valid service import')
  const derived = await clientOf(fleet, 'south').get(services, { namespace: 'fleet-system', name: 'shop-web' })
  assert.deepEqual([at(derived, 'spec', 'type'), at(derived, 'spec', 'ports', '0', 'port')], ['LoadBalancer', 80])
  assert.deepEqual(addresses(await imported(fleet, 'south')), ['10.1.0.1', '10.2.0.1'])
})

test('an export that is taken back takes its endpoints along, and the last one the import', async () => {
  const fleet = await shops('east', 'west')
  await open(fleet, 'east', '10.1.0.1')
  await make(fleet, 'west', multiClusterServices, { spec: { serviceImport: { name: 'web' } } })
  await fleet.settle(2000)
  assert.deepEqual(addresses(await imported(fleet, 'west')), ['10.1.0.1'])
  await clientOf(fleet, 'east').delete(serviceExports, key)
  await fleet.settle(2000)
  assert.deepEqual(addresses(await imported(fleet, 'west')), [])
  assert.equal((await fleet.hub.client.list(internalServiceExports)).items.length, 0)
  assert.equal((await fleet.hub.client.list(endpointSliceExports)).items.length, 0)
  assert.match(
    message(await clientOf(fleet, 'west').get(multiClusterServices, key), 'Valid'),
    /^Unknown UnknownServiceImport: importing service; if the condition/,
  )
  assert.equal(await clientOf(fleet, 'west').get(services, { namespace: 'fleet-system', name: 'shop-web' }), undefined)
})

test('an export with other ports than the first is in conflict, and its endpoints stay at home', async () => {
  const fleet = await shops('east', 'west')
  await open(fleet, 'east', '10.1.0.1')
  await fleet.settle(2000)
  await open(fleet, 'west', '10.2.0.1', 81)
  await fleet.settle(2000)
  const found = await clientOf(fleet, 'west').get(serviceExports, key)
  assert.equal(message(found, 'Conflict'), 'True ConflictFound: service shop/web is in conflict with other exported services')
  assert.deepEqual(at(await fleet.hub.client.get(serviceImports, key), 'status', 'clusters'), [{ cluster: 'east' }])
  assert.equal((await fleet.hub.client.list(endpointSliceExports)).items.length, 1)
})

test('a Service that is not there, or has no address of its own, is not exported', async () => {
  const fleet = await shops('east')
  await make(fleet, 'east', serviceExports)
  await fleet.settle(2000)
  assert.equal(message(await clientOf(fleet, 'east').get(serviceExports, key), 'Valid'), 'False ServiceNotFound: service shop/web is not found')
  await make(fleet, 'east', services, { spec: { ...portOf(80).spec, clusterIP: 'None' } })
  await fleet.settle(2000)
  assert.equal(message(await clientOf(fleet, 'east').get(serviceExports, key), 'Valid'), 'False ServiceIneligible: service shop/web is not eligible for export')
})

test('a service is imported by one member at a time; a member that exports does not leave', async () => {
  const fleet = await shops('east', 'west', 'south')
  await open(fleet, 'east', '10.1.0.1')
  await make(fleet, 'west', multiClusterServices, { spec: { serviceImport: { name: 'web' } } })
  await fleet.settle(2000)
  await make(fleet, 'south', multiClusterServices, { spec: { serviceImport: { name: 'web' } } })
  await fleet.settle(2000)
  assert.match(message(await clientOf(fleet, 'south').get(multiClusterServices, key), 'Valid'), /^Unknown/)
  await clientOf(fleet, 'west').delete(multiClusterServices, key)
  await fleet.settle(2000)
  assert.deepEqual(addresses(await imported(fleet, 'south')), ['10.1.0.1'])
  const members = { group: 'cluster.kubernetes-fleet.io', version: 'v1beta1', plural: 'memberclusters', kind: 'MemberCluster', namespaced: false }
  await assert.rejects(
    fleet.hub.client.delete(members, { name: 'east' }),
    /Please delete serviceExport fleet-member-east\/shop-web in the member cluster before leaving/,
  )
})
