// Where nginx logs: into the container's log, or, where a volume hides that, into files that others read.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

let cluster: TestCluster

before(async () => {
  cluster = await startCluster()
  const add = async (name: string, spec: object): Promise<void> => {
    await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubernetesObject)
  }
  const volumeMounts = [{ name: 'logs', mountPath: '/var/log/nginx' }]
  await add('plain', { containers: [{ name: 'c', image: 'nginx' }] })
  const beside = { name: 'tail', image: 'busybox', args: ['sh', '-c', 'tail -n+1 -F /var/log/nginx/access.log'], volumeMounts }
  await add('beside', { containers: [{ name: 'c', image: 'nginx', volumeMounts }, beside], volumes: [{ name: 'logs', emptyDir: {} }] })
  await cluster.settle(10_000)
})

async function run(name: string, script: string): Promise<string> {
  const pod = await cluster.client.get(pods, { namespace: 'default', name })
  assert.ok(pod)
  let seen = ''
  const out = (bytes: Uint8Array): void => {
    seen += new TextDecoder().decode(bytes)
  }
  await cluster.connections.exec(pod, 'c', ['sh', '-c', script], { tty: false, out, err: out, gone: new AbortController().signal })
  return seen
}

async function logs(name: string, container: string): Promise<string> {
  const pod = await cluster.client.get(pods, { namespace: 'default', name })
  assert.ok(pod)
  return String(await cluster.connections.logs(pod, { container, follow: false, previous: false, timestamps: false }))
}

test('its image leads its logs to that of the container', async () => {
  const listed = await run('plain', 'curl -s localhost > /dev/null; ls -l /var/log/nginx')
  assert.match(listed, /access\.log -> \/dev\/stdout\n.*error\.log -> \/dev\/stderr\n$/)
  assert.match(await logs('plain', 'c'), /start worker process 30\n.*"GET \/ HTTP\/1\.1" 200 615 "-" "curl\/[\d.]+" "-"\n$/)
})

test('in a volume it writes files, which a container beside it can follow', async () => {
  const line = await run('beside', 'curl -s localhost > /dev/null; cat /var/log/nginx/access.log')
  assert.match(line, /^.*"GET \/ HTTP\/1\.1" 200 615 .*\n$/)
  assert.match(await run('beside', 'head -n 1 /var/log/nginx/error.log'), /\[notice\] 1#1: using the "epoll" event method\n$/)
  assert.match(await logs('beside', 'c'), /Configuration complete; ready for start up\n$/)
  await cluster.settle(5000)
  assert.equal(await logs('beside', 'tail'), line)
})
