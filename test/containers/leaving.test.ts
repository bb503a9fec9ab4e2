// Who was connected to a program and leaves: its input ends, as a kubelet ends it.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import type { RemoteStreams } from '#runner/kubernetes/pod-connections.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

let cluster: TestCluster

before(async () => {
  cluster = await startCluster()
})

async function podOf(name: string, container: object): Promise<KubernetesObject> {
  const spec = { containers: [{ name: 'c', image: 'busybox', ...container }] }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubernetesObject)
  await cluster.settle(3000)
  return present(name)
}

async function present(name: string): Promise<KubernetesObject> {
  const pod = await cluster.client.get(pods, { namespace: 'default', name })
  assert.ok(pod)
  return pod
}

/** Streams of somebody who writes `input`, and leaves when `leave` fires. */
function streamsOf(leave: AbortSignal, input?: string): RemoteStreams & { readonly said: () => string } {
  let said = ''
  const text = new TextDecoder()
  const note = (bytes: Uint8Array): void => {
    said += text.decode(bytes)
  }
  const stdin = input === undefined ? {} : { stdin: { follow: (to: { data(bytes: Uint8Array): void }) => to.data(new TextEncoder().encode(input)) } }
  return { tty: false, out: note, err: note, gone: leave, said: () => said, ...stdin }
}

test('a program that reads its input to the end ends well when its client leaves, as uploads do', async () => {
  const pod = await podOf('upload', { command: ['sleep', '3600'] })
  const leave = new AbortController()
  const ended = cluster.connections.exec(pod, 'c', ['sh', '-c', 'cat - > /tmp/x && echo kept >> /tmp/x'], streamsOf(leave.signal, 'hello\n'))
  leave.abort()
  assert.deepEqual(await ended, { exitCode: 0 })
  const looking = streamsOf(new AbortController().signal)
  await cluster.connections.exec(pod, 'c', ['cat', '/tmp/x'], looking)
  assert.equal(looking.said(), 'hello\nkept\n')
})

test('one that goes on for ever is not gone on with', async () => {
  const pod = await podOf('loop', { command: ['sleep', '3600'] })
  for (const script of ['while true; do :; done', 'sleep 3600']) {
    const leave = new AbortController()
    const ended = cluster.connections.exec(pod, 'c', ['sh', '-c', script], streamsOf(leave.signal, ''))
    leave.abort()
    assert.deepEqual(await ended, { exitCode: 137 })
  }
})

test('who only looks on leaves the input of a container open', async () => {
  const pod = await podOf('shell', { stdin: true, command: ['cat'] })
  const leave = new AbortController()
  const attached = cluster.connections.attach(pod, 'c', streamsOf(leave.signal))
  await cluster.settle(1000)
  leave.abort()
  await attached
  await cluster.settle(3000)
  assert.deepEqual(at(await present('shell'), 'status', 'containerStatuses', '0', 'restartCount'), 0)
})
