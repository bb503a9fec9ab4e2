import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextTime } from '#runner/controllers/cron-schedule.ts'
import { controllerRevisions, cronJobs, daemonSets, jobs, leases, nodes, pods, statefulSets } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

/** What these tests read of a pod's status. */
interface PodStatus {
  readonly containerStatuses: readonly { readonly state: { readonly waiting?: { readonly reason: string } }; readonly restartCount: number }[]
}

const namespace = 'default'
const labels = { app: 'x' }

function workload(kind: 'StatefulSet' | 'DaemonSet', image: string, more: object = {}): KubernetesObject {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } }
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'x', namespace }, spec: { selector: { matchLabels: labels }, template, ...more } }
}

async function podNames({ client }: TestCluster): Promise<string[]> {
  return (await client.list(pods, { namespace })).items.map(({ metadata }) => metadata.name ?? '')
}

test('a stateful set makes its pods one after the other, and replaces them from the last', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await client.create(
    statefulSets,
    workload('StatefulSet', 'redis:7', { serviceName: 'x', replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } }),
  )
  await settle()
  assert.deepEqual(await podNames(cluster), ['x-0'])
  await settle(5000)
  assert.deepEqual(await podNames(cluster), ['x-0', 'x-1'])
  const status = (await client.get(statefulSets, { namespace, name: 'x' }))?.status as Record<string, unknown>
  assert.deepEqual([status.replicas, status.readyReplicas, status.currentReplicas, status.updatedReplicas], [2, 2, 2, 2])
  await client.patch(
    statefulSets,
    { namespace, name: 'x' },
    { spec: { template: { spec: { containers: [{ name: 'c', image: 'redis:8' }] } } } },
    { type: 'strategic' },
  )
  await settle(30_000)
  const images = (await client.list(pods, { namespace })).items.map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image)
  assert.deepEqual(images, ['redis:8', 'redis:8'])
  const after = (await client.get(statefulSets, { namespace, name: 'x' }))?.status as Record<string, unknown>
  assert.equal(after.currentRevision, after.updateRevision)
  assert.deepEqual((await client.list(controllerRevisions, { namespace })).items.map((revision) => revision.revision).sort(), [1, 2])
})

test('a daemon set puts a pod on every node and rolls over one node at a time', async () => {
  const { client, settle } = await startCluster()
  await client.create(daemonSets, workload('DaemonSet', 'a:1'))
  await settle(4000)
  const where = (await client.list(pods, { namespace })).items.map(({ spec }) => (spec as { nodeName: string }).nodeName).sort()
  assert.deepEqual(where, ['node-1', 'node-2'])
  const status = (await client.get(daemonSets, { namespace, name: 'x' }))?.status as Record<string, unknown>
  assert.deepEqual([status.desiredNumberScheduled, status.numberReady, status.numberAvailable, status.numberMisscheduled], [2, 2, 2, 0])
  await client.patch(
    daemonSets,
    { namespace, name: 'x' },
    { spec: { template: { spec: { containers: [{ name: 'c', image: 'a:2' }] } } } },
    { type: 'strategic' },
  )
  await settle(1500)
  assert.equal((await client.list(pods, { namespace })).items.length, 2)
  await settle(20_000)
  const after = (await client.get(daemonSets, { namespace, name: 'x' }))?.status as Record<string, unknown>
  assert.equal(after.updatedNumberScheduled, 2)
})

test('a job runs its pods to their end and says that it is complete', async () => {
  const { client, settle } = await startCluster()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5' }] } }
  await client.create(jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'pi', namespace }, spec: { completions: 2, parallelism: 1, template } })
  await settle(15_000)
  const status = (await client.get(jobs, { namespace, name: 'pi' }))?.status as { succeeded: number; conditions: { type: string; reason: string }[] }
  assert.equal(status.succeeded, 2)
  assert.deepEqual(
    status.conditions.map(({ type, reason }) => [type, reason]),
    [
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ],
  )
  await client.delete(jobs, { namespace, name: 'pi' }, { propagationPolicy: 'Background' })
  await settle(5000)
  assert.equal((await client.list(pods, { namespace })).items.length, 0)
})

test('a cron job starts its job at the next full minute', async () => {
  const { client, settle } = await startCluster()
  const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'busybox' }] } }
  await client.create(cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace },
    spec: { schedule: '*/1 * * * *', concurrencyPolicy: 'Allow', suspend: false, jobTemplate: { spec: { template } } },
  })
  await settle(59_000)
  assert.equal((await client.list(jobs, { namespace })).items.length, 0)
  await settle(11_000)
  const [job] = (await client.list(jobs, { namespace })).items
  assert.match(job?.metadata.name ?? '', /^tick-\d{8}$/)
})

test('times of schedules', () => {
  const at = (text: string): number => Date.parse(text)
  assert.equal(nextTime('*/5 * * * *', at('2026-03-02T08:01:30Z')), at('2026-03-02T08:05:00Z'))
  assert.equal(nextTime('0 0 1 1 *', at('2026-03-02T08:00:00Z')), at('2027-01-01T00:00:00Z'))
  assert.equal(nextTime('30 9 * * mon-fri', at('2026-03-06T10:00:00Z')), at('2026-03-09T09:30:00Z'))
  assert.equal(nextTime('@daily', at('2026-03-02T08:00:00Z')), at('2026-03-03T00:00:00Z'))
  assert.equal(nextTime('nonsense', 0), undefined)
})

test('a node made by hand comes up, gets its range and its lease, and then takes pods', async () => {
  const { client, settle } = await startCluster({ nodes: 1 })
  await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'extra' } })
  await settle()
  const node = (await client.get(nodes, { name: 'extra' })) as unknown as { spec: object }
  assert.deepEqual(node.spec, { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] })
  assert.ok(await client.get(leases, { namespace: 'kube-node-lease', name: 'extra' }))
})

test('a cluster without node-ipam-controller gives its nodes no range', async () => {
  const { client, settle } = await startCluster({ nodes: 1, without: ['node-ipam-controller'] })
  await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'extra' } })
  await settle()
  assert.deepEqual((await client.get(nodes, { name: 'extra' }))?.spec, {})
})

test('a missing image and a failing command show as they do on a real node', async () => {
  const { client, settle } = await startCluster()
  const pod = (name: string, container: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { containers: [{ name: 'c', image: 'nginx', ...container }] },
  })
  await client.create(pods, pod('lost', { image: 'nginx:does-not-exist' }))
  await client.create(pods, pod('broken', { command: ['sh', '-c', 'echo oh; exit 3'] }))
  const podStatus = async (name: string): Promise<PodStatus | undefined> => (await client.get(pods, { namespace, name }))?.status as PodStatus | undefined
  const waiting = async (name: string): Promise<unknown> => {
    const { containerStatuses } = (await podStatus(name)) ?? { containerStatuses: [] }
    const [status] = containerStatuses
    return status?.state.waiting?.reason ?? status?.state
  }
  await settle(3000)
  assert.equal(await waiting('lost'), 'ErrImagePull')
  await settle(14_000)
  assert.equal(await waiting('lost'), 'ImagePullBackOff')
  await settle(60_000)
  const restarted = (await client.get(pods, { namespace, name: 'broken' }))?.status as { containerStatuses: { restartCount: number }[] }
  assert.ok((restarted.containerStatuses[0]?.restartCount ?? 0) >= 2)
})
