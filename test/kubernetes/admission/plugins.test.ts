import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces, persistentVolumeClaims, pods, resourceQuotas, services } from '#runner/controllers/resources.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const limitRanges: Resource = { group: '', version: 'v1', plural: 'limitranges', kind: 'LimitRange', namespaced: true }

function pod(name: string, container: object = {}, spec: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { ...spec, containers: [{ name: 'c', image: 'nginx', ...container }] } }
}

async function refusalOf(cluster: TestCluster, object: KubernetesObject): Promise<string> {
  return cluster.client.create(pods, object).then(
    () => '',
    (error: Error) => error.message,
  )
}

test('a pod gets its service account, token volume, priority and tolerations', async () => {
  const { client } = await startCluster()
  const made = (await client.create(pods, pod('a'))) as unknown as {
    spec: Record<string, unknown> & { tolerations: { key: string }[]; volumes: { name: string }[] }
  }
  const { serviceAccountName, serviceAccount, priority, preemptionPolicy, tolerations, volumes } = made.spec
  assert.deepEqual(
    { serviceAccountName, serviceAccount, priority, preemptionPolicy },
    { serviceAccountName: 'default', serviceAccount: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' },
  )
  assert.deepEqual(
    tolerations.map(({ key }) => key),
    ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'],
  )
  assert.match(volumes[0]?.name ?? '', /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
})

test('a pod that is replaced by its manifest keeps its priority', async () => {
  const { client } = await startCluster({ without: ['ServiceAccount'] })
  await client.create(pods, pod('a'))
  const replaced = await client.update(pods, { ...pod('a'), metadata: { name: 'a', namespace, labels: { status: 'replaced' } } })
  const { priority, preemptionPolicy } = replaced.spec as Record<string, unknown>
  assert.deepEqual([priority, preemptionPolicy, replaced.metadata.labels], [0, 'PreemptLowerPriority', { status: 'replaced' }])
})

test('only one priority class is the default', async () => {
  const { client } = await startCluster()
  const priorityClasses: Resource = { group: 'scheduling.k8s.io', version: 'v1', plural: 'priorityclasses', kind: 'PriorityClass', namespaced: false }
  const priorityClass = (name: string): KubernetesObject => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: 5,
    globalDefault: true,
  })
  const first = await client.create(priorityClasses, priorityClass('first'))
  const words = 'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist'
  await assert.rejects(client.create(priorityClasses, priorityClass('second')), { message: words })
  assert.equal((await client.update(priorityClasses, { ...first, description: 'still' })).description, 'still')
})

test('what a pod names must be there', async () => {
  const cluster = await startCluster()
  assert.equal(
    await refusalOf(cluster, pod('x', {}, { serviceAccountName: 'bot' })),
    'pods "x" is forbidden: error looking up service account default/bot: serviceaccount "bot" not found',
  )
  assert.equal(await refusalOf(cluster, pod('x', {}, { priorityClassName: 'top' })), 'pods "x" is forbidden: no PriorityClass with name top was found')
  assert.equal(await refusalOf(cluster, pod('x', {}, { runtimeClassName: 'gvisor' })), 'pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found')
})

test('a quota refuses what goes beyond it and counts what is there', async () => {
  const cluster = await startCluster()
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace }, spec: { hard: { pods: '1', 'requests.cpu': '500m' } } }
  await cluster.client.create(resourceQuotas, quota)
  assert.equal(await refusalOf(cluster, pod('a')), 'pods "a" is forbidden: failed quota: q: must specify requests.cpu for: c')
  const resources = { requests: { cpu: '200m' } }
  assert.equal(await refusalOf(cluster, pod('a', { resources })), '')
  const words = 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
  assert.equal(await refusalOf(cluster, pod('b', { resources })), `pods "b" is forbidden: ${words}`)
  await cluster.settle()
  assert.deepEqual((await cluster.client.get(resourceQuotas, { namespace, name: 'q' }))?.status, {
    hard: quota.spec.hard,
    used: { pods: '1', 'requests.cpu': '200m' },
  })
})

test('a limit range fills in and refuses', async () => {
  const cluster = await startCluster()
  const limits = [{ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }]
  await cluster.client.create(limitRanges, { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace }, spec: { limits } })
  const made = await cluster.client.create(pods, pod('a'))
  assert.deepEqual((made.spec as { containers: { resources: object }[] }).containers[0]?.resources, { limits: { cpu: '200m' }, requests: { cpu: '100m' } })
  assert.equal(made.metadata.annotations?.['kubernetes.io/limit-ranger'], 'LimitRanger plugin set: cpu request for container c; cpu limit for container c')
  const big = pod('b', { resources: { limits: { cpu: '2' } } })
  assert.equal(await refusalOf(cluster, big), 'pods "b" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
})

test('a namespace holds its pods to a standard', async () => {
  const cluster = await startCluster()
  await cluster.client.patch(namespaces, { name: namespace }, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }, { type: 'merge' })
  const words =
    'violates PodSecurity "baseline:latest": host namespaces (hostPID=true), privileged (container "c" must not set securityContext.privileged=true)'
  assert.equal(await refusalOf(cluster, pod('p', { securityContext: { privileged: true } }, { hostPID: true })), `pods "p" is forbidden: ${words}`)
  assert.equal(await refusalOf(cluster, pod('q')), '')
})

test('a claim in use stays until its pod is gone', async () => {
  const { client, settle } = await startCluster()
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace }, spec })
  await client.create(pods, pod('user', {}, { nodeName: 'node-1', volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }))
  await client.delete(persistentVolumeClaims, { namespace, name: 'data' })
  await settle()
  assert.deepEqual((await client.get(persistentVolumeClaims, { namespace, name: 'data' }))?.metadata.finalizers, ['kubernetes.io/pvc-protection'])
  await client.delete(pods, { namespace, name: 'user' })
  await settle(3000)
  assert.equal(await client.get(persistentVolumeClaims, { namespace, name: 'data' }), undefined)
})

test('left out by its name a plug-in does nothing', async () => {
  const { client } = await startCluster({ without: ['ServiceAccount'] })
  const made = await client.create(pods, pod('a'))
  assert.equal((made.spec as { serviceAccountName?: string }).serviceAccountName, undefined)
})

async function words(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => '',
    (error: Error) => error.message,
  )
}

test('a pod that is resized keeps to the ranges and quotas of its namespace, as far as it asks for more', async () => {
  const { client, settle } = await startCluster()
  const limits = [{ type: 'Container', max: { cpu: '500m' }, min: { cpu: '50m' } }]
  await client.create(limitRanges, { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace }, spec: { limits } })
  const hard = { 'requests.cpu': '700m', 'services.nodeports': '0' }
  await client.create(resourceQuotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace }, spec: { hard } })
  const sized = (cpu: string): object => ({ resources: { requests: { cpu }, limits: { cpu } } })
  for (const name of ['a', 'b']) await client.create(pods, pod(name, sized('300m')))
  await settle(5000)
  const resize = (cpu: string): Promise<string> =>
    words(client.patch(pods, { name: 'a', namespace }, { spec: { containers: [{ name: 'c', ...sized(cpu) }] } }, { type: 'strategic', subresource: 'resize' }))
  assert.equal(await resize('600m'), 'pods "a" is forbidden: maximum cpu usage per Container is 500m, but limit is 600m')
  assert.equal(await resize('10m'), 'pods "a" is forbidden: minimum cpu usage per Container is 50m, but request is 10m')
  assert.equal(
    await resize('450m'),
    'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=150m, used: requests.cpu=600m, limited: requests.cpu=700m',
  )
  assert.equal(await resize('400m'), '')
  assert.equal(await resize('100m'), '')
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace }, spec: { ports: [{ port: 80 }] } }
  await client.create(services, service as KubernetesObject)
  const opened = words(client.patch(services, { name: 's', namespace }, { spec: { type: 'NodePort' } }, { type: 'merge' }))
  assert.equal(
    await opened,
    'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
  )
})
