// Programs that are asked to end because their pod is deleted: what they do about it, and how long they may.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const box = { namespace: 'default', name: 'box' }

/** A cluster with a pod `box` that is deleted five seconds after it began. */
async function deleted(container: object, { spec = {}, durations = 'short' }: { spec?: object; durations?: 'short' | 'real' } = {}): Promise<TestCluster> {
  const cluster = await startCluster({ durations })
  const whole = { containers: [{ name: 'c', image: 'busybox:1.36', ...container }], ...spec }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: box, spec: whole } as KubernetesObject)
  await cluster.settle(5000)
  await cluster.client.delete(pods, box)
  return cluster
}

/** Seconds until the pod is gone, what it printed, and how its container ended. */
async function watchGoing(cluster: TestCluster): Promise<{ seconds: number; log: string; code: unknown; reason: unknown }> {
  const began = cluster.clock.now()
  const seen: KubernetesObject[] = []
  const stop = await followed(cluster, seen)
  let log = ''
  for (let turn = 0; turn < 800; turn += 1) {
    const pod = await cluster.client.get(pods, box)
    if (!pod) break
    log = await logOf(cluster, pod)
    await cluster.settle(100)
  }
  stop()
  const terminated = at(seen.at(-1), 'status', 'containerStatuses', '0', 'state', 'terminated') as { exitCode?: number; reason?: string } | undefined
  return { seconds: Math.round((cluster.clock.now() - began) / 1000), log, code: terminated?.exitCode, reason: terminated?.reason }
}

async function followed({ client }: TestCluster, seen: KubernetesObject[]): Promise<() => void> {
  const { resourceVersion } = await client.list(pods, { namespace: 'default' })
  const watch = client.watch(pods, { namespace: 'default', resourceVersion }, { event: ({ object }) => void seen.push(object as KubernetesObject) })
  return () => watch.stop()
}

async function logOf({ connections }: TestCluster, pod: KubernetesObject): Promise<string> {
  return String(await connections.logs(pod, { container: 'c', follow: false, previous: false, timestamps: false }))
}

const loop = 'while true; do sleep 1; done'

const script = (text: string): object => ({ command: ['sh', '-c', text] })

test('a trap that ends the program is run, and the pod goes when it has', async () => {
  const going = await watchGoing(await deleted(script(`trap 'echo bye; sleep 4; echo done; exit 0' TERM; ${loop}`)))
  assert.deepEqual(going, { seconds: 6, log: 'bye\ndone\n', code: 0, reason: 'Completed' })
})

test('who waits for a signal is woken by it; a code of its own is kept', async () => {
  const going = await watchGoing(await deleted(script(`trap 'echo bye; exit 3' TERM; sleep 3600 & wait $!`)))
  assert.deepEqual(going, { seconds: 1, log: 'bye\n', code: 3, reason: 'Error' })
})

test('a trap that goes on has the grace period of its pod, and no more', async () => {
  const going = await watchGoing(await deleted(script(`trap 'echo not yet' TERM; ${loop}`), { spec: { terminationGracePeriodSeconds: 8 } }))
  assert.deepEqual(going, { seconds: 9, log: 'not yet\n', code: 137, reason: 'Error' })
})

test('the grace period begins before the hooks', async () => {
  const lifecycle = { preStop: { exec: { command: ['sleep', '6'] } } }
  const going = await watchGoing(await deleted({ ...script(`trap 'echo bye' TERM; ${loop}`), lifecycle }, { spec: { terminationGracePeriodSeconds: 10 } }))
  assert.deepEqual(going, { seconds: 11, log: 'bye\n', code: 137, reason: 'Error' })
})

test('who pays no heed is killed: at once where durations are short, else when its time is over', async () => {
  for (const container of [script(loop), { command: ['sleep', '3600'] }, script(`trap '' TERM; ${loop}`)]) {
    assert.deepEqual(await watchGoing(await deleted(container)), { seconds: 1, log: '', code: 137, reason: 'Error' })
    assert.deepEqual(await watchGoing(await deleted(container, { durations: 'real' })), { seconds: 31, log: '', code: 137, reason: 'Error' })
  }
})

test('servers end well at once', async () => {
  const { seconds, code, reason } = await watchGoing(await deleted({ image: 'nginx' }, { durations: 'real' }))
  assert.deepEqual({ seconds, code, reason }, { seconds: 1, code: 0, reason: 'Completed' })
})

test('a pod on its way out goes on with it from a snapshot', async () => {
  const cluster = await deleted(script(`trap 'echo bye; sleep 4; echo done; exit 0' TERM; ${loop}`))
  await cluster.settle(2000)
  const again = await startCluster({ from: JSON.parse(JSON.stringify(cluster.state())) })
  assert.deepEqual(await watchGoing(again), { seconds: 4, log: 'bye\ndone\n', code: 0, reason: 'Completed' })
})

test('a container that fails its liveness probe does what its trap says before it begins anew', async () => {
  const livenessProbe = { exec: { command: ['test', '!', '-e', '/tmp/ill'] }, periodSeconds: 1, failureThreshold: 1 }
  const cluster = await startCluster()
  const container = { name: 'c', image: 'busybox', ...script(`trap 'echo bye; sleep 3; exit 7' TERM; (sleep 10; touch /tmp/ill) & ${loop}`), livenessProbe }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: box, spec: { containers: [container] } } as KubernetesObject)
  await cluster.settle(20_000)
  const pod = await cluster.client.get(pods, box)
  const { exitCode, startedAt, finishedAt } = at(pod, 'status', 'containerStatuses', '0', 'lastState', 'terminated') as Record<string, string>
  const seconds = (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1000
  assert.deepEqual({ exitCode, longEnough: seconds >= 13 && seconds <= 17 }, { exitCode: 7, longEnough: true })
})
