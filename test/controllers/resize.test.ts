// Resizes that a node has no room for wait, and are done once it has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'

function pod(name: string, cpu: string): KubernetesObject {
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { terminationGracePeriodSeconds: 1, containers } } as KubernetesObject
}

async function resize({ client, settle }: TestCluster, cpu: string): Promise<void> {
  await client.patch(
    pods,
    { name: 'p', namespace },
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } },
    { type: 'strategic', subresource: 'resize' },
  )
  await settle(1000)
}

async function standing({ client }: TestCluster): Promise<string[]> {
  const found = await client.get(pods, { name: 'p', namespace })
  const conditions = at(found, 'status', 'conditions') as readonly { type: string; reason?: string; message?: string }[]
  const waiting = conditions.filter(({ type }) => type === 'PodResizePending').map(({ reason, message }) => `${reason}: ${message}`)
  return [String(at(found, 'status', 'containerStatuses', '0', 'resources', 'requests', 'cpu')), ...waiting]
}

test('a resize waits for room, or for ever where no node of that size has it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(pods, pod('p', '100m'))
  await cluster.client.create(pods, pod('other', '3'))
  await cluster.settle(5000)
  await resize(cluster, '5')
  assert.deepEqual(await standing(cluster), ['100m', "Infeasible: Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"])
  await resize(cluster, '1500m')
  assert.deepEqual(await standing(cluster), ['100m', "Deferred: Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000"])
  await cluster.client.delete(pods, { name: 'other', namespace })
  await cluster.settle(15_000)
  assert.deepEqual(await standing(cluster), ['1500m'])
  await resize(cluster, '5')
  assert.equal((await standing(cluster)).length, 2)
  await resize(cluster, '1500m')
  assert.deepEqual(await standing(cluster), ['1500m'], 'it asks for what it has again')
})

test('of resizes that wait the more important pod has its room first, then the one that has waited longer', async () => {
  const { client, settle } = await startCluster({ nodes: 1 })
  const classes: Resource = { group: 'scheduling.k8s.io', version: 'v1', plural: 'priorityclasses', kind: 'PriorityClass', namespaced: false }
  await client.create(classes, {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 100,
  } as KubernetesObject)
  await client.create(pods, pod('large', '2500m'))
  for (const name of ['early', 'late']) await client.create(pods, pod(name, '100m'))
  const high = pod('high', '100m')
  await client.create(pods, { ...high, spec: { ...(high.spec as object), priorityClassName: 'high' } })
  await settle(5000)
  const less = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '2500m' } } }] } }
  for (const name of ['early', 'late', 'high']) {
    await client.patch(pods, { name, namespace }, less, { type: 'strategic', subresource: 'resize' })
    await settle(3000)
  }
  const sizes = async (): Promise<unknown[]> =>
    Promise.all(
      ['high', 'early', 'late'].map(async (name) =>
        at(await client.get(pods, { name, namespace }), 'status', 'containerStatuses', '0', 'resources', 'requests', 'cpu'),
      ),
    )
  assert.deepEqual(await sizes(), ['100m', '100m', '100m'])
  await client.delete(pods, { name: 'large', namespace })
  await settle(20_000)
  assert.deepEqual(await sizes(), ['2500m', '100m', '100m'])
  await client.delete(pods, { name: 'high', namespace })
  await settle(20_000)
  assert.deepEqual((await sizes()).slice(1), ['2500m', '100m'])
})

const both = (size: string): JsonObject => ({ requests: { cpu: size }, limits: { cpu: size } })
const whole: JsonObject = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }

test('a container whose policy says so is started again for its new size, others are not; the pod says once that it is done', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
  const containers = [
    { name: 'c', image: 'nginx', resources: both('100m'), resizePolicy },
    { name: 'd', image: 'nginx', resources: both('100m') },
  ]
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace }, spec: { containers } } as KubernetesObject)
  await cluster.settle(5000)
  const spec = { containers: ['c', 'd'].map((name) => ({ name, resources: both('200m') })) }
  await cluster.client.patch(pods, { name: 'p', namespace }, { spec }, { type: 'strategic', subresource: 'resize' })
  await cluster.settle(5000)
  const found = await cluster.client.get(pods, { name: 'p', namespace })
  const statuses = at(found, 'status', 'containerStatuses') as readonly { restartCount: number; resources: object }[]
  assert.deepEqual(
    statuses.map(({ restartCount, resources }) => [restartCount, resources]),
    [
      [1, both('200m')],
      [0, both('200m')],
    ],
  )
  const { items } = await cluster.client.list({ group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }, { namespace })
  const reasons = items.map(({ reason, message }) => (reason === 'Killing' ? message : reason)) as string[]
  assert.equal(reasons.filter((reason) => reason === 'ResizeStarted' || reason === 'ResizeCompleted').length, 2)
  assert.ok(reasons.includes('Container c resize requires restart'))
})

/** What `ValidatePodResize` says, as the end-to-end tests of Kubernetes 1.35 ask for it. */
const refused: readonly (readonly [what: string, containers: readonly object[], words: RegExp])[] = [
  [
    'less than it asked for',
    [
      { name: 'c', resources: { requests: { memory: '1Mi' } } },
      { name: 'd', resources: both('1') },
    ],
    /resource requests cannot be removed/,
  ],
  [
    'another quality of service',
    [
      { name: 'c', resources: whole },
      { name: 'd', resources: whole },
    ],
    /Pod QOS Class may not change as a result of resizing/,
  ],
  [
    'another name',
    [
      { name: 'e', resources: { requests: { cpu: '1' } } },
      { name: 'd', resources: both('1') },
    ],
    /spec\.containers\[0\]\.name: Forbidden: containers may not be renamed or reordered on resize/,
  ],
  [
    'other storage',
    [
      { name: 'c', resources: { requests: { cpu: '1', 'ephemeral-storage': '1' } } },
      { name: 'd', resources: both('1') },
    ],
    /spec: Forbidden: only cpu and memory resources are mutable/,
  ],
  ['fewer containers', [{ name: 'c', resources: { requests: { cpu: '1' } } }], /spec\.containers: Forbidden: containers may not be added or removed on resize/],
]

for (const [what, next, words] of refused)
  test(`a resize to ${what} is refused`, async () => {
    const { client } = await startCluster({ nodes: 0 })
    const containers = [
      { name: 'c', image: 'nginx', resources: { requests: { cpu: '1' } } },
      { name: 'd', image: 'nginx', resources: both('1') },
    ]
    const made = await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace }, spec: { containers } } as KubernetesObject)
    const changed = { ...made, spec: { ...(made.spec as object), containers: next.map((container) => ({ image: 'nginx', ...container })) } }
    await assert.rejects(client.update(pods, changed as KubernetesObject, { subresource: 'resize' }), words)
  })
