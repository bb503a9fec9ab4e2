// What somebody types into a container's terminal, and what is seen of it.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

let cluster: TestCluster

before(async () => {
  cluster = await startCluster()
  for (const [name, image] of [
    ['box', 'busybox:1.36'],
    ['web', 'nginx'],
    ['redis', 'redis:7'],
  ]) {
    const spec = { containers: [{ name: 'c', image, ...(name !== 'redis' && { command: ['sleep', '3600'] }) }] }
    await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubernetesObject)
  }
  await cluster.settle(5000)
})

/** Types these pieces one after the other, as soon as nothing more comes; gives all that was seen, and the exit code at its end. */
async function typed(pieces: readonly string[], { pod = 'box', shell = 'sh' } = {}): Promise<readonly [seen: string, code: number | undefined]> {
  const object = await cluster.client.get(pods, { namespace: 'default', name: pod })
  assert.ok(object)
  let seen = ''
  let code: number | undefined
  let type: (bytes: Uint8Array) => void = () => undefined
  const show = (bytes: Uint8Array): void => {
    seen += Buffer.from(bytes).toString('latin1')
  }
  const gone = new AbortController()
  const stdin = { follow: (to: { data(bytes: Uint8Array): void }) => (type = to.data.bind(to)) }
  void cluster.connections.exec(object, 'c', [shell], { tty: true, stdin, out: show, err: show, gone: gone.signal }).then((end) => {
    code = 'exitCode' in end ? end.exitCode : -1
  })
  for (const piece of ['', ...pieces]) {
    type(new TextEncoder().encode(piece))
    for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  gone.abort()
  return [Buffer.from(seen, 'latin1').toString(), code]
}

test('lines are shown as they are typed, and run when they are whole', async () => {
  assert.deepEqual(await typed(['echo hi\r', 'for i in 1 2\r', 'do echo $i; done\r', 'exit 3\r']), [
    '/ # echo hi\r\nhi\r\n/ # for i in 1 2\r\n> do echo $i; done\r\n1\r\n2\r\n/ # exit 3\r\n',
    3,
  ])
  assert.deepEqual(await typed(['nope\r', 'cd /tmp\r', 'echo "äö"\r', '\x04']), [
    '/ # nope\r\nsh: nope: not found\r\n/ # cd /tmp\r\n/tmp # echo "äö"\r\näö\r\n/tmp # ',
    0,
  ])
})

test('a line can be mended, taken from the past, and given up', async () => {
  const [mended] = await typed(['echo ac\x1b[D', 'b\x1b[C', 'd\r'])
  assert.match(mended, /\r\nabcd\r\n/)
  const [past] = await typed(['echo one\r', 'echo two\r', '\x1b[A\x1b[A\r'])
  assert.match(past, /two\r\n\/ # .*echo one\r\none\r\n/s)
  const [rubbed] = await typed(['echo é\x7fe x\x17y\r', '\x01echo \x05 end\r', 'junk\x15echo clean\r'])
  assert.match(rubbed, /\r\ne y\r\n/)
  assert.match(rubbed, /\r\nclean\r\n/)
  const [given] = await typed(['rm -rf everything\x03', 'echo $?\r'])
  assert.equal(given, '/ # rm -rf everything^C\r\n/ # echo $?\r\n130\r\n/ # ')
})

test('an interrupt ends what runs in front, and nothing else', async () => {
  const [seen] = await typed(['sleep 1000\r', '\x03', 'sleep 500 &\r', '\x03', 'jobs\r', 'kill %1\r', '\r'])
  assert.match(seen, /sleep 1000\r\n\^C\r\n\/ # sleep 500 &\r\n\[1\] \d+\r\n\/ # \^C\r\n\/ # jobs\r\n\[1\]\+ {2}Running {20}sleep 500\r\n/)
  assert.match(seen, /\[1\]\+ {2}Terminated {17}sleep 500\r\n/)
})

test('the end of the input is that of the program which reads it', async () => {
  const [seen, code] = await typed(['cat > /tmp/x\r', 'line\r', '\x04', 'cat /tmp/x\r', 'exit\r'])
  assert.equal(seen, '/ # cat > /tmp/x\r\nline\r\n/ # cat /tmp/x\r\nline\r\n/ # exit\r\n')
  assert.equal(code, 0)
})

test('a tab completes names of programs and files, and shows what there is', async () => {
  const [seen] = await typed(['mkdir -p /tmp/some/where; touch /tmp/some/which\r', 'ls /tmp/so\t', 'wh\t', '\t\t', 'i\t\r', 'hostna\t\r'])
  assert.match(seen, /ls \/tmp\/some\/wh\r\nwhere\/ {2}which\r\n\/ # ls \/tmp\/some\/which \r\n\/tmp\/some\/which\r\n/)
  assert.match(seen, /\/ # hostname \r\nbox\r\n/)
})

test('bash has its own prompt, and says where it goes', async () => {
  assert.deepEqual(await typed(['cd /etc\r', 'nope\r', '\x04'], { pod: 'web', shell: 'bash' }), [
    'root@web:/# cd /etc\r\nroot@web:/etc# nope\r\nbash: nope: command not found\r\nroot@web:/etc# exit\r\n',
    127,
  ])
})

test('what is led into pipes and files is not at the terminal', async () => {
  const seen = async (line: string, pod = 'web'): Promise<string> => (await typed([`${line}\r`], { pod }))[0].split('\r\n').slice(1, -1).join('|')
  assert.equal(await seen('ls / > /tmp/list; head -n 2 /tmp/list'), 'bin|boot')
  assert.equal(await seen('ls -d /etc /usr /var | cat'), '/etc|/usr|/var')
  assert.equal(await seen('echo "echo hi" | sh'), 'hi')
  assert.match(
    (await typed(['nope | cat\r', '(nope)\r'], { pod: 'web', shell: 'bash' }))[0],
    /cat\r\nbash: nope: command not found\r\n.*\(nope\)\r\nbash: nope: command not found\r\n/,
  )
  assert.equal(await seen('echo $(ls -d /etc /var)'), '/etc /var')
  assert.equal(
    await seen('[ -t 0 ] && echo in; [ -t 1 ] && echo out; echo x | { [ -t 0 ] || echo piped; }; tty; tty < /dev/null'),
    'in|out|piped|/dev/pts/0|not a tty',
  )
  assert.equal(await seen('stty size < /dev/null'), "stty: 'standard input': Inappropriate ioctl for device")
  assert.equal(await seen('stty size < /dev/null', 'box'), 'stty: standard input: Inappropriate ioctl for device')
})

test('files are listed side by side: in columns of one width by busybox, each of its own by others', async () => {
  const make = 'mkdir /tmp/l; cd /tmp/l; touch a bb ccc dddddddddddddddddd ee fff gggg hh; stty cols 40'
  const [web] = await typed([`${make}; ls\r`], { pod: 'web' })
  assert.equal(web.split('\r\n').slice(1, -1).join('\n'), 'a   ccc\t\t\tee   gggg\nbb  dddddddddddddddddd\tfff  hh')
  const [box] = await typed([`${make}; ls\r`])
  assert.equal(box.split('\r\n').slice(1, -1).join('\n'), 'a                   ee\nbb                  fff\nccc                 gggg\ndddddddddddddddddd  hh')
})

test('what was typed is remembered', async () => {
  const seen = async (pod: string, shell: string, last = 'history'): Promise<readonly string[]> =>
    (await typed(['echo one\r', 'for i in 1\r', 'do echo $i; done\r', `${last}\r`], { pod, shell }))[0].split('\r\n').slice(6, -1)
  assert.deepEqual(await seen('web', 'bash'), ['    1  echo one', '    2  for i in 1; do echo $i; done', '    3  history'])
  assert.deepEqual(await seen('web', 'bash', 'history | tail -n 1'), ['    3  history | tail -n 1'])
  assert.deepEqual(await seen('box', 'sh'), ['   0 echo one', '   1 for i in 1', '   2 do echo $i; done', '   3 history'])
  assert.match((await seen('web', 'sh')).join(), /^sh: \d+: history: not found$/)
})

test('redis-cli shows replies for people, and what is made for reading as it is', async () => {
  const [seen] = await typed(['set a "x\\ty"\r', 'get a\r', 'info server\r'], { pod: 'redis', shell: 'redis-cli' })
  assert.match(seen, /OK\r\n127\.0\.0\.1:6379> get a\r\n"x\\/)
  assert.match(seen, /info server\r\n# Server\r\n(redis_version:[\d.]+\r\n)/)
})
