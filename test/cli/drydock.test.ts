import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drydock, outcome, startDrydock } from '#test/support/drydock.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-cli-'))
after(() => rmSync(folder, { recursive: true }))
const small = join(folder, 'small.yaml')
writeFileSync(small, 'clusters: [{ name: kube, context: kube, nodes: 0 }]\n')

test('without words it shows its commands and counts as wrong use; with --help it does not', async () => {
  const bare = await drydock([])
  assert.deepEqual([bare.exit, bare.stdout], [2, ''])
  const asked = await drydock(['--help'])
  assert.deepEqual([asked.exit, asked.stdout, asked.stderr], [0, bare.stderr, ''])
})

test('every command has --help', async () => {
  const names = ['serve', 'run', 'shell', 'world up', 'clock', 'doctor', 'lint', 'test']
  const answers = await Promise.all(names.map((name) => drydock([...name.split(' '), '--help'])))
  for (const [index, { exit, stdout }] of answers.entries()) {
    assert.equal(exit, 0)
    assert.ok(stdout.startsWith(`Usage: drydock ${names[index]}`), stdout)
  }
})

test('wrong use is exit code 2, with what was meant', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['shel'], /Unknown command "shel": did you mean "drydock shell"\?/],
    [['shell', '--sed', '1'], /has no option "--sed": did you mean "--seed"\?/],
    [['shell', 'flete'], /There is no world "flete".*did you mean "fleet"\?/],
    [['shell', '--step', '2'], /"--step" needs "--lab ID"/],
    [['shell', '--bind', join(folder, 'nowhere')], /"--bind" expects a folder/],
    [['run', 'flet-manager'], /There is no lab "flet-manager".*fleet-manager/],
    [['run', '../x'], /expected a path inside the labs folder/],
    [['run', 'fleet-manager', '--steps', '7-9'], /"--steps" expects numbers and ranges from 1 to 8/],
    [['run', 'fleet-manager', '--set', 'namspace=x'], /has no parameter "namspace".*did you mean "namespace"\?/],
    [['run', 'fleet-manager', '--clusters', 'real'], /"--clusters real" needs "--kubeconfig FILE"/],
    [['run', 'fleet-manager', '--report', join(folder, 'no/such/report.json')], /Cannot write/],
    [['world', 'up'], /needs "--out FILE.json"/],
    [['world', 'up', small, '--out', join(folder, 'no/such/folder.json')], /Cannot write/],
  ]
  for (const [words, message] of cases) {
    const { exit, stdout, stderr } = await drydock(words)
    assert.deepEqual([exit, stdout], [2, ''], stderr)
    assert.match(stderr, message)
    assert.ok(!stderr.includes('    at '), stderr)
  }
})

test('a world file with faults names every one of them', async () => {
  const broken = join(folder, 'broken.yaml')
  writeFileSync(broken, 'clusters: [{ name: 7, colour: red }]\n')
  const { exit, stderr } = await drydock(['shell', broken])
  assert.equal(exit, 2)
  assert.match(stderr, /broken\.yaml: clusters\.0\.name/)
  assert.match(stderr, /colour/)
  writeFileSync(broken, 'clusters: [\n')
  assert.match((await drydock(['shell', broken])).stderr, /broken\.yaml:\d+:\d+: Not valid YAML/)
})

test('shell runs the script of standard input, and prints nothing of its own', async () => {
  const script = 'kubectl get namespaces default -o name\ncat\necho err >&2\nexit 9\n'
  assert.deepEqual(await drydock(['shell', small], { stdin: script }), { exit: 9, stdout: 'namespace/default\n', stderr: 'err\n' })
})

test('expressions that would step back for ever are gone through in one pass: a learner holds nobody up with them', async () => {
  const letters = `${'a'.repeat(64)}!`
  const lines = [
    'kubectl run box --image=busybox -- sleep 1000 >/dev/null && kubectl wait --for=condition=Ready pod/box >/dev/null',
    `in_box() { kubectl exec box -- sh -c "echo ${letters} | $1"; }`,
    'in_box "grep -cE \'^(a+)+$\'"; in_box "sed -E \'s/(a|aa)+$/x/\'"; in_box "awk \'/^(a+)+$/ { print 1 }\'"',
    `printf 'apiVersion: a.b/v1\\nkind: Foo\\nmetadata: {name: x}\\nspec: {p: "${letters}"}\\n' | kubectl create -f -`,
  ]
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties: { p: { type: 'string', pattern: '^(a+)+$' } } } } }
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
  const spec = { group: 'a.b', names: { kind: 'Foo', plural: 'foos' }, scope: 'Namespaced', versions }
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'foos.a.b' }, spec }
  const world = join(folder, 'expressions.yaml')
  writeFileSync(world, JSON.stringify({ clusters: [{ name: 'kube', context: 'kube', nodes: 1, objects: [crd] }] }))
  const { stdout, stderr } = await drydock(['shell', world], { stdin: lines.join('\n') })
  assert.equal(stdout, `0\n${letters}\n`)
  assert.match(stderr, /The Foo "x" is invalid: spec\.p: Invalid value: "a+!": spec\.p in body should match/)
})

test('shell takes a script by -c and by --file, from any folder and through a link', async () => {
  const link = join(folder, 'link')
  symlinkSync(fileURLToPath(new URL('../../runner/drydock', import.meta.url)), link)
  writeFileSync(join(folder, 'script.sh'), 'echo "from a file"')
  assert.deepEqual(await drydock(['shell', 'small.yaml', '-c', 'echo "$0 $#"'], { cwd: folder, path: link }), { exit: 0, stdout: 'bash 0\n', stderr: '' })
  assert.equal((await drydock(['shell', 'small.yaml', '--file', 'script.sh'], { cwd: folder })).stdout, 'from a file\n')
})

test('shell shows a folder by --bind, and the world the seed makes is the same twice', async () => {
  const script = `cat ${folder}/small.yaml | head -c 9; kubectl create deployment x --image=nginx >/dev/null; kubectl get replicasets -o name`
  const outcomes = [
    await drydock(['shell', small, '--seed', '4', '--bind', folder, '-c', script]),
    await drydock(['shell', small, '--seed', '4', '--bind', folder, '-c', script]),
  ]
  assert.match(outcomes[0]?.stdout ?? '', /^clusters:/)
  assert.equal(outcomes[0]?.stdout, outcomes[1]?.stdout)
})

test('the clock inside a shell is read, moved on and quickened', async () => {
  const script = 'drydock clock; drydock clock advance 1h; drydock clock pace 60; drydock clock advance soon; echo $?; drydock shell; echo $?'
  const { stdout, stderr } = await drydock(['shell', small, '-c', script])
  const [first = '', moved = '', pace = '', ...codes] = stdout.trim().split('\n')
  assert.ok(Date.parse(moved) - Date.parse(first) >= 3_600_000)
  assert.match(pace, /\(pace 60\)$/)
  assert.deepEqual(codes, ['2', '2'])
  assert.match(stderr, /expected a duration as 90s, 15m or 1h30m, found "soon"/)
})

test('SIGINT ends a shell with exit code 130 and leaves nothing behind', async () => {
  const child = startDrydock(['shell', small, '-c', 'echo begun; sleep 600'])
  const ended = outcome(child)
  child.stdin?.end()
  if (child.stdout) await once(child.stdout, 'data')
  child.kill('SIGINT')
  assert.equal((await ended).exit, 130)
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith(`drydock-${child.pid}-`)),
    [],
  )
})

for (const [how, words, end] of [
  ['SIGTERM', [], (child: ReturnType<typeof startDrydock>) => child.kill('SIGTERM')],
  ['the end of standard input', ['--until-stdin-closes'], (child: ReturnType<typeof startDrydock>) => child.stdin?.end()],
] as const) {
  test(`world up writes its files, logs requests, and ends cleanly on ${how}`, async () => {
    const out = join(folder, `${words.length}.json`)
    const log = join(folder, `${words.length}.log`)
    const child = startDrydock(['world', 'up', small, '--out', out, '--log', log, ...words])
    const ended = outcome(child)
    await appears(out)
    const { clusters, kubeconfig, clock } = JSON.parse(readFileSync(out, 'utf8'))
    assert.equal(clusters.kube.context, 'kube')
    assert.equal((await fetch(clock)).status, 200)
    end(child)
    assert.deepEqual(await ended, { exit: 0, stdout: '', stderr: '' })
    assert.deepEqual([existsSync(out), existsSync(kubeconfig)], [false, false])
    const lines = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.ok(lines.some(({ host, verb, status }) => host === 'clock.drydock.internal' && verb === 'get' && status === 200))
  })
}

test('run gives exit code 1 while a criterion is open, and its report says what was done and seen', async () => {
  const [report, junit] = [join(folder, 'report.json'), join(folder, 'junit.xml')]
  const { exit, stdout } = await drydock(['run', 'fleet-manager', '--steps', '1', '--seed', '3', '--report', report, '--junit', junit])
  assert.equal(exit, 1)
  assert.match(stdout, /^step 1 .*\n(?:not yet .*\n(?: {4}.*\n)+){5}$/)
  const { lab, seed, steps, criteria } = JSON.parse(readFileSync(report, 'utf8'))
  assert.deepEqual([lab, seed, steps.length, criteria.length], ['fleet-manager', 3, 1, 5])
  assert.deepEqual(Object.keys(steps[0].blocks[0]), ['kind', 'script', 'exit', 'stdout', 'stderr', 'durationMs'])
  assert.match(readFileSync(junit, 'utf8'), /<testsuite name="criteria" tests="5" failures="5">/)
})

test('serve refuses a port in use before anything else', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { exit, stderr } = await drydock(['serve', '--port', String(port)])
  server.close()
  assert.equal(exit, 2)
  assert.match(stderr, new RegExp(`Port ${port} on 127.0.0.1 is in use`))
})

test('doctor tells of everything, as JSON too', async () => {
  const { exit, stdout } = await drydock(['doctor', '--json'])
  const findings: { what: string; state: string }[] = JSON.parse(stdout)
  assert.equal(exit, 0)
  for (const what of ['node', 'kubectl', 'helm', 'sandbox namespaces']) assert.equal(findings.find((finding) => finding.what === what)?.state, 'ok', what)
})

test('lint finds no fault in the labs of the project', async () => {
  const { exit, stdout } = await drydock(['lint'])
  assert.equal(exit, 0, stdout)
  assert.match(stdout, /^labs\/fleet-manager: 8 steps, 5 criteria: no faults$/m)
})

async function appears(file: string): Promise<void> {
  const watcher = watch(folder)
  try {
    while (!existsSync(file)) await once(watcher, 'change')
  } finally {
    watcher.close()
  }
}

test('az is completed in an interactive bash', async () => {
  const typed = 'COMP_LINE=\'az group sh\'; COMP_POINT=11; _python_argcomplete az; echo "[$COMPREPLY] $(complete -p az)"'
  const { stdout } = await drydock(['shell', 'azure', '-c', `bash -i <<'TYPED' 2>/dev/null\n${typed}\nTYPED\n`])
  assert.match(stdout, /^\[show \] complete -o nospace -F _python_argcomplete az$/m)
})
