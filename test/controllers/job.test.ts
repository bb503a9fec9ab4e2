import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextTime } from '#runner/controllers/cron-schedule.ts'
import { formatIndexes, parseIndexes } from '#runner/controllers/job/indexes.ts'
import { cronJobs, jobs, pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[]
  readonly startTime?: string
  readonly active?: number
  readonly succeeded?: number
  readonly failed?: number
  readonly completedIndexes?: string
  readonly failedIndexes?: string
}

async function start({ client }: TestCluster, spec: object, container: object = { command: ['false'] }, restartPolicy = 'Never'): Promise<void> {
  const template = { spec: { restartPolicy, terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'busybox', ...container }] } }
  await client.create(jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace }, spec: { template, ...spec } } as KubernetesObject)
}

async function status({ client }: TestCluster): Promise<Status> {
  return ((await client.get(jobs, { namespace, name: 'j' }))?.status ?? {}) as Status
}

function endings({ conditions = [] }: Status): string[] {
  return conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
}

async function count({ client }: TestCluster): Promise<number> {
  return (await client.list(pods, { namespace })).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length
}

async function reasons({ client }: TestCluster): Promise<string[]> {
  const { items } = await client.list(events, { namespace })
  return items.filter(({ involvedObject }) => (involvedObject as { kind: string }).kind === 'Job').map(({ reason }) => String(reason))
}

/** Ends every running pod after a while, as the kubelet would: those with odd numbers fail. */
async function endPods({ client, clock, settle }: TestCluster): Promise<void> {
  const finishedAt = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
  for (const pod of (await client.list(pods, { namespace })).items) {
    if (at(pod, 'status', 'phase') !== 'Pending') continue
    const exitCode = Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']) % 2
    const containerStatuses = [{ name: 'c', image: 'busybox', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } }]
    const ended = { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses }
    await client.patch(pods, { namespace, name: pod.metadata.name ?? '' }, { status: ended }, { type: 'merge', subresource: 'status' })
  }
  await settle()
}

test('a failing job tries again after 10, 20, 40 seconds, and gives up at its limit', async () => {
  const cluster = await startCluster()
  await start(cluster, { backoffLimit: 2 })
  await cluster.settle(6000)
  assert.equal(await count(cluster), 1)
  await cluster.settle(12_000)
  assert.equal(await count(cluster), 2)
  await cluster.settle(10_000)
  assert.equal(await count(cluster), 2)
  await cluster.settle(20_000)
  const now = await status(cluster)
  assert.equal(now.failed, 3)
  const words = 'BackoffLimitExceeded: Job has reached the specified backoff limit'
  assert.deepEqual(endings(now), [`FailureTarget ${words}`, `Failed ${words}`])
})

test('what a job has counted stays counted when its pods are deleted', async () => {
  const cluster = await startCluster()
  await start(cluster, { completions: 3 }, { command: ['true'] })
  await cluster.settle(3000)
  const [first] = (await cluster.client.list(pods, { namespace })).items
  await cluster.client.delete(pods, { namespace, name: first?.metadata.name ?? '' })
  await cluster.settle(20_000)
  assert.equal((await status(cluster)).succeeded, 3)
  assert.equal(await count(cluster), 2)
})

test('a pod that is deleted while it runs has failed at once, or once it ended where its replacement waits for that', async () => {
  for (const podReplacementPolicy of ['TerminatingOrFailed', 'Failed']) {
    const cluster = await startCluster()
    await start(cluster, { podReplacementPolicy }, { command: ['sleep', '3600'] })
    await cluster.settle(3000)
    const [running] = (await cluster.client.list(pods, { namespace })).items
    await cluster.client.delete(pods, { namespace, name: running?.metadata.name ?? '' })
    await cluster.settle(100)
    assert.equal((await status(cluster)).failed, podReplacementPolicy === 'Failed' ? undefined : 1)
    await cluster.settle(4000)
    assert.deepEqual([(await status(cluster)).failed, await count(cluster)], [1, 0], 'it waits ten seconds for the next')
    await cluster.settle(10_000)
    assert.deepEqual([(await status(cluster)).failed, await count(cluster)], [1, 1])
  }
})

test('an indexed job says which numbers are done, and a limit for each gives up single ones', async () => {
  const cluster = await startCluster({ without: ['kubelet'] })
  await start(cluster, { completionMode: 'Indexed', completions: 5, parallelism: 5, backoffLimitPerIndex: 1 })
  await cluster.settle()
  await endPods(cluster)
  assert.deepEqual([await count(cluster), (await status(cluster)).completedIndexes], [5, '0,2,4'])
  await cluster.settle(11_000)
  await endPods(cluster)
  const now = await status(cluster)
  assert.deepEqual([now.succeeded, now.failed, now.completedIndexes, now.failedIndexes], [3, 4, '0,2,4', '1,3'])
  assert.deepEqual(endings(now), ['FailureTarget FailedIndexes: Job has failed indexes', 'Failed FailedIndexes: Job has failed indexes'])
  const counts = (await cluster.client.list(pods, { namespace })).items.map(
    ({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'],
  )
  assert.deepEqual(counts.sort(), ['0', '0', '0', '0', '0', '1', '1'])
})

test('a success policy ends a job early', async () => {
  const cluster = await startCluster({ without: ['kubelet'] })
  const successPolicy = { rules: [{ succeededIndexes: '1' }, { succeededIndexes: '0-2', succeededCount: 2 }] }
  await start(cluster, { completionMode: 'Indexed', completions: 4, parallelism: 4, successPolicy })
  await cluster.settle()
  await endPods(cluster)
  const words = 'SuccessPolicy: Matched rules at index 1'
  assert.deepEqual(endings(await status(cluster)), [`SuccessCriteriaMet ${words}`, `Complete ${words}`])
})

test('a pod failure policy fails the job at once, or does not count the pod', async () => {
  const cluster = await startCluster()
  const onExitCodes = { operator: 'In', values: [1] }
  await start(cluster, { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes }] } })
  await cluster.settle(6000)
  const name = (await cluster.client.list(pods, { namespace })).items[0]?.metadata.name
  const words = `PodFailurePolicy: Container c for pod default/${name} failed with exit code 1 matching FailJob rule at index 0`
  assert.deepEqual(endings(await status(cluster)), [`FailureTarget ${words}`, `Failed ${words}`])
})

test('a suspended job takes its pods away and goes on when told; fewer at once means fewer', async () => {
  const cluster = await startCluster({ without: ['kubelet'] })
  const { client, settle } = cluster
  const set = (spec: object): Promise<unknown> => client.patch(jobs, { namespace, name: 'j' }, { spec } as never, { type: 'merge' })
  await start(cluster, { suspend: true, parallelism: 3, completions: 9 })
  await settle(5000)
  assert.deepEqual([await count(cluster), (await status(cluster)).startTime], [0, undefined])
  await set({ suspend: false })
  await settle(5000)
  assert.equal(await count(cluster), 3)
  await set({ parallelism: 1 })
  await settle(5000)
  assert.equal(await count(cluster), 1)
  await set({ suspend: true })
  await settle(5000)
  assert.equal(await count(cluster), 0)
  assert.deepEqual(endings(await status(cluster)), ['Suspended JobSuspended: Job suspended'])
  assert.deepEqual([...new Set(await reasons(cluster))].sort(), ['Resumed', 'SuccessfulCreate', 'SuccessfulDelete', 'Suspended'])
})

test('numbers are written as runs', () => {
  assert.equal(formatIndexes(new Set([5, 0, 1, 2, 7, 8])), '0-2,5,7,8')
  assert.deepEqual(parseIndexes('0-2,5'), [0, 1, 2, 5])
})

test('a schedule follows the clocks of its time zone', () => {
  const next = (text: string, after: string, zone: string): string => new Date(nextTime(text, Date.parse(after), zone) ?? 0).toISOString()
  assert.equal(next('0 9 * * *', '2026-01-15T00:00:00Z', 'America/New_York'), '2026-01-15T14:00:00.000Z')
  assert.equal(next('0 9 * * *', '2026-07-15T00:00:00Z', 'America/New_York'), '2026-07-15T13:00:00.000Z')
  assert.equal(next('30 2 * * *', '2026-03-08T05:00:00Z', 'America/New_York'), '2026-03-09T06:30:00.000Z', 'an hour that the clocks skip does not come')
  assert.equal(next('15 8 * * 1', '2026-01-15T00:00:00Z', 'Asia/Kolkata'), '2026-01-19T02:45:00.000Z')
})

test('a job adopts its pod again that somebody made an orphan, and lets go of one without its labels', async () => {
  const cluster = await startCluster()
  await start(cluster, { parallelism: 1 }, { command: ['sleep', '600'] })
  await cluster.settle(3000)
  const { client, settle } = cluster
  const [pod] = (await client.list(pods, { namespace })).items
  assert.ok(pod)
  const key = { namespace, name: pod.metadata.name ?? '' }
  const owners = async (): Promise<unknown> => (await client.get(pods, key))?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`)
  await client.patch(pods, key, { metadata: { ownerReferences: null } }, { type: 'merge' })
  await settle()
  assert.deepEqual(await owners(), ['Job j'])
  await client.patch(pods, key, { metadata: { labels: null } }, { type: 'merge' })
  await settle()
  assert.equal(await owners(), undefined)
})

test('a cron job says of a running job that bears its name and that it did not start', async () => {
  const { client, settle } = await startCluster()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sleep', '600'] }] } }
  const metadata = { name: 'c', namespace }
  const made = await client.create(cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } },
  } as KubernetesObject)
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'c', uid: made.metadata.uid ?? '', controller: true }]
  await client.create(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'by-hand', namespace, ownerReferences },
    spec: { template },
  } as KubernetesObject)
  await settle()
  const { items } = await client.list(events, { namespace, fieldSelector: 'reason=UnexpectedJob' })
  assert.deepEqual(
    items.map(({ message }) => message),
    ['Saw a job that the controller did not create or forgot: by-hand'],
  )
})

test('a cron job says of a running job that is gone that it went missing', async () => {
  const { client, settle } = await startCluster()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sleep', '600'] }] } }
  const spec = { schedule: '* * * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec: { template } } }
  await client.create(cronJobs, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'c', namespace }, spec } as KubernetesObject)
  await settle(61_000)
  const [job] = (await client.list(jobs, { namespace })).items
  await client.delete(jobs, { namespace, name: job?.metadata.name ?? '' })
  await settle(3000)
  assert.equal(at(await client.get(cronJobs, { namespace, name: 'c' }), 'status', 'active'), undefined)
  const { items } = await client.list(events, { namespace, fieldSelector: 'reason=MissingJob' })
  assert.deepEqual(
    items.map(({ message }) => message),
    [`Active job went missing: ${job?.metadata.name}`],
  )
})
