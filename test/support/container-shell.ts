// Programs that run in a container, for tests of shells.
import assert from 'node:assert/strict'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import type { TestCluster } from './start-cluster.ts'

/** A pod `box` of an image that sleeps. */
export async function podOf({ client, settle }: TestCluster, image: string): Promise<KubernetesObject> {
  const spec = { containers: [{ name: 'c', image, command: ['sleep', '360000'] }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box', namespace: 'default' }, spec } as KubernetesObject)
  await settle(5000)
  const pod = await client.get(pods, { namespace: 'default', name: 'box' })
  assert.ok(pod)
  return pod
}

/** Runs a program in a pod, on the world's clock, to its end: its exit code, and what it prints on both streams. */
export async function run({ connections, clock }: TestCluster, pod: KubernetesObject, words: readonly string[]): Promise<readonly [number, string]> {
  const printed: Uint8Array[] = []
  const print = (bytes: Uint8Array): void => void printed.push(bytes.slice())
  let over = false
  const ended = connections.exec(pod, 'c', words, { tty: false, out: print, err: print, gone: new AbortController().signal }).finally(() => {
    over = true
  })
  for (let turn = 0; turn < 20_000 && !over; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (turn % 10 === 9) await clock.advance(100)
  }
  assert.ok(over, `${words.at(-1)} comes to an end`)
  const end = await ended
  return ['exitCode' in end ? end.exitCode : -1, Buffer.concat(printed).toString()]
}
