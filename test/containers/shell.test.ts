// The shell world of containers, in process: scripts as they stand in manifests, and what they print.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

/** Makes a pod of these containers and lets it come up. */
async function podOf(cluster: TestCluster, containers: readonly object[], more: object = {}): Promise<KubernetesObject> {
  await cluster.client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers, ...more },
  } as KubernetesObject)
  await cluster.settle(3000)
  return present(cluster)
}

async function present({ client }: TestCluster): Promise<KubernetesObject> {
  const pod = await client.get(pods, { namespace: 'default', name: 'p' })
  assert.ok(pod)
  return pod
}

/** Runs a script in a container: its exit code and what it printed. */
async function run(
  { connections }: TestCluster,
  pod: KubernetesObject,
  script: string,
  container = 'c',
): Promise<readonly [code: number, out: string, err: string]> {
  let [out, err] = ['', '']
  const text = new TextDecoder()
  const end = await connections.exec(pod, container, ['sh', '-c', script], {
    tty: false,
    out: (bytes) => {
      out += text.decode(bytes)
    },
    err: (bytes) => {
      err += text.decode(bytes)
    },
    gone: new AbortController().signal,
  })
  return ['exitCode' in end ? end.exitCode : -1, out, err]
}

const sleeper = { name: 'c', image: 'busybox', command: ['sleep', '3600'] }

const scripts: readonly (readonly [script: string, code: number, out: string, err?: string])[] = [
  ['echo a b; echo "c  d"; exit 3', 3, 'a b\nc  d\n'],
  ['for i in 1 2 3; do echo $i; done | grep -v 2', 0, '1\n3\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i', 0, '3\n'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variables
  ['x=abc.tar.gz; echo ${x%%.*} ${x#*.} ${#x} ${y:-none} ${x/tar/zip}', 0, 'abc tar.gz 10 none abc.zip.gz\n'],
  ['case $HOSTNAME in p) echo me;; *) echo other;; esac', 0, 'me\n'],
  ['f() { local a=$1; echo "f $a"; return 4; }; f x; echo $?', 0, 'f x\n4\n'],
  ['cat <<EOF\n$((6 * 7)) of $HOSTNAME\nEOF', 0, '42 of p\n'],
  ["cat <<'EOF'\n$HOME\nEOF", 0, '$HOME\n'],
  ['set -e; false; echo never', 1, ''],
  ['while true; do if [[ -e /etc/hosts ]]; then echo yes; fi; [[ -e /nope ]] || echo no; break; done', 0, 'yes\nno\n'],
  ['[[ web-13 =~ -([0-9]+)$ ]] && echo replica', 0, 'replica\n'],
  ['x="a b"; [[ $x == a* && ( -z $y || $x = "a*" ) ]]; echo $?; [[ ! $x < "a b" ]] && echo same', 0, '0\nsame\n'],
  ['set -e; [[ a == b ]] || echo goes on; [[ a == b ]]; echo never', 1, 'goes on\n'],
  ["printf 'read x; echo got $x\\nword\\ncat <<E\\nin $x\\nE\\nif true\\nthen echo yes\\nfi\\nexit 4\\necho no' | sh", 4, 'got word\nin word\nyes\n'],
  ['echo one > /tmp/f; echo "x$(</tmp/f)"', 0, 'x\n'],
  ['false || echo saved; true && echo both', 0, 'saved\nboth\n'],
  ['mkdir -p /tmp/a/b && echo hi > /tmp/a/b/c && ls -R /tmp/a && cat /tmp/a/*/c', 0, '/tmp/a:\nb\n\n/tmp/a/b:\nc\nhi\n'],
  ['echo one > /tmp/x; echo two >> /tmp/x; wc -l < /tmp/x; sed s/one/eins/ /tmp/x | head -1', 0, '2\neins\n'],
  ['nope', 127, '', 'sh: nope: not found\n'],
  ['cat /nope', 1, '', "cat: can't open '/nope': No such file or directory\n"],
  ['echo x > /nope/y', 1, '', "sh: can't create /nope/y: nonexistent directory\n"],
  ['printf "%s-%03d\\n" a 7; seq 3 | xargs echo; echo a:b | cut -d: -f2', 0, 'a-007\n1 2 3\nb\n'],
  ['echo "3 x\n1 y" | sort -n | awk \'{print $2}\'', 0, 'y\nx\n'],
  ['(cd /tmp && pwd); pwd; echo $(echo in; echo side)', 0, '/tmp\n/\nin side\n'],
  ['echo err >&2; echo out 2>/dev/null', 0, 'out\n', 'err\n'],
  ['if [ -d /etc ] && [ ! -f /etc ]; then echo folder; fi', 0, 'folder\n'],
  ['printf \' a\\tb c \\n\' | { read x; echo "[$x]"; }', 0, '[a\tb c]\n'],
  ['printf \' a:b:c\\n\' | { IFS=: read -r x y; echo "[$x][$y]"; }; printf \' q\\n\' | { IFS= read -r z; echo "[$z]"; }', 0, '[ a][b:c]\n[ q]\n'],
  ['id; whoami; hostname', 0, 'uid=0(root) gid=0(root) groups=0(root),10(wheel)\nroot\np\n'],
  ['trap "echo bye" EXIT; echo hi', 0, 'hi\nbye\n'],
  ['for f in {1..3}; do printf $f; done; echo', 0, '{1..3}\n'],
  ['echo "unclosed', 2, '', 'sh: syntax error: unterminated quoted string\n'],
  ['date +%Y-%m-%d', 0, '2026-03-02\n'],
  ['date foo 2>&1', 1, "date: invalid date 'foo'\n"],
  ['date 03020800 2>&1', 1, "date: can't set date: Operation not permitted\n"],
  ['timeout 1 sh -c "echo quick"', 0, 'quick\n'],
  [
    'printf "hello world 12345" | hexdump -C',
    0,
    '00000000  68 65 6c 6c 6f 20 77 6f  72 6c 64 20 31 32 33 34  |hello world 1234|\n00000010  35                                                |5|\n00000011\n',
  ],
  [
    'printf "hello world 12345" | xxd',
    0,
    '00000000: 6865 6c6c 6f20 776f 726c 6420 3132 3334  hello world 1234\n00000010: 35                                       5\n',
  ],
  ['printf "hello world 12345" | od', 0, '0000000 062550 066154 020157 067567 066162 020144 031061 032063\n0000020 000065\n0000021\n'],
]

test('scripts print what busybox prints, and end with its exit codes', async () => {
  const cluster = await startCluster()
  const pod = await podOf(cluster, [sleeper])
  for (const [script, code, out, err = ''] of scripts) assert.deepEqual(await run(cluster, pod, script), [code, out, err], script)
})

test('a loop is logged on the time of the world, also when nobody looked for a day', async () => {
  const cluster = await startCluster()
  const pod = await podOf(cluster, [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'while true; do date +%T; sleep 5; done'] }])
  const query = { container: 'c', follow: false, previous: false, timestamps: false }
  assert.equal(await cluster.connections.logs(pod, query), '08:00:01\n')
  await cluster.settle(10_000)
  assert.equal(await cluster.connections.logs(pod, query), '08:00:01\n08:00:06\n08:00:11\n')
  await cluster.settle(86_400_000)
  assert.equal(await cluster.connections.logs(pod, { ...query, tailLines: 2 }), '08:00:06\n08:00:11\n')
  assert.equal(await cluster.connections.logs(pod, { ...query, tailLines: 1, timestamps: true }), '2026-03-03T08:00:11.000000000Z 08:00:11\n')
})

test('what one container of a pod writes another reads, second by second', async () => {
  const cluster = await startCluster()
  const volumeMounts = [{ name: 'v', mountPath: '/var/log' }]
  const writer = {
    name: 'w',
    image: 'busybox',
    command: ['sh', '-c', 'i=0; while true; do echo line $i >> /var/log/app.log; i=$((i+1)); sleep 1; done'],
    volumeMounts,
  }
  const reader = { name: 'r', image: 'busybox', args: ['/bin/sh', '-c', 'tail -n+1 -F /var/log/app.log'], volumeMounts }
  const pod = await podOf(cluster, [writer, reader], { volumes: [{ name: 'v', emptyDir: {} }] })
  const text = await cluster.connections.logs(pod, { container: 'r', follow: false, previous: false, timestamps: false })
  assert.match(String(text), /^line 0\nline 1\n/)
})

test('files, logs and running programs go on after a restore', async () => {
  const cluster = await startCluster()
  const loop = { name: 'c', image: 'busybox', command: ['sh', '-c', 'i=0; while true; do echo tick $i; i=$((i+1)); sleep 2; done'] }
  const pod = await podOf(cluster, [loop])
  await run(cluster, pod, 'echo kept > /tmp/kept')
  const from = JSON.parse(JSON.stringify(cluster.state())) as ReturnType<TestCluster['state']>
  const query = { container: 'c', follow: false, previous: false, timestamps: false }
  const forks = [await startCluster({ from }), await startCluster({ from })]
  const told = await Promise.all(
    [cluster, ...forks].map(async (each) => {
      await each.settle(10_000)
      const [, kept] = await run(each, await present(each), 'cat /tmp/kept')
      return [kept, String(await each.connections.logs(await present(each), query))]
    }),
  )
  assert.equal(told[0]?.[0], 'kept\n')
  assert.match(told[0]?.[1] ?? '', /^tick 0\ntick 1\n.*tick 5\n/s)
  assert.deepEqual(told[1], told[0])
  assert.deepEqual(told[2], told[0])
})

test('an image decides what a container without a command does', async () => {
  const cases = [
    ['busybox', 'CrashLoopBackOff'],
    ['nginx', 'running'],
    ['registry.shop.internal/web:1', 'running'],
    ['registry.example.com/shop/web:1', 'ErrImagePull'],
    ['invalid.registry.k8s.io/shop/web:1', 'ErrImagePull'],
    ['postgres:18', 'CrashLoopBackOff'],
    ['nginx:no-such-tag', 'ErrImagePull'],
  ] as const
  for (const [image, expected] of cases) {
    const cluster = await startCluster()
    const pod = await podOf(cluster, [{ name: 'c', image }])
    await cluster.settle(3000)
    const status = ((await present(cluster)).status as { containerStatuses: { state: { waiting?: { reason: string } } }[] }).containerStatuses[0]
    assert.equal(status?.state.waiting?.reason ?? 'running', expected, `${image} ${pod.metadata.name}`)
  }
})

test('what a script becomes runs, where nobody knows what its image has; a script of a known image must name a program', async () => {
  const cases = [
    ['registry.shop.internal/web:1', 'running'],
    ['nginx', 'CrashLoopBackOff'],
  ] as const
  for (const [image, expected] of cases) {
    const cluster = await startCluster()
    const pod = await podOf(cluster, [{ name: 'c', image, command: ['sh', '-c', 'exec /srv/server start'] }])
    await cluster.settle(3000)
    const status = ((await present(cluster)).status as { containerStatuses: { state: { waiting?: { reason: string } } }[] }).containerStatuses[0]
    assert.equal(status?.state.waiting?.reason ?? 'running', expected, `${image} ${pod.metadata.name}`)
    assert.equal((await run(cluster, pod, 'exec /srv/server start'))[0], expected === 'running' ? 127 : -1)
  }
})

test('an init container ends whose program came from elsewhere and nobody wrote down; a script that came is run', async () => {
  const cluster = await startCluster()
  const volumeMounts = [{ name: 'v', mountPath: '/work-dir' }]
  const init = (name: string, ...command: readonly string[]) => ({ name, image: 'debian:12', command, volumeMounts })
  const script = "printf '#!/bin/sh\\necho ran > /work-dir/told\\n' > /work-dir/run.sh; chmod +x /work-dir/run.sh"
  const initContainers = [init('install', 'sh', '-c', script), init('run', '/work-dir/run.sh'), init('find', '/work-dir/peer-finder')]
  await podOf(cluster, [{ ...sleeper, volumeMounts }], { initContainers, volumes: [{ name: 'v', emptyDir: {} }] })
  await cluster.settle(20_000)
  assert.deepEqual((await run(cluster, await present(cluster), 'cat /work-dir/told')).slice(0, 2), [0, 'ran\n'])
})
