// What programs print before their input is at its end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

/** What a container of busybox has logged after so many seconds of this script. */
async function logged({ client, settle, connections }: TestCluster, script: string, seconds: number, env: readonly object[] = []): Promise<string> {
  const name = `p${seconds}`
  const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], env }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubernetesObject)
  await settle(1000)
  await settle(seconds * 1000)
  const pod = await client.get(pods, { namespace: 'default', name })
  assert.ok(pod)
  return String(await connections.logs(pod, { container: 'c', follow: false, previous: false, timestamps: false }))
}

test('grep, sed and awk pass on each line as it comes', async () => {
  const script = 'i=0; while true; do echo "n $i"; i=$((i+1)); sleep 1; done | grep -v 3 | sed "s/n/N/" | awk \'{print $2, $1}\''
  assert.match(await logged(await startCluster(), script, 5), /^0 N\n1 N\n2 N\n4 N\n/)
})

test('what a container prints from elsewhere than its own program comes into its log', async () => {
  const script = 'echo own; sh -c "echo other > /proc/1/fd/1; echo err > /proc/1/fd/2"; echo out > /dev/stdout; sleep 100'
  assert.equal(await logged(await startCluster(), script, 2), 'own\nother\nerr\nout\n')
})

test('a shell that traps a signal does what it said while it waits for others', async () => {
  // `$$$$`: a manifest writes each dollar sign twice.
  const script = 'trap "echo told; exit 0" TERM; (sleep 2; kill -TERM $$$$) & while :; do sleep 1 & wait $!; echo turn; done'
  assert.match(await logged(await startCluster(), script, 4), /^turn\n(turn\n)?told\n$/)
})

test('words outside ASCII come out as they went in, whatever way they took', async () => {
  const script = 'echo "grüße $NAME $(NAME)"; echo häuser | wc -c; tr "\\0" "\\n" < /proc/1/environ | grep NAME='
  assert.equal(await logged(await startCluster(), script, 3, [{ name: 'NAME', value: 'Jürgen ✓' }]), 'grüße Jürgen ✓ Jürgen ✓\n8\nHOSTNAME=p3\nNAME=Jürgen ✓\n')
})
