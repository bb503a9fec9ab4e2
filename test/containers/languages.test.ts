// What is typed into shells of containers, against recordings of busybox 1.35, dash 0.5.12 and bash 5.2 themselves: scripts, their exit codes, and all they print.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { podOf, run } from '#test/support/container-shell.ts'
import { startCluster } from '#test/support/start-cluster.ts'

type Recorded = readonly (readonly [script: string, code: number, printed: string])[]

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')) as Recorded
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
