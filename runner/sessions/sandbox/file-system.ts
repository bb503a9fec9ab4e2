// The file system of a sandbox as data: folders and links, and what is mounted on them, in order, as lines of an fstab.
import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { shownEtc } from './etc-files.ts'
import type { SandboxUser, Shown } from './sandbox.ts'

/** One mount, by its place in the sandbox. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
}

/** What the machine's root has beside /usr that programs need: links into /usr on most machines, folders on older ones. */
const besideUsr = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/** Folders that are there from the start, before anything is mounted. */
export const folders = ['usr', 'proc', 'dev', 'etc', 'run', 'var/tmp', 'tmp', 'opt', 'home', 'root', 'data', 'mnt', '.old']

/** Links from the sandbox's root into its /usr, as on the machine. */
export function rootLinks(): Readonly<Record<string, string>> {
  return Object.fromEntries(besideUsr.filter((name) => isLink(`/${name}`)).map((name) => [name, readlinkSync(`/${name}`)]))
}

/** Folders beside /usr that are no links: each is shown as it is. */
export function rootFolders(): readonly string[] {
  return besideUsr.filter((name) => existsSync(`/${name}`) && !isLink(`/${name}`))
}

/** A file system in memory, capped in bytes and in files. */
export interface MemoryFolder {
  readonly target: string
  readonly mebibytes: number
  readonly inodes: number
  readonly mode: string
}

/** Where the learner may write, in the order of mounting. */
export function memoryFolders(user: SandboxUser, home: string): readonly MemoryFolder[] {
  const own = user === 'root' ? [home, '/data', '/mnt'] : [home]
  return [
    { target: '/tmp', mebibytes: 64, inodes: 20_000, mode: '1777' },
    { target: '/var/tmp', mebibytes: 16, inodes: 2000, mode: '1777' },
    { target: '/run', mebibytes: 16, inodes: 2000, mode: '755' },
    { target: '/usr/local/bin', mebibytes: 16, inodes: 1000, mode: '755' },
    ...own.map((target) => ({ target, mebibytes: 128, inodes: 20_000, mode: '755' })),
  ]
}

/** Memory that programs share by name; it stands on /dev. */
export const sharedMemory: MemoryFolder = { target: '/dev/shm', mebibytes: 16, inodes: 1000, mode: '1777' }

/** How a folder in memory is mounted. */
export function memoryOptions({ mebibytes, inodes, mode }: MemoryFolder): string {
  return `size=${mebibytes}m,nr_inodes=${inodes},mode=${mode},nosuid,nodev`
}

/** Terminals are the whole machine's to share: one sandbox takes no more than these. */
export const terminalOptions = 'ptmxmode=0666,mode=620,max=64,nosuid,noexec'

/** Every mount of a sandbox. The /dev of the session folder holds a placeholder for each device. */
export function mountsOf(options: {
  readonly session: string
  readonly user: SandboxUser
  readonly home: string
  readonly shown: readonly Shown[]
}): readonly Mount[] {
  const { session, user, home, shown } = options
  return [
    { source: '/usr', target: '/usr', type: 'none', options: 'rbind,ro,nosuid' },
    ...rootFolders().map((name) => ({ source: `/${name}`, target: `/${name}`, type: 'none', options: 'rbind,ro,nosuid' })),
    ...memoryFolders(user, home).map(memory),
    { source: `${session}/etc`, target: '/etc', type: 'none', options: 'bind,ro,nosuid' },
    ...[`/etc/${shownEtc}`].filter((path) => existsSync(path)).map((path) => ({ source: path, target: path, type: 'none', options: 'bind,ro,nosuid' })),
    { source: 'proc', target: '/proc', type: 'proc', options: 'defaults' },
    { source: `${session}/dev`, target: '/dev', type: 'none', options: 'bind,ro,nosuid' },
    ...devices.map((name) => ({ source: `/dev/${name}`, target: `/dev/${name}`, type: 'none', options: 'bind,nosuid' })),
    { source: 'devpts', target: '/dev/pts', type: 'devpts', options: `newinstance,${terminalOptions}` },
    memory(sharedMemory),
    ...shown.map(({ source, target }) => ({
      source,
      target,
      type: 'none',
      options: statSync(source).isDirectory() ? 'bind,ro,nosuid,x-mount.mkdir' : 'bind,ro,nosuid',
    })),
  ]
}

/** What stands in the sandbox's /dev before the devices are mounted on it. */
export const deviceFolder = {
  folders: ['pts', 'shm'],
  files: devices,
  links: { ptmx: 'pts/ptmx', fd: '/proc/self/fd', stdin: 'fd/0', stdout: 'fd/1', stderr: 'fd/2' },
} as const

/** The mounts as an fstab, their targets below `root`. */
export function toFstab(mounts: readonly Mount[], root = ''): string {
  return mounts.map(({ source, target, type, options }) => `${field(source)} ${field(root + target)} ${type} ${options} 0 0\n`).join('')
}

/** Mount points of this machine below the folders that are shown whole: each must be made read-only by itself. */
export function mountsBelow(): readonly string[] {
  const shown = ['/usr', ...rootFolders().map((name) => `/${name}`)]
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => fromOctal(line.split(' ')[4] ?? ''))
  return points.filter((point) => point !== '/usr/local/bin' && shown.some((folder) => point.startsWith(`${folder}/`)))
}

function memory(folder: MemoryFolder): Mount {
  return { source: 'tmpfs', target: folder.target, type: 'tmpfs', options: memoryOptions(folder) }
}

/** Blanks and their like stand as octal numbers in an fstab. */
function field(text: string): string {
  return text.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function fromOctal(text: string): string {
  return text.replace(/\\(\d{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}
