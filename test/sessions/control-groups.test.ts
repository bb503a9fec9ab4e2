import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { groupBases, openControlGroup } from '#runner/sessions/sandbox/control-groups.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-groups-'))
after(() => rmSync(folder, { recursive: true }))

/** A machine's /proc/self and its trees of groups, as plain files. */
function machine(name: string, cgroup: string, mounts: readonly string[], files: Readonly<Record<string, string>>): { proc: string; root: string } {
  const root = join(folder, name)
  for (const [file, text] of Object.entries({
    ...files,
    'proc/cgroup': cgroup,
    'proc/mountinfo': mounts.map((line) => line.replaceAll('ROOT', root)).join('\n'),
  })) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return { proc: join(root, 'proc'), root }
}

const unified = ['30 25 0:26 / ROOT/cg rw,nosuid - cgroup2 cgroup2 rw,nsdelegate']

test('version 2: a service with Delegate goes one below and hands its controllers on', () => {
  const { proc, root } = machine('delegated', '0::/system.slice/drydock.service\n', unified, {
    'cg/system.slice/drydock.service/cgroup.controllers': 'cpuset cpu io memory pids\n',
    // A plain file takes what is written, as the kernel does where nothing stands in the way.
    'cg/system.slice/drydock.service/cgroup.subtree_control': '',
    'cg/system.slice/drydock.service/cgroup.procs': `${process.pid}\n`,
  })
  groupBases(proc)
  assert.equal(readFileSync(join(root, 'cg/system.slice/drydock.service/cgroup.subtree_control'), 'utf8'), '+memory +pids +cpu')
})

test('version 2: a group is made below the nearest that hands controllers on, with its limits', () => {
  const { proc, root } = machine('plain', '0::/user.slice/session-3.scope\n', unified, {
    'cg/user.slice/session-3.scope/cgroup.controllers': '',
    'cg/user.slice/session-3.scope/cgroup.subtree_control': '',
    'cg/user.slice/cgroup.subtree_control': 'memory pids\n',
  })
  const bases = groupBases(proc)
  assert.deepEqual(bases, [{ folder: join(root, 'cg/user.slice'), version: 2, controllers: ['memory', 'pids'] }])
  const { folders } = openControlGroup('drydock-1-x', 'learner', bases)
  assert.deepEqual(folders, [join(root, 'cg/user.slice/drydock-1-x')])
  const value = (file: string): string => readFileSync(join(folders[0] ?? '', file), 'utf8')
  assert.deepEqual([value('memory.max'), value('pids.max')], [String(768 << 20), '256'])
  assert.equal(existsSync(join(folders[0] ?? '', 'cpu.weight')), false)
})

test('version 1: a group in each tree, below the one that this process is in', () => {
  const mounts = [
    '31 25 0:27 / ROOT/cg/memory rw - cgroup cgroup rw,memory',
    '32 25 0:28 /docker/1234 ROOT/cg/pids rw - cgroup cgroup rw,pids',
    '33 25 0:29 / ROOT/cg/blkio rw - cgroup cgroup rw,blkio',
  ]
  const { proc, root } = machine('first', '4:memory:/app\n8:pids:/docker/1234\n7:blkio:/\n0::/\n', mounts, {
    'cg/memory/app/x': '',
    'cg/pids/x': '',
    'cg/blkio/x': '',
  })
  const { folders } = openControlGroup('drydock-1-x', 'root', groupBases(proc))
  assert.deepEqual(folders, [join(root, 'cg/memory/app/drydock-1-x'), join(root, 'cg/pids/drydock-1-x')])
  assert.equal(readFileSync(join(folders[0] ?? '', 'memory.limit_in_bytes'), 'utf8'), String(1024 << 20))
})

test('a machine that lets nobody make a group gives none', async () => {
  const { proc } = machine('none', '0::/\n', [], {})
  const group = openControlGroup('drydock-1-x', 'learner', groupBases(proc))
  assert.deepEqual(group.folders, [])
  await group.remove()
  assert.deepEqual(groupBases(join(folder, 'nothing')), [])
})
