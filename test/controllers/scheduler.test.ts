import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes, persistentVolumeClaims, persistentVolumes, podDisruptionBudgets, pods, storageClasses } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const labels = { app: 'x' }
const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
const priorityClasses: Resource = { group: 'scheduling.k8s.io', version: 'v1', plural: 'priorityclasses', kind: 'PriorityClass', namespaced: false }
const zone = 'topology.kubernetes.io/zone'

function pod(name: string, spec: object = {}, cpu = '100m', own: Record<string, string> = labels): KubernetesObject {
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: own }, spec: { terminationGracePeriodSeconds: 1, containers, ...spec } }
}

async function nodeOf({ client }: TestCluster, name: string): Promise<string | undefined> {
  return ((await client.get(pods, { namespace, name }))?.spec as { nodeName?: string } | undefined)?.nodeName
}

async function said({ client }: TestCluster, name: string, reason: string): Promise<string[]> {
  const { items } = await client.list(events, { namespace })
  return items.filter((each) => (each.involvedObject as { name: string }).name === name && each.reason === reason).map(({ message }) => String(message))
}

async function create({ client, settle }: TestCluster, ...all: readonly KubernetesObject[]): Promise<void> {
  for (const each of all) {
    await client.create(pods, each)
    await settle()
  }
}

async function label({ client, settle }: TestCluster, zones: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(zones)) await client.patch(nodes, { name }, { metadata: { labels: { [zone]: value } } }, { type: 'merge' })
  await settle()
}

async function addClass({ client }: TestCluster, name: string, value: number, more: object = {}): Promise<void> {
  await client.create(priorityClasses, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, ...more } as KubernetesObject)
}

const spread = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } }

test('a spread that must hold sends pods to the emptiest zone, and says why none is left', async () => {
  const cluster = await startCluster({ nodes: 3 })
  await label(cluster, { 'node-1': 'a', 'node-2': 'b' })
  const topologySpreadConstraints = [spread]
  await create(cluster, pod('a', { topologySpreadConstraints }), pod('b', { topologySpreadConstraints }))
  assert.deepEqual([await nodeOf(cluster, 'a'), await nodeOf(cluster, 'b')].sort(), ['node-1', 'node-2'])
  const full = { topologySpreadConstraints, nodeSelector: { [zone]: 'a' } }
  await create(cluster, pod('c', full), pod('d', { ...full, topologySpreadConstraints: [{ ...spread, minDomains: 2 }] }))
  assert.equal(await nodeOf(cluster, 'c'), 'node-1', 'zone b does not count, since the selector leaves it out')
  assert.deepEqual(await said(cluster, 'd', 'FailedScheduling'), [
    "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  ])
})

test('a spread names nodes without the label, ignores taints unless told, and goes on when a pod leaves', async () => {
  const cluster = await startCluster({ nodes: 3 })
  const { client, settle } = cluster
  await label(cluster, { 'node-1': 'a', 'node-2': 'b' })
  await client.patch(nodes, { name: 'node-2' }, { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }, { type: 'merge' })
  const topologySpreadConstraints = [spread]
  await create(cluster, pod('a', { topologySpreadConstraints }), pod('b', { topologySpreadConstraints }))
  assert.deepEqual(await said(cluster, 'b', 'FailedScheduling'), [
    "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  ])
  await create(cluster, pod('honours', { topologySpreadConstraints: [{ ...spread, nodeTaintsPolicy: 'Honor' }] }))
  assert.equal(await nodeOf(cluster, 'honours'), 'node-1')
  await client.delete(pods, { namespace, name: 'a' }, { gracePeriodSeconds: 0 })
  await client.delete(pods, { namespace, name: 'honours' }, { gracePeriodSeconds: 0 })
  await settle(5000)
  assert.equal(await nodeOf(cluster, 'b'), 'node-1')
})

test('a spread that need not hold, and matchLabelKeys, count only what they name', async () => {
  const cluster = await startCluster()
  const anyway = { ...spread, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }
  await create(cluster, pod('a', { nodeName: undefined }, '100m'), pod('b', { topologySpreadConstraints: [anyway] }, '3'))
  assert.notEqual(await nodeOf(cluster, 'a'), await nodeOf(cluster, 'b'))
  const strict = { ...anyway, whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['rev'] }
  const old = ['o1', 'o2'].map((name) => pod(name, { topologySpreadConstraints: [strict] }, '1m', { ...labels, rev: '1' }))
  const fresh = ['n1', 'n2'].map((name) => pod(name, { topologySpreadConstraints: [strict] }, '1m', { ...labels, rev: '2' }))
  await create(cluster, ...old, ...fresh)
  const where = await Promise.all(['o1', 'o2', 'n1', 'n2'].map((name) => nodeOf(cluster, name)))
  assert.notEqual(where[0], where[1])
  assert.notEqual(where[2], where[3])
})

function near(sort: 'podAffinity' | 'podAntiAffinity', app: string): object {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname' }
  return { affinity: { [sort]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
}

test('pods keep apart, and those already there keep others away', async () => {
  const cluster = await startCluster()
  await create(cluster, ...['a', 'b', 'c'].map((name) => pod(name, near('podAntiAffinity', 'x'))), pod('d'))
  assert.notEqual(await nodeOf(cluster, 'a'), await nodeOf(cluster, 'b'))
  const tail = 'no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.'
  assert.deepEqual(await said(cluster, 'c', 'FailedScheduling'), [`0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. ${tail}`])
  assert.deepEqual(await said(cluster, 'd', 'FailedScheduling'), [
    `0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules. ${tail}`,
  ])
})

test('a pod waits for the company it needs, and joins it', async () => {
  const cluster = await startCluster()
  await create(cluster, pod('joins', near('podAffinity', 'db')))
  assert.deepEqual(await said(cluster, 'joins', 'FailedScheduling'), [
    "0/2 nodes are available: 2 node(s) didn't match pod affinity rules. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
  ])
  await create(cluster, pod('first', near('podAffinity', 'db'), '1m', { app: 'db' }))
  assert.notEqual(await nodeOf(cluster, 'first'), undefined, 'a pod that matches its own term may be the first')
  assert.equal(await nodeOf(cluster, 'joins'), await nodeOf(cluster, 'first'))
})

test('a more important pod makes the least important ones go, and takes their place', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await addClass(cluster, 'low', 10)
  await addClass(cluster, 'middle', 20)
  await addClass(cluster, 'high', 100)
  await addClass(cluster, 'meek', 100, { preemptionPolicy: 'Never' })
  await create(cluster, pod('m', { priorityClassName: 'middle' }, '3'), pod('l', { priorityClassName: 'low' }, '3'))
  await settle(3000)
  await create(cluster, pod('meek', { priorityClassName: 'meek' }, '3'))
  assert.deepEqual(await said(cluster, 'meek', 'FailedScheduling'), [
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
  ])
  await client.delete(pods, { namespace, name: 'meek' }, { gracePeriodSeconds: 0 })
  const room = await nodeOf(cluster, 'l')
  await create(cluster, pod('h', { priorityClassName: 'high' }, '3'))
  const waiting = await client.get(pods, { namespace, name: 'h' })
  assert.equal(at(waiting, 'status', 'nominatedNodeName'), room)
  assert.deepEqual(await said(cluster, 'h', 'FailedScheduling'), ['0/2 nodes are available: 2 Insufficient cpu.'])
  assert.deepEqual(await said(cluster, 'l', 'Preempted'), [`Preempted by pod ${waiting?.metadata.uid} on node ${room}`])
  const victim = (await client.get(pods, { namespace, name: 'l' }))?.status as { conditions: { type: string; reason?: string; message?: string }[] }
  const target = victim.conditions.find(({ type }) => type === 'DisruptionTarget')
  assert.deepEqual([target?.reason, target?.message], ['PreemptionByScheduler', 'default-scheduler: preempting to accommodate a higher priority pod'])
  await create(cluster, pod('late', { priorityClassName: 'low' }, '3'))
  await settle(10_000)
  assert.equal(await nodeOf(cluster, 'h'), room)
  assert.equal(at(await client.get(pods, { namespace, name: 'h' }), 'status', 'nominatedNodeName'), undefined)
  assert.equal(await nodeOf(cluster, 'late'), undefined)
  assert.deepEqual(await said(cluster, 'm', 'Preempted'), [])
})

test('victims that a budget protects are chosen last', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await addClass(cluster, 'low', 10)
  await addClass(cluster, 'middle', 20)
  await addClass(cluster, 'high', 100)
  const selector = { matchLabels: { app: 'guarded' } }
  await client.create(podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace },
    spec: { minAvailable: 1, selector },
  } as KubernetesObject)
  await create(cluster, pod('l', { priorityClassName: 'low' }, '3', { app: 'guarded' }), pod('m', { priorityClassName: 'middle' }, '3'))
  await settle(3000)
  await create(cluster, pod('h', { priorityClassName: 'high' }, '3'))
  await settle(10_000)
  assert.equal(await nodeOf(cluster, 'm'), undefined)
  assert.notEqual(await nodeOf(cluster, 'l'), undefined)
  await create(cluster, pod('huge', { priorityClassName: 'high' }, '3'))
  await settle(10_000)
  assert.equal(await nodeOf(cluster, 'l'), undefined, 'a budget holds nobody back if nothing else helps')
})

test('a pod follows its volume, and waits behind its gates', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  const storage = { storageClassName: '', accessModes: ['ReadWriteOnce'] }
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-2'] }] }] }
  await client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { ...storage, capacity: { storage: '1Gi' }, local: { path: '/mnt' }, nodeAffinity: { required } },
  } as KubernetesObject)
  const resources = { requests: { storage: '1Gi' } }
  await client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace },
    spec: { ...storage, resources },
  } as KubernetesObject)
  await settle()
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }]
  await create(
    cluster,
    pod('a', { volumes }),
    pod('b', { volumes, nodeSelector: { 'kubernetes.io/hostname': 'node-1' } }),
    pod('g', { schedulingGates: [{ name: 'x/y' }] }),
  )
  assert.equal(await nodeOf(cluster, 'a'), 'node-2')
  assert.deepEqual(await said(cluster, 'b', 'FailedScheduling'), [
    "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
  ])
  assert.equal(await nodeOf(cluster, 'g'), undefined)
  await client.patch(pods, { namespace, name: 'g' }, { spec: { schedulingGates: [] } }, { type: 'merge' })
  await settle()
  assert.notEqual(await nodeOf(cluster, 'g'), undefined)
})

test('an affinity that names a node that is not there leaves none to look at', async () => {
  const cluster = await startCluster()
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['none'] }]
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } }
  const here = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ ...matchFields[0], values: ['node-2'] }] }] } }
  await create(cluster, pod('nowhere', { affinity: { nodeAffinity: required } }), pod('here', { affinity: { nodeAffinity: here } }))
  assert.equal(await nodeOf(cluster, 'here'), 'node-2')
  assert.deepEqual(await said(cluster, 'nowhere', 'FailedScheduling'), [
    "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
  ])
})

function scratch(name: string): KubernetesObject {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  return pod(name, { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { for: name } }, spec } } }] })
}

test('the claim of an ephemeral volume is made for its pod and goes with it', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await create(cluster, scratch('a'))
  assert.deepEqual(await said(cluster, 'a', 'FailedScheduling'), ['0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'])
  const owner = await client.get(pods, { namespace, name: 'a' })
  const claim = await client.get(persistentVolumeClaims, { namespace, name: 'a-scratch' })
  assert.deepEqual(claim?.metadata.labels, { for: 'a' })
  assert.deepEqual(claim?.metadata.ownerReferences, [
    { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: owner?.metadata.uid, controller: true, blockOwnerDeletion: true },
  ])
  await client.delete(pods, { namespace, name: 'a' }, { gracePeriodSeconds: 0 })
  await settle(60_000)
  assert.equal(await client.get(persistentVolumeClaims, { namespace, name: 'a-scratch' }), undefined)
})

test("a claim of an ephemeral volume's name that is another's holds the pod back", async () => {
  const cluster = await startCluster()
  const { client } = cluster
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'b-scratch', namespace }, spec })
  await create(cluster, scratch('b'))
  assert.equal(await nodeOf(cluster, 'b'), undefined)
  const theirs = 'PVC default/b-scratch was not created for pod default/b (pod is not owner)'
  assert.deepEqual((await said(cluster, 'b', 'FailedBinding')).slice(0, 1), [`ephemeral volume: ${theirs}`])
})

test('claims that wait for their pod get volumes of one node, and a node without free ones is no place', async () => {
  const { client, settle } = await startCluster({ nodes: 3 })
  const waiting = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'by-hand' }, provisioner: 'kubernetes.io/no-provisioner' }
  await client.create(storageClasses, { ...waiting, volumeBindingMode: 'WaitForFirstConsumer' } as KubernetesObject)
  const storage = { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand' }
  const volume = (name: string, node: string, size: string): KubernetesObject => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] }
    const spec = { ...storage, capacity: { storage: size }, local: { path: `/mnt/${name}` }, nodeAffinity: { required } }
    return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec }
  }
  const claim = (name: string): KubernetesObject => {
    const spec = { ...storage, resources: { requests: { storage: '1Gi' } } }
    return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec }
  }
  const user = (name: string, ...claims: readonly string[]): KubernetesObject => {
    const volumes = claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { volumes, containers: [{ name: 'c', image: 'nginx' }] } }
  }
  for (const [name, node, size] of [
    ['small', 'node-1', '1Gi'],
    ['large', 'node-2', '2Gi'],
    ['larger', 'node-2', '3Gi'],
  ] as const)
    await client.create(persistentVolumes, volume(name, node, size))
  for (const name of ['a', 'b', 'c', 'd']) await client.create(persistentVolumeClaims, claim(name))
  await settle(2000)
  await client.create(pods, user('two', 'a', 'b'))
  await settle(5000)
  const bound = async (name: string) => at(await client.get(persistentVolumeClaims, { namespace: 'default', name }), 'spec', 'volumeName')
  assert.equal(at(await client.get(pods, { namespace: 'default', name: 'two' }), 'spec', 'nodeName'), 'node-2')
  assert.deepEqual([await bound('a'), await bound('b')].sort(), ['large', 'larger'])
  await client.create(pods, user('many', 'c', 'd'))
  await settle(5000)
  const conditions = at(await client.get(pods, { namespace: 'default', name: 'many' }), 'status', 'conditions') as readonly { readonly message?: string }[]
  assert.match(String(conditions[0]?.message), /^0\/3 nodes are available: 3 node\(s\) didn't find available persistent volumes to bind\./)
  assert.equal(await bound('c'), undefined)
  await client.create(persistentVolumes, volume('new', 'node-1', '1Gi'))
  await settle(5000)
  assert.equal(at(await client.get(pods, { namespace: 'default', name: 'many' }), 'spec', 'nodeName'), 'node-1')
})

test('a pod that gives room back by asking for less lets another in', async () => {
  const { client, settle } = await startCluster({ nodes: 1 })
  const sized = (name: string, cpu: string): KubernetesObject => {
    const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }]
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers } }
  }
  await client.create(pods, sized('first', '3'))
  await settle(3000)
  await client.create(pods, sized('second', '2'))
  await settle(3000)
  const placed = async (): Promise<unknown> => at(await client.get(pods, { namespace: 'default', name: 'second' }), 'spec', 'nodeName')
  assert.equal(await placed(), undefined)
  const less = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } }
  await client.patch(pods, { namespace: 'default', name: 'first' }, less, { type: 'strategic', subresource: 'resize' })
  await settle(10_000)
  assert.equal(await placed(), 'node-1')
})

test('a claim is let go though a pod without a node names it', async () => {
  const { client, settle } = await startCluster({ nodes: 1 })
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'nobodys', resources: { requests: { storage: '1Gi' } } }
  await client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'default' }, spec })
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }]
  const metadata = { name: 'p', namespace: 'default' }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { volumes, containers: [{ name: 'c', image: 'nginx' }] } } as KubernetesObject)
  await settle(2000)
  await client.delete(persistentVolumeClaims, { namespace: 'default', name: 'c' })
  await settle(2000)
  assert.equal(await client.get(persistentVolumeClaims, { namespace: 'default', name: 'c' }), undefined)
})
