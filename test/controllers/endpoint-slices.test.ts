import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments, endpointSlices, endpoints, nodes, pods, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const labels = { app: 'x' }
const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'

/** What controllers write into a slice's metadata, without names and times of its own. */
function written({ metadata }: KubernetesObject): unknown {
  return { labels: metadata.labels, annotations: metadata.annotations ?? {}, generation: metadata.generation }
}

test("slices take their Service's labels over, and say when a pod's turn changed them, not when one left", async () => {
  const { client, settle } = await startCluster()
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx' }] } }
  const spec = { replicas: 2, selector: { matchLabels: labels }, template }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace }, spec: { selector: labels, ports: [{ port: 80 }] } })
  await client.create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace }, spec } as KubernetesObject)
  await settle(10_000)
  const slice = async (): Promise<KubernetesObject> =>
    (await client.list(endpointSlices, { namespace })).items.find(({ metadata }) => metadata.name !== 'kubernetes') as KubernetesObject
  const [full] = [await slice()]
  assert.match(full.metadata.annotations?.[triggerTime] ?? '', /Z$/)
  await client.patch(deployments, { namespace, name: 'x' }, { spec: { replicas: 1 } }, { type: 'merge' })
  await settle(10_000)
  const own = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': 'x' }
  const before = Number((await slice()).metadata.generation)
  assert.deepEqual(written(await slice()), { labels: own, annotations: {}, generation: before })
  assert.equal((await client.get(endpoints, { namespace, name: 'x' }))?.metadata.annotations?.[triggerTime], undefined)
  await client.patch(services, { namespace, name: 'x' }, { metadata: { labels: { tier: 'front' } } }, { type: 'merge' })
  await settle()
  assert.deepEqual(written(await slice()), { labels: { ...own, tier: 'front' }, annotations: {}, generation: before + 1 })
})

test('slices of Endpoints kept by hand take their annotations over, but for two that are about themselves', async () => {
  const { client, settle } = await startCluster()
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace }, spec: { ports: [{ port: 80 }] } })
  const annotations = { mine: 'yes', [triggerTime]: '2026-01-01T00:00:00Z', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
  const subsets = [{ addresses: [{ ip: '1.2.3.4' }], ports: [{ port: 80 }] }]
  await client.create(endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'x', namespace, annotations },
    subsets,
  } as KubernetesObject)
  await settle()
  const slices = async (): Promise<unknown[]> =>
    (await client.list(endpointSlices, { namespace, labelSelector: 'kubernetes.io/service-name=x' })).items.map(({ metadata }) => metadata.annotations)
  assert.deepEqual(await slices(), [{ mine: 'yes' }])
  await client.patch(endpoints, { namespace, name: 'x' }, { metadata: { annotations: { mine: 'no' } } }, { type: 'merge' })
  await settle()
  assert.deepEqual(await slices(), [{ mine: 'no' }])
})

test('endpoints have the names and the hints that their Service asks for', async () => {
  const { client, settle } = await startCluster({ nodes: 2 })
  for (const name of ['node-1', 'node-2'])
    await client.patch(nodes, { name }, { metadata: { labels: { 'topology.kubernetes.io/zone': `zone-of-${name}` } } }, { type: 'merge' })
  for (const nodeName of ['node-1', 'node-2']) {
    const spec = { nodeName, hostname: `on-${nodeName}`, subdomain: 'x', containers: [{ name: 'c', image: 'nginx' }] }
    await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: nodeName, namespace, labels }, spec } as KubernetesObject)
  }
  const spec = { selector: labels, ports: [{ port: 80 }], trafficDistribution: 'PreferSameNode' }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace }, spec } as KubernetesObject)
  await settle(10_000)
  const published = async (): Promise<unknown> => {
    const [slice] = (await client.list(endpointSlices, { namespace })).items.filter(({ metadata }) => metadata.name !== 'kubernetes')
    return (at(slice, 'endpoints') as readonly { hostname: string; hints?: object }[]).map(({ hostname, hints }) => [hostname, hints])
  }
  const hint = (node: string) => ({ forZones: [{ name: `zone-of-${node}` }], forNodes: [{ name: node }] })
  assert.deepEqual(await published(), [
    ['on-node-1', hint('node-1')],
    ['on-node-2', hint('node-2')],
  ])
  assert.equal(at(await client.get(endpoints, { namespace, name: 'x' }), 'subsets', '0', 'addresses', '0', 'hostname'), 'on-node-1')
  await client.patch(services, { namespace, name: 'x' }, { spec: { trafficDistribution: 'PreferSameZone' } }, { type: 'merge' })
  await settle()
  assert.deepEqual(await published(), [
    ['on-node-1', { forZones: [{ name: 'zone-of-node-1' }] }],
    ['on-node-2', { forZones: [{ name: 'zone-of-node-2' }] }],
  ])
  await client.patch(services, { namespace, name: 'x' }, { spec: { trafficDistribution: null } }, { type: 'merge' })
  await settle()
  assert.deepEqual(await published(), [
    ['on-node-1', undefined],
    ['on-node-2', undefined],
  ])
})

test('endpoints of a Service that is to be routed by topology are given to zones after their CPU, and the Service is told', async () => {
  const { client, settle } = await startCluster({ nodes: 2 })
  for (const [index, name] of ['node-1', 'node-2'].entries())
    await client.patch(nodes, { name }, { metadata: { labels: { 'topology.kubernetes.io/zone': `z${index + 1}` } } }, { type: 'merge' })
  const spec = { selector: labels, ports: [{ port: 80 }] }
  const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace, annotations }, spec })
  for (const name of ['a', 'b', 'c', 'd'])
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: { nodeSelector: { 'kubernetes.io/hostname': 'node-1' }, containers: [{ name: 'c', image: 'nginx' }] },
    } as KubernetesObject)
  await settle(10_000)
  const hints = async (): Promise<unknown> => {
    const [slice] = (await client.list(endpointSlices, { namespace, labelSelector: 'kubernetes.io/service-name=x' })).items
    return (at(slice, 'endpoints') as readonly { hints?: { forZones: { name: string }[] } }[]).map((endpoint) => endpoint.hints?.forZones[0]?.name ?? '').sort()
  }
  const told = async (): Promise<readonly string[]> => {
    const { items } = await client.list(events, { namespace, fieldSelector: 'involvedObject.kind=Service' })
    return items.map((event) => `${event.type} ${event.reason} ${event.message}`).sort()
  }
  assert.deepEqual(await hints(), ['z1', 'z1', 'z2', 'z2'])
  const enabled = 'Normal TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4'
  assert.equal((await told()).includes(enabled), true)
  await client.delete(nodes, { name: 'node-2' })
  await settle(1000)
  assert.deepEqual(await hints(), ['', '', '', ''])
  const insufficient = 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4'
  assert.equal((await told()).includes(`Warning TopologyAwareHintsDisabled ${insufficient}`), true)
})
