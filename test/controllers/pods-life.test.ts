// Rarer turns in the life of pods, and of the controllers that keep them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import type { Pod } from '#runner/controllers/pods.ts'
import { cronJobs, daemonSets, jobs, nodes, persistentVolumeClaims, persistentVolumes, pods, services } from '#runner/controllers/resources.ts'
import { serviceLoadBalancer } from '#runner/controllers/service-load-balancer.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

function pod(name: string, spec: object): KubernetesObject {
  const containers = [{ name: 'c', image: 'nginx' }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { terminationGracePeriodSeconds: 1, containers, ...spec } }
}

async function said({ client }: TestCluster, reason: string): Promise<string[]> {
  return (await client.list(events, { fieldSelector: `reason=${reason}` })).items.map(({ message }) => String(message))
}

async function ready({ client }: TestCluster, name: string): Promise<string> {
  const conditions = (at(await client.get(pods, { namespace, name }), 'status', 'conditions') ?? []) as readonly {
    type: string
    status: string
    reason?: string
  }[]
  const found = conditions.find(({ type }) => type === 'Ready')
  return `${found?.status} ${found?.reason ?? ''}`
}

async function setReady({ client, settle }: TestCluster, name: string, status: string): Promise<void> {
  await client.patch(nodes, { name }, { status: { conditions: [{ type: 'Ready', status }] } }, { type: 'strategic', subresource: 'status' })
  await settle()
}

async function taints({ client }: TestCluster, name: string): Promise<string[]> {
  const found = (at(await client.get(nodes, { name }), 'spec', 'taints') ?? []) as readonly { key: string; effect: string }[]
  return found.map(({ key, effect }) => `${key}:${effect}`)
}

test('a silent node is tainted, its pods are out of service, and go after five minutes', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(pods, pod('p', { nodeName: 'node-1' }))
  await cluster.settle(5000)
  assert.equal(await ready(cluster, 'p'), 'True ')
  await setReady(cluster, 'node-1', 'Unknown')
  assert.deepEqual(await taints(cluster, 'node-1'), ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'])
  assert.equal(await ready(cluster, 'p'), 'False ')
  assert.deepEqual(await said(cluster, 'NodeNotReady'), ['Node node-1 status is now: NodeNotReady', 'Node is not ready'])
  await cluster.settle(200_000)
  assert.equal(at(await cluster.client.get(pods, { namespace, name: 'p' }), 'metadata', 'deletionTimestamp'), undefined)
  await cluster.settle(110_000)
  const leaving = await cluster.client.get(pods, { namespace, name: 'p' })
  assert.ok(leaving?.metadata.deletionTimestamp, 'nobody is there to end it')
  assert.deepEqual(await said(cluster, 'TaintManagerEviction'), ['Marking for deletion Pod default/p'])
  await setReady(cluster, 'node-1', 'True')
  await cluster.settle(3000)
  assert.deepEqual(await taints(cluster, 'node-1'), [])
  assert.equal(await cluster.client.get(pods, { namespace, name: 'p' }), undefined)
})

test('a node that comes back in time keeps its pods', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(pods, pod('p', { nodeName: 'node-1' }))
  await cluster.settle(5000)
  await setReady(cluster, 'node-1', 'False')
  await cluster.settle(60_000)
  await setReady(cluster, 'node-1', 'True')
  await cluster.settle(400_000)
  assert.equal(await ready(cluster, 'p'), 'True ')
  assert.deepEqual(await said(cluster, 'TaintManagerEviction'), ['Cancelling deletion of Pod default/p'])
})

test('where no node is heard of nobody is driven out, nor where most of a small zone is not', async () => {
  const cluster = await startCluster({ nodes: 4 })
  const drivenFrom = async (): Promise<string[]> => {
    const all = await Promise.all(['node-1', 'node-2', 'node-3', 'node-4'].map((name) => taints(cluster, name)))
    return all.flatMap((each, index) => (each.some((taint) => taint.endsWith('NoExecute')) ? [`node-${index + 1}`] : []))
  }
  for (const name of ['node-1', 'node-2']) await setReady(cluster, name, 'Unknown')
  assert.deepEqual(await drivenFrom(), ['node-1', 'node-2'])
  await setReady(cluster, 'node-3', 'Unknown')
  assert.deepEqual(await drivenFrom(), ['node-1', 'node-2'], 'three of four: it does not begin, and what began stands')
  await setReady(cluster, 'node-4', 'Unknown')
  assert.deepEqual(await drivenFrom(), [])
  await setReady(cluster, 'node-4', 'True')
  await setReady(cluster, 'node-3', 'True')
  assert.deepEqual(await drivenFrom(), ['node-1', 'node-2'])
})

test('a node that goes is told of', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.delete(nodes, { name: 'node-2' })
  await cluster.settle()
  assert.deepEqual(await said(cluster, 'RemovingNode'), ['Node node-2 event: Removing Node node-2 from Controller'])
})

test('a cordoned node bears the taint of one, and daemon pods stay', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const labels = { app: 'd' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
  await cluster.client.create(daemonSets, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'd', namespace },
    spec: { selector: { matchLabels: labels }, template },
  } as KubernetesObject)
  await cluster.settle(4000)
  await cluster.client.patch(nodes, { name: 'node-1' }, { spec: { unschedulable: true, taints: [{ key: 'x', effect: 'NoSchedule' }] } }, { type: 'merge' })
  await cluster.settle(4000)
  assert.deepEqual(await taints(cluster, 'node-1'), ['x:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule'])
  assert.equal((await cluster.client.list(pods, { namespace })).items.length, 1)
})

test('a daemon set may put new pods beside old ones', async () => {
  const cluster = await startCluster({ nodes: 2 })
  const labels = { app: 'd' }
  const template = (image: string) => ({ metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image }] } })
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  const spec = { selector: { matchLabels: labels }, updateStrategy, template: template('nginx:1') }
  await cluster.client.create(daemonSets, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'd', namespace }, spec } as KubernetesObject)
  await cluster.settle(4000)
  await cluster.client.patch(daemonSets, { namespace, name: 'd' }, { spec: { template: template('nginx:1.29') } }, { type: 'strategic' })
  await cluster.settle()
  assert.equal((await cluster.client.list(pods, { namespace })).items.length, 3, 'one beside its elder')
  let least = 3
  for (let second = 0; second < 12; second += 1) {
    await cluster.settle(500)
    const available = (await cluster.client.list(pods, { namespace })).items.filter(
      (each) => each.metadata.deletionTimestamp === undefined && at(each, 'status', 'phase') === 'Running',
    )
    least = Math.min(least, available.length)
  }
  assert.equal(least, 2, 'never fewer than there were')
  const images = (await cluster.client.list(pods, { namespace })).items.map((each) => (each.spec as { containers: { image: string }[] }).containers[0]?.image)
  assert.deepEqual(images, ['nginx:1.29', 'nginx:1.29'])
})

test('a pod may run only as long as its deadline', async () => {
  const cluster = await startCluster()
  await cluster.client.create(pods, pod('p', { activeDeadlineSeconds: 30, restartPolicy: 'Never' }))
  await cluster.settle(20_000)
  assert.equal(await ready(cluster, 'p'), 'True ')
  await cluster.settle(20_000)
  const ended = await cluster.client.get(pods, { namespace, name: 'p' })
  assert.equal(at(ended, 'status', 'phase'), 'Failed')
  assert.equal(at(ended, 'status', 'reason'), 'DeadlineExceeded')
})

test('a readiness gate keeps a pod from being ready until somebody opens it', async () => {
  const cluster = await startCluster()
  await cluster.client.create(pods, pod('p', { readinessGates: [{ conditionType: 'example.com/open' }] }))
  await cluster.settle(5000)
  assert.equal(await ready(cluster, 'p'), 'False ReadinessGatesNotReady')
  const open = { status: { conditions: [{ type: 'example.com/open', status: 'True' }] } }
  await cluster.client.patch(pods, { namespace, name: 'p' }, open, { type: 'strategic', subresource: 'status' })
  await cluster.settle(1000)
  assert.equal(await ready(cluster, 'p'), 'True ')
})

test('hooks run after a start and before an end', async () => {
  const cluster = await startCluster()
  const write = (text: string) => ({ exec: { command: ['sh', '-c', `echo ${text} >> /shared/log`] } })
  const volumes = [{ name: 'shared', hostPath: { path: '/shared' } }]
  const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
  const lifecycle = { postStart: write('started'), preStop: write('stopping') }
  await cluster.client.create(pods, pod('p', { volumes, containers: [{ name: 'c', image: 'nginx', lifecycle, volumeMounts }] }))
  await cluster.settle(4000)
  await cluster.client.delete(pods, { namespace, name: 'p' })
  await cluster.settle(4000)
  const reader = { name: 'c', image: 'busybox', command: ['cat', '/shared/log'], volumeMounts }
  await cluster.client.create(pods, pod('reader', { volumes, restartPolicy: 'Never', containers: [reader] }))
  await cluster.settle(4000)
  const found = await cluster.client.get(pods, { namespace, name: 'reader' })
  const printed = found && (await cluster.connections.logs(found, { container: 'c', follow: false, previous: false, timestamps: false }))
  assert.equal(printed, 'started\nstopping\n')
  const bad = { postStart: { exec: { command: ['false'] } } }
  await cluster.client.create(pods, pod('bad', { containers: [{ name: 'c', image: 'nginx', lifecycle: bad }] }))
  await cluster.settle(2000)
  assert.deepEqual(await said(cluster, 'FailedPostStartHook'), ['PostStartHook failed'])
})

test('a claim for one pod alone keeps a second pod waiting', async () => {
  const cluster = await startCluster()
  const spec = { accessModes: ['ReadWriteOncePod'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } }
  const storage: Resource = { group: 'storage.k8s.io', version: 'v1', plural: 'storageclasses', kind: 'StorageClass', namespaced: false }
  await cluster.client.create(storage, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local' },
    provisioner: 'rancher.io/local-path',
  } as KubernetesObject)
  await cluster.client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace }, spec })
  await cluster.settle()
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }]
  await cluster.client.create(pods, pod('first', { volumes }))
  await cluster.settle(3000)
  await cluster.client.create(pods, pod('second', { volumes }))
  await cluster.settle(1000)
  const [why = ''] = await said(cluster, 'FailedScheduling')
  assert.match(why, /^0\/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode\./)
  await cluster.client.delete(pods, { namespace, name: 'first' }, { gracePeriodSeconds: 0 })
  await cluster.settle(3000)
  assert.equal(await ready(cluster, 'second'), 'True ')
})

test('a Job of another controller is left alone, and one may wait for pods to be gone before it makes others', async () => {
  const cluster = await startCluster()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sleep', 'infinity'] }] } }
  const job = (name: string, spec: object): KubernetesObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: { template, ...spec },
  })
  await cluster.client.create(jobs, job('foreign', { managedBy: 'example.com/other' }))
  await cluster.client.create(jobs, job('patient', { podReplacementPolicy: 'Failed' }))
  await cluster.settle(3000)
  const made = (await cluster.client.list(pods, { namespace })).items
  assert.deepEqual(
    made.map(({ metadata }) => metadata.labels?.['job-name']),
    ['patient'],
  )
  await cluster.client.delete(pods, { namespace, name: made[0]?.metadata.name ?? '' })
  await cluster.settle()
  assert.equal((await cluster.client.list(pods, { namespace })).items.length, 1, 'the old one is not gone yet')
  await cluster.settle(15_000)
  const [next] = (await cluster.client.list(pods, { namespace })).items
  assert.notEqual(next?.metadata.name, made[0]?.metadata.name)
})

test('a cron job that missed very many times says so', async () => {
  const cluster = await startCluster()
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } } } }
  await cluster.client.create(cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', namespace },
    spec: { schedule: '* * * * *', suspend: true, jobTemplate },
  } as KubernetesObject)
  await cluster.settle(3 * 3_600_000)
  await cluster.client.patch(cronJobs, { namespace, name: 'c' }, { spec: { suspend: false } }, { type: 'merge' })
  await cluster.settle(1000)
  const words = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
  assert.equal((await said(cluster, 'TooManyMissedTimes'))[0], words)
  assert.equal((await cluster.client.list(jobs, { namespace })).items.length, 1)
})

test('a cron job whose time never comes says so', async () => {
  const cluster = await startCluster()
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } }
  const spec = { schedule: '59 23 31 2 *', jobTemplate }
  await cluster.client.create(cronJobs, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'c', namespace }, spec } as KubernetesObject)
  await cluster.settle()
  const words = 'invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second'
  assert.deepEqual(await said(cluster, 'InvalidSchedule'), [words])
})

test('a load balancer has an address where the cloud gives one, and is cleaned up', async () => {
  const cluster = await startCluster()
  const { client, clock } = cluster
  const spec = { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'x' } }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace }, spec })
  const said: string[] = []
  const context = {
    clock,
    client,
    others: {},
    memory: { get: () => undefined, set: () => undefined, keys: () => [] },
    random: undefined as never,
    settings: { cloud: 'azure' },
    event: async (_: unknown, { reason }: { reason: string }) => void said.push(reason),
    enqueue: () => undefined,
  }
  await serviceLoadBalancer.reconcile('default/s', context)
  const [given] = (at(await client.get(services, { namespace, name: 's' }), 'status', 'loadBalancer', 'ingress') ?? []) as readonly { ip: string }[]
  assert.match(given?.ip ?? '', /^20\.\d+\.\d+\.\d+$/)
  await client.delete(services, { namespace, name: 's' })
  await serviceLoadBalancer.reconcile('default/s', context)
  assert.equal(await client.get(services, { namespace, name: 's' }), undefined)
  assert.deepEqual(said, ['EnsuringLoadBalancer', 'EnsuredLoadBalancer', 'DeletingLoadBalancer', 'DeletedLoadBalancer'])
})

test('a pod whose node is gone fails and is taken away, once the node had time to come back', async () => {
  const { client, settle } = await startCluster()
  const spec = { nodeName: 'elsewhere', containers: [{ name: 'c', image: 'nginx' }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lost', namespace: 'default', finalizers: ['example.com/look'] }, spec })
  await settle(30_000)
  const waiting = (await client.get(pods, { namespace: 'default', name: 'lost' })) as Pod
  assert.deepEqual([waiting.status?.phase, waiting.metadata.deletionTimestamp], ['Pending', undefined])
  await settle(15_000)
  const gone = (await client.get(pods, { namespace: 'default', name: 'lost' })) as Pod
  assert.equal(gone.status?.phase, 'Failed')
  assert.equal(gone.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.reason, 'DeletionByPodGC')
  assert.notEqual(gone.metadata.deletionTimestamp, undefined)
})

test('a pod that leaves at once by itself gets the time that whoever deletes it gives', async () => {
  const { client, settle } = await startCluster()
  await client.create(pods, pod('quick', { terminationGracePeriodSeconds: 0 }))
  await settle(3000)
  await client.delete(pods, { namespace, name: 'quick' }, { gracePeriodSeconds: 60 })
  const quick = await client.get(pods, { namespace, name: 'quick' })
  assert.deepEqual([quick?.metadata.generation, quick?.metadata.deletionGracePeriodSeconds], [2, 60])
  await client.create(pods, pod('gone', { terminationGracePeriodSeconds: 0 }))
  await settle(3000)
  await client.delete(pods, { namespace, name: 'gone' })
  assert.equal(await client.get(pods, { namespace, name: 'gone' }), undefined)
})

test('a sysctl that a kubelet does not allow fails its pod, a safe one does not', async () => {
  const { client, settle } = await startCluster()
  for (const [name, sysctl] of Object.entries({ unsafe: 'kernel.msgmax', safe: 'net/ipv4/tcp_syncookies' }))
    await client.create(pods, pod(name, { securityContext: { sysctls: [{ name: sysctl, value: '1' }] } }))
  await settle(5000)
  const statusOf = async (name: string): Promise<unknown[]> => {
    const found = await client.get(pods, { namespace, name })
    return ['phase', 'reason', 'message'].map((member) => at(found, 'status', member))
  }
  assert.deepEqual(await statusOf('unsafe'), ['Failed', 'SysctlForbidden', 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted'])
  assert.deepEqual(await statusOf('safe'), ['Running', undefined, undefined])
})

test('a container has a restart policy and rules of its own', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const rules = (operator: string) => ({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator, values: [42] } }] })
  const fails = (code: number, more: object) => ({ containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', `exit ${code}`], ...more }] })
  const given: readonly (readonly [name: string, spec: object, became: string])[] = [
    ['in', { restartPolicy: 'Never', ...fails(42, rules('In')) }, 'Running again'],
    ['out', { restartPolicy: 'Never', ...fails(41, rules('In')) }, 'Failed'],
    ['not-in', { restartPolicy: 'Never', ...fails(41, rules('NotIn')) }, 'Running again'],
    ['always', { restartPolicy: 'Never', ...fails(0, { restartPolicy: 'Always' }) }, 'Running again'],
    ['never', { restartPolicy: 'Always', ...fails(1, { restartPolicy: 'Never' }) }, 'Failed'],
    ['done', { restartPolicy: 'Always', ...fails(0, { restartPolicy: 'OnFailure' }) }, 'Succeeded'],
  ]
  for (const [name, spec] of given) await cluster.client.create(pods, pod(name, spec))
  await cluster.settle(60_000)
  for (const [name, , became] of given) {
    const found = await cluster.client.get(pods, { namespace, name })
    const again = Number(at(found, 'status', 'containerStatuses', '0', 'restartCount')) > 0
    assert.equal(`${String(at(found, 'status', 'phase'))}${again ? ' again' : ''}`, became, name)
  }
})

test('a kubelet refuses a pod that it has no room for, whoever put it there', async () => {
  const { client, settle } = await startCluster()
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100' } } }]
  await client.create(pods, pod('named', { nodeName: 'node-1', containers }))
  await client.create(pods, pod('bound', { schedulerName: 'nobody', containers }))
  const target = { apiVersion: 'v1', kind: 'Node', name: 'node-1' }
  await client.postSubresource(pods, { namespace, name: 'bound' }, 'binding', { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target })
  await settle(3000)
  for (const name of ['named', 'bound']) {
    const found = await client.get(pods, { namespace, name })
    assert.equal(at(found, 'status', 'reason'), 'OutOfcpu')
    assert.match(String(at(found, 'status', 'message')), /^Pod was rejected: Node didn't have enough resource: cpu, requested: 100000, used: 0, capacity: \d+$/)
  }
})

test('a pod that is deleted but held says how its containers ended', async () => {
  const { client, settle } = await startCluster()
  const containers = [
    { name: 'server', image: 'nginx' },
    { name: 'shell', image: 'busybox', command: ['sleep', '3600'] },
  ]
  const held = pod('held', { containers })
  await client.create(pods, { ...held, metadata: { ...held.metadata, finalizers: ['example.org/hold'] } })
  await settle(5000)
  await client.delete(pods, { namespace, name: 'held' })
  await settle(1)
  const killing = (await client.list(events, { namespace })).items.filter(({ reason }) => reason === 'Killing')
  assert.deepEqual(killing.map(({ message }) => message).sort(), ['Stopping container server', 'Stopping container shell'])
  await settle(5000)
  const found = await client.get(pods, { namespace, name: 'held' })
  assert.equal(at(found, 'status', 'phase'), 'Failed')
  const codes = (at(found, 'status', 'containerStatuses') as readonly JsonObject[]).map((status) => at(status, 'state', 'terminated', 'exitCode'))
  assert.deepEqual(codes, [0, 137])
  assert.equal(found?.metadata.deletionGracePeriodSeconds, 0)
})

test('a pod that was evicted says so, and its failure can be ignored for that', async () => {
  const { client, settle } = await startCluster()
  const held = pod('held', { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] })
  await client.create(pods, { ...held, metadata: { ...held.metadata, finalizers: ['example.org/hold'] } })
  await settle(3000)
  await client.postSubresource(pods, { namespace, name: 'held' }, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'held' } })
  await settle(3000)
  const found = (await client.get(pods, { namespace, name: 'held' })) as Pod
  const { reason, message, status } = found.status?.conditions?.find(({ type }) => type === 'DisruptionTarget') ?? {}
  assert.deepEqual([found.status?.phase, status, reason, message], ['Failed', 'True', 'EvictionByEvictionAPI', 'Eviction API: evicting'])
})

test('a pod on its way out is asked whether it is ready, and no longer whether it lives', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  const probe = (path: string): object => ({ httpGet: { path, port: 80 }, periodSeconds: 5 })
  const image = 'registry.k8s.io/e2e-test-images/agnhost:2.59'
  const args = ['netexec', '--http-port=80', '--delay-shutdown=100']
  const containers = [{ name: 'c', image, args, readinessProbe: probe('/readyz'), livenessProbe: probe('/readyz') }]
  await client.create(pods, pod('p', { terminationGracePeriodSeconds: 100, containers }))
  await settle(20_000)
  assert.equal(await ready(cluster, 'p'), 'True ')
  await client.delete(pods, { namespace, name: 'p' })
  await settle(3000)
  assert.equal(await ready(cluster, 'p'), 'True ')
  await settle(20_000)
  assert.equal(await ready(cluster, 'p'), 'False ContainersNotReady')
  assert.deepEqual(await said(cluster, 'Unhealthy'), ['Readiness probe failed: HTTP probe failed with statuscode: 503'])
  assert.equal(at(await client.get(pods, { namespace, name: 'p' }), 'status', 'containerStatuses', '0', 'restartCount'), 0)
  await settle(100_000)
  assert.equal(await client.get(pods, { namespace, name: 'p' }), undefined)
})

test('a claim that is bound has the attributes class of its volume', async () => {
  const { client, settle } = await startCluster()
  const shared = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeAttributesClassName: 'gold' }
  const csi = { driver: 'csi.example.com', volumeHandle: 'v' }
  await client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { ...shared, capacity: { storage: '1Gi' }, csi },
  } as KubernetesObject)
  await client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace },
    spec: { ...shared, resources: { requests: { storage: '1Gi' } } },
  } as KubernetesObject)
  await settle(3000)
  const claim = await client.get(persistentVolumeClaims, { namespace, name: 'c' })
  assert.deepEqual([at(claim, 'status', 'phase'), at(claim, 'status', 'currentVolumeAttributesClassName')], ['Bound', 'gold'])
})
