// What containers keep has an end, however much their programs make.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToLog, bytesIn, cutLog, type LogLine } from '#runner/containers/log.ts'
import { pods } from '#runner/controllers/resources.ts'
import { podOf, run } from '#test/support/container-shell.ts'
import { startCluster } from '#test/support/start-cluster.ts'

test('the disk of a cluster is full after so many files, and has room again when one is gone or a pod is', async () => {
  const cluster = await startCluster()
  const pod = await podOf(cluster, 'busybox:1.36')
  const half = 'head -c 33554432 /dev/zero | tr "\\0" a'
  const [code, said] = await run(cluster, pod, [
    'sh',
    '-c',
    `for i in 1 2 3 4 5 6 7; do ${half} > /tmp/$i || break; done; ls /tmp | wc -l; rm /tmp/1 /tmp/7; ${half} > /tmp/8 && echo fits`,
  ])
  assert.match(said, /^.*No space left on device\n7\nfits\n$/)
  assert.equal(code, 0)
  await cluster.client.delete(pods, { namespace: 'default', name: 'box' })
  await cluster.settle(5000)
  const [, again] = await run(cluster, await podOf(cluster, 'busybox:1.36'), ['sh', '-c', `for i in 1 2 3 4 5 6; do ${half} > /tmp/$i; done; ls /tmp | wc -l`])
  assert.equal(again.trim(), '6')
})

test('a log keeps its last ten mebibytes, lines without an end among them', () => {
  const log: LogLine[] = []
  let bytes = 0
  for (let second = 0; second < 400; second += 1) {
    const piece = 'x'.repeat(100_000)
    addToLog(log, second, 'out', piece)
    bytes = cutLog(log, bytes + piece.length)
  }
  addToLog(log, 400, 'out', 'the end\n')
  assert.equal(bytes, bytesIn(log) - 'the end'.length)
  assert.ok(bytes <= 12.5 * 2 ** 20 && bytes >= 10 * 2 ** 20, `${bytes}`)
  assert.match(log.at(-1)?.[2] ?? '', /the end$/)
})

test('a pipe holds its writer up while nobody reads, and who wants to keep more than memory holds is killed', async () => {
  const cluster = await startCluster()
  const pod = await podOf(cluster, 'busybox:1.36')
  const cases: readonly (readonly [script: string, printed: string])[] = [
    ['yes | sleep 7; echo over', 'over\n'],
    ['while true; do echo x; done | sleep 3; echo over', 'over\n'],
    ['yes | tr y n | cat | tee /dev/null | (sleep 2; head -c 4)', 'n\nn\n'],
    ['seq 1 300000 | (sleep 2; wc -l)', '300000\n'],
    ['seq 1 300000 | sort -n | tail -1', '300000\n'],
    ['cat /dev/zero | (sleep 1; head -c 3000000) | wc -c', '3000000\n'],
    ['yes | sort | head -1; echo over', 'over\n'],
    ['cat /dev/zero | grep x; cat /dev/zero | head -n 1 | wc -c; echo over', '0\nover\n'],
  ]
  for (const [script, printed] of cases) assert.deepEqual(await run(cluster, pod, ['sh', '-c', script]), [0, printed], script)
})
