// Scripts that take all they can get, in containers: they end as on a machine that is full, and the runner goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

async function shells(image: string): Promise<(words: readonly string[]) => Promise<readonly [code: number, printed: string]>> {
  const { client, settle, connections, clock } = await startCluster()
  const spec = { containers: [{ name: 'c', image, command: ['sleep', '360000'] }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box', namespace: 'default' }, spec } as KubernetesObject)
  await settle(5000)
  const pod = await client.get(pods, { namespace: 'default', name: 'box' })
  assert.ok(pod)
  return async (words) => {
    let printed = ''
    const print = (bytes: Uint8Array): void => {
      printed += Buffer.from(bytes).toString()
    }
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
    return ['exitCode' in end ? end.exitCode : -1, printed]
  }
}

const endless = 'cd /tmp; printf "sh r\\necho back\\n" > r; '

test('a script that calls itself without end cannot fork one day', async () => {
  const run = await shells('nginx')
  const [code, printed] = await run(['bash', '-c', `${endless.replace('sh r', 'bash r')} bash r 2>&1 | sort | uniq -c`])
  assert.equal(code, 0)
  assert.match(printed, /^ +1 r: fork: Resource temporarily unavailable$/m)
  const [, dash] = await run(['sh', '-c', `${endless} sh r 2>&1 | sort | uniq -c`])
  assert.match(dash, /^ +1 r: 1: Cannot fork$/m)
  const ash = await (await shells('busybox'))(['sh', '-c', `${endless} sh r 2>&1 | sort | uniq -c`])
  assert.match(ash[1], /^ +1 r: can't fork: Resource temporarily unavailable$/m)
})

test('shells that double themselves leave room for others', async () => {
  const run = await shells('nginx')
  const [, printed] = await run(['timeout', '5', 'bash', '-c', 'f() { f | f & }; f; sleep 100'])
  assert.match(printed, /fork: Resource temporarily unavailable/)
  assert.deepEqual(await run(['sh', '-c', '(echo still) | cat']), [0, 'still\n'])
})

test('who takes what prints without end is left with nothing', async () => {
  const run = await shells('nginx')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await run(['bash', '-c', 'x=$(yes); echo $? ${#x}']), [0, '137 0\n'])
})

test('a file takes what a disk has room for', async () => {
  const run = await shells('nginx')
  const said = await run(['bash', '-c', 'yes > /tmp/x; echo $?; wc -c < /tmp/x; rm /tmp/x; echo more > /tmp/x && cat /tmp/x'])
  assert.deepEqual(said, [0, 'write error: No space left on device\n1\n67108864\nmore\n'])
  const [, doubled] = await run(['sh', '-c', 'cd /tmp; echo a > x; for i in $(seq 30); do cat x x > y && mv y x; done 2>&1 | sort -u; wc -c < x'])
  assert.equal(doubled, 'write error: No space left on device\n67108864\n')
})

test('a list takes as many values as somebody has patience for', async () => {
  const run = await shells('nginx')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await run(['bash', '-c', 'for i in {1..40000}; do a+=($i); done; echo ${#a[@]} ${a[-1]}']), [0, '40000 40000\n'])
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await run(['bash', '-c', 'a=(x y); a[5]=z; a[3]=w; a+=("${a[@]}"); echo ${!a[@]} - ${a[@]}']), [0, '0 1 3 5 6 7 8 9 - x y w z x y w z\n'])
})
