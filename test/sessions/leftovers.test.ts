import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sandboxFor } from '#runner/sessions/sandbox/choose.ts'
import { groupBases } from '#runner/sessions/sandbox/control-groups.ts'
import { ownPrefix, sweepFolders } from '#runner/sessions/sandbox/leftovers.ts'
import { lacking } from '#test/support/small-sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-sweep-'))
after(() => rmSync(folder, { recursive: true }))

/** A runner with a sandbox that is busy in every way, by its process. */
async function startRunner(kind: string, marker: string): Promise<ChildProcess> {
  const script = `import { createSmallSandbox } from '#test/support/small-sandbox.ts'
    const { sandbox, run } = await createSmallSandbox({ kind: '${kind}' })
    const terminal = await sandbox.openTerminal({ columns: 80, rows: 24 })
    terminal.onData(() => undefined)
    terminal.write(Buffer.from('trap "" HUP TERM; sleep ${marker}\\n'))
    const shell = sandbox.openShell()
    await shell.execute('(trap "" HUP TERM; setsid sleep ${marker} >/dev/null 2>&1 &)')
    void run('sleep ${marker}; sleep ${marker}')
    setTimeout(() => console.log('up'), 300)
    setInterval(() => undefined, 1000)`
  const runner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(runner.stdout ?? assert.fail('no output'), 'data')
  return runner
}

for (const kind of ['bubblewrap', 'namespaces'] as const) {
  test(`${kind}: a runner that is killed leaves no process, and the next start sweeps its folder and groups`, { skip: lacking(kind) }, async () => {
    const marker = `98765${process.pid}${kind.length}`
    const runner = await startRunner(kind, marker)
    const prefix = `drydock-${runner.pid}-`
    assert.ok(processesOf(marker, prefix).length >= 4, 'they run before')
    assert.equal(namesIn(tmpdir(), prefix).length, 1)
    runner.kill('SIGKILL')
    await once(runner, 'exit')
    for (let round = 0; processesOf(marker, prefix).length > 0 && round < 100; round += 1) await pause(50)
    assert.deepEqual(processesOf(marker, prefix), [])
    assert.equal(namesIn(tmpdir(), prefix).length, 1)
    await sandboxFor(kind)
    assert.deepEqual(
      [tmpdir(), ...groupBases().map((base) => base.folder)].flatMap((place) => namesIn(place, prefix)),
      [],
    )
  })
}

test('only folders of runners that are no more are swept', () => {
  const gone = '4194399'
  const own = ownPrefix()
  const elsewhere = own.replace(/^drydock-\d+-\d+-\d+-/, `drydock-${gone}-1-1-`)
  const reused = own.replace(/^(drydock-\d+)-\d+-/, '$1-1-')
  const names = [`${own}a`, `${elsewhere}b`, `${reused}c`, `drydock-${gone}-d`, 'drydock-data-e', `other-${gone}-f`]
  for (const name of names) mkdirSync(join(folder, name, 'deep'), { recursive: true })
  sweepFolders(folder)
  assert.deepEqual(readdirSync(folder).sort(), [`${own}a`, `${elsewhere}b`, 'drydock-data-e', `other-${gone}-f`].sort())
})

test('a folder of somebody else is left alone', { skip: process.getuid?.() === 0 ? false : 'only root can give a folder away' }, async () => {
  const { chownSync } = await import('node:fs')
  const theirs = join(folder, 'drydock-4194399-theirs')
  mkdirSync(theirs)
  chownSync(theirs, 1234, 1234)
  sweepFolders(folder)
  assert.ok(existsSync(theirs))
})

function namesIn(place: string, prefix: string): string[] {
  return readdirSync(place).filter((name) => name.startsWith(prefix))
}

/** Commands of processes that have the marker in their words, or are in a group of the runner's. */
function processesOf(marker: string, prefix: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const isTheirs = (command.includes(marker) && !command.includes('createSmallSandbox')) || readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(prefix)
        return isTheirs ? [command] : []
      } catch {
        return []
      }
    })
}
