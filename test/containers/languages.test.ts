// What is typed into shells of containers, against recordings of busybox 1.35, dash 0.5.12 and bash 5.2 themselves: scripts, their exit codes, and all they print.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

type Recorded = readonly (readonly [script: string, code: number, printed: string])[]

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')) as Recorded
}

async function podOf({ client, settle }: TestCluster, image: string): Promise<KubernetesObject> {
  const spec = { containers: [{ name: 'c', image, command: ['sleep', '360000'] }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box', namespace: 'default' }, spec } as KubernetesObject)
  await settle(5000)
  const pod = await client.get(pods, { namespace: 'default', name: 'box' })
  assert.ok(pod)
  return pod
}

/** Runs a script in an empty folder, on the world's clock; errors stand where they are printed. */
async function run({ connections, clock }: TestCluster, pod: KubernetesObject, words: readonly string[]): Promise<readonly [number, string]> {
  const printed: Uint8Array[] = []
  const print = (bytes: Uint8Array): void => void printed.push(bytes.slice())
  let over = false
  const ended = connections.exec(pod, 'c', words, { tty: false, out: print, err: print, gone: new AbortController().signal }).finally(() => {
    over = true
  })
  for (let turn = 0; turn < 2000 && !over; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (turn % 10 === 9) await clock.advance(100)
  }
  assert.ok(over, `${words.at(-1)} comes to an end`)
  const end = await ended
  return ['exitCode' in end ? end.exitCode : -1, Buffer.concat(printed).toString()]
}

for (const [name, image, shell] of [
  ['ash', 'busybox:1.36', 'sh'],
  ['dash', 'nginx', 'sh'],
  ['bash', 'nginx', 'bash'],
  ['jq', 'nicolaka/netshoot', 'bash'],
] as const)
  test(`${name} prints what the real one prints`, { timeout: 240_000 }, async () => {
    const cluster = await startCluster()
    const pod = await podOf(cluster, image)
    for (const [script, code, printed] of recorded(name)) {
      const found = await run(cluster, pod, [shell, '-c', `rm -rf /tmp/w; mkdir -p /tmp/w; cd /tmp/w; exec 2>&1\n${script}`])
      assert.deepEqual(found, [code, printed], script)
    }
  })
