// Scripts that take all they can get, in containers: they end as on a machine that is full, and the runner goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf, run } from '#test/support/container-shell.ts'
import { startCluster } from '#test/support/start-cluster.ts'

async function shells(image: string): Promise<(words: readonly string[]) => Promise<readonly [code: number, printed: string]>> {
  const cluster = await startCluster()
  const pod = await podOf(cluster, image)
  return (words) => run(cluster, pod, words)
}

const endless = 'cd /tmp; printf "sh r\\necho back\\n" > r; '

test('a script that calls itself without end cannot fork one day', async () => {
  const typed = await shells('nginx')
  const [code, printed] = await typed(['bash', '-c', `${endless.replace('sh r', 'bash r')} bash r 2>&1 | sort | uniq -c`])
  assert.equal(code, 0)
  assert.match(printed, /^ +1 r: fork: Resource temporarily unavailable$/m)
  const [, dash] = await typed(['sh', '-c', `${endless} sh r 2>&1 | sort | uniq -c`])
  assert.match(dash, /^ +1 r: 1: Cannot fork$/m)
  const ash = await (await shells('busybox'))(['sh', '-c', `${endless} sh r 2>&1 | sort | uniq -c`])
  assert.match(ash[1], /^ +1 r: can't fork: Resource temporarily unavailable$/m)
})

test('shells that double themselves leave room for others', async () => {
  const typed = await shells('nginx')
  const [, printed] = await typed(['timeout', '5', 'bash', '-c', 'f() { f | f & }; f; sleep 100'])
  assert.match(printed, /fork: Resource temporarily unavailable/)
  assert.deepEqual(await typed(['sh', '-c', '(echo still) | cat']), [0, 'still\n'])
})

test('who starts one program after another beside itself comes to an end', async () => {
  const typed = await shells('nginx')
  const [code, printed] = await typed(['bash', '-c', 'while :; do sleep 1000 & done'])
  assert.deepEqual([code, printed.split('\n').at(-2)], [254, 'bash: fork: Resource temporarily unavailable'])
})

test('who takes what prints without end is left with nothing', async () => {
  const typed = await shells('nginx')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await typed(['bash', '-c', 'x=$(yes); echo $? ${#x}']), [0, '137 0\n'])
})

test('a file takes what a disk has room for', async () => {
  const typed = await shells('nginx')
  const said = await typed(['bash', '-c', 'yes > /tmp/x; echo $?; wc -c < /tmp/x; rm /tmp/x; echo more > /tmp/x && cat /tmp/x'])
  assert.deepEqual(said, [0, 'write error: No space left on device\n1\n67108864\nmore\n'])
  const [, doubled] = await typed(['sh', '-c', 'cd /tmp; echo a > x; for i in $(seq 30); do cat x x > y && mv y x; done 2>&1 | sort -u; wc -c < x'])
  assert.equal(doubled, 'write error: No space left on device\n67108864\n')
})

test('a list takes as many values as somebody has patience for', async () => {
  const typed = await shells('nginx')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await typed(['bash', '-c', 'for i in {1..40000}; do a+=($i); done; echo ${#a[@]} ${a[-1]}']), [0, '40000 40000\n'])
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  assert.deepEqual(await typed(['bash', '-c', 'a=(x y); a[5]=z; a[3]=w; a+=("${a[@]}"); echo ${!a[@]} - ${a[@]}']), [0, '0 1 3 5 6 7 8 9 - x y w z x y w z\n'])
})
