// Limits for a whole sandbox: control groups of version 1 and 2, where this process may make them; within the group it is in itself.
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isLeftover } from './leftovers.ts'
import type { SandboxUser } from './sandbox.ts'

/** A sandbox's groups. */
export interface ControlGroup {
  /** One for each tree of groups; none where the machine lets nobody make a group. A process is in one once it has written its number there. */
  readonly folders: readonly string[]
  /** Ends what is still in them and removes them. */
  remove(): Promise<void>
}

export type Controller = 'memory' | 'pids' | 'cpu'

/** A folder in which groups can be made, and what they can limit. */
export interface GroupBase {
  readonly folder: string
  readonly version: 1 | 2
  readonly controllers: readonly Controller[]
}

const wanted: readonly Controller[] = ['memory', 'pids', 'cpu']
/** File systems in memory count: all of them full leave room for two kubectl and an az. */
const mebibytes: Readonly<Record<SandboxUser, number>> = { learner: 768, root: 1024 }
const processes = 256
/** The runner's own, once it has had to leave a group of version 2 that is to have others below it. */
const runnerLeaf = 'drydock-runner'

/** Makes groups of this name for a sandbox, as far as the machine allows. */
export function openControlGroup(name: string, user: SandboxUser, bases: readonly GroupBase[] = groupBases()): ControlGroup {
  const folders: string[] = []
  for (const base of bases) {
    const folder = join(base.folder, name)
    try {
      mkdirSync(folder)
      for (const [file, value] of settings(base, user)) writeFileSync(join(folder, file), value)
      folders.push(folder)
    } catch {
      removeGroup(folder)
    }
  }
  return { folders, remove: () => emptyAndRemove(folders) }
}

function settings({ version, controllers }: GroupBase, user: SandboxUser): readonly (readonly [file: string, value: string])[] {
  const memory = String(mebibytes[user] << 20)
  const values: Readonly<Record<Controller, readonly [string, string]>> =
    version === 1
      ? { memory: ['memory.limit_in_bytes', memory], pids: ['pids.max', String(processes)], cpu: ['cpu.shares', '512'] }
      : { memory: ['memory.max', memory], pids: ['pids.max', String(processes)], cpu: ['cpu.weight', '50'] }
  return controllers.map((controller) => values[controller])
}

/** Where groups can be made on this machine. */
export function groupBases(proc = '/proc/self'): readonly GroupBase[] {
  try {
    const own = ownGroups(readFileSync(join(proc, 'cgroup'), 'utf8'))
    const mounts = groupMounts(readFileSync(join(proc, 'mountinfo'), 'utf8'))
    return mounts.flatMap((mount) => {
      const path = own.find(({ controllers }) =>
        mount.version === 2 ? controllers.length === 0 : mount.controllers.some((one) => controllers.includes(one)),
      )?.path
      if (path === undefined) return []
      return mount.version === 1 ? firstBase(mount, path) : secondBase(mount, path)
    })
  } catch {
    return []
  }
}

interface GroupMount extends GroupBase {
  /** Which part of the whole tree is mounted there. */
  readonly root: string
}

function ownGroups(text: string): readonly { readonly controllers: readonly string[]; readonly path: string }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
    .map((found) => ({ controllers: (found?.[1] ?? '').split(',').filter(Boolean), path: found?.[2] ?? '/' }))
}

function groupMounts(text: string): readonly GroupMount[] {
  return text.split('\n').flatMap((line): readonly GroupMount[] => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '/', folder = ''] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    if (type === 'cgroup2') return [{ root, folder, version: 2, controllers: [] }]
    const controllers = wanted.filter((controller) => options.split(',').includes(controller))
    return type === 'cgroup' && controllers.length > 0 ? [{ root, folder, version: 1, controllers }] : []
  })
}

/** Version 1: below the group this process is in. */
function firstBase({ root, folder, controllers }: GroupMount, path: string): readonly GroupBase[] {
  const own = join(folder, within(root, path))
  return isWritable(own) ? [{ folder: own, version: 1, controllers }] : []
}

/** Version 2: below the nearest group that hands controllers on, or can be made to. */
function secondBase({ root, folder }: GroupMount, path: string): readonly GroupBase[] {
  const own = join(folder, within(root, path))
  handOn(own)
  for (let here = own; here.startsWith(folder); here = dirname(here)) {
    if (!isWritable(here)) return []
    const controllers = controllersOf(here, 'cgroup.subtree_control')
    if (controllers.includes('memory') || controllers.includes('pids')) return [{ folder: here, version: 2, controllers }]
  }
  return []
}

/** Asks a group to hand its controllers on. One with processes of its own hands nothing on: where they are this process alone, it goes one below. */
function handOn(folder: string): void {
  const handed = controllersOf(folder, 'cgroup.subtree_control')
  const missing = controllersOf(folder, 'cgroup.controllers').filter((one) => !handed.includes(one))
  if (missing.length === 0 || folder.endsWith(runnerLeaf)) return
  const words = missing.map((one) => `+${one}`).join(' ')
  const ask = (): boolean => attempt(() => writeFileSync(join(folder, 'cgroup.subtree_control'), words))
  if (ask()) return
  const alone = read(join(folder, 'cgroup.procs')).trim() === String(process.pid)
  if (alone && moveTo(join(folder, runnerLeaf))) ask()
}

function controllersOf(folder: string, file: string): readonly Controller[] {
  const words = read(join(folder, file)).split(/\s+/)
  return wanted.filter((one) => words.includes(one))
}

function moveTo(folder: string): boolean {
  return attempt(() => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'cgroup.procs'), String(process.pid))
  })
}

/** Removes groups of runners that are no more, and ends what is left in them. */
export async function sweepControlGroups(bases: readonly GroupBase[] = groupBases()): Promise<void> {
  const left = bases.flatMap(({ folder }) =>
    readdirSync(folder)
      .filter(isLeftover)
      .map((name) => join(folder, name)),
  )
  await emptyAndRemove(left)
}

/** What has been killed takes a moment to go; what outlives it is killed here. */
async function emptyAndRemove(folders: readonly string[]): Promise<void> {
  let left = folders.filter((folder) => !removeGroup(folder))
  for (let round = 0; left.length > 0 && round < 100; round += 1) {
    if (round >= 5) for (const folder of left) killAllIn(folder)
    await pause(Math.min(5 + round * 5, 50))
    left = left.filter((folder) => !removeGroup(folder))
  }
}

function killAllIn(folder: string): void {
  for (const pid of read(join(folder, 'cgroup.procs')).split('\n').filter(Boolean)) attempt(() => process.kill(Number(pid), 'SIGKILL'))
}

/** Whether the group is gone. */
function removeGroup(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

function within(root: string, path: string): string {
  const below = relative(root, path)
  return below.startsWith('..') ? '' : below
}

function isWritable(folder: string): boolean {
  return attempt(() => accessSync(folder, constants.W_OK))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function attempt(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}
