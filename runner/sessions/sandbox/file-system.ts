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

/** Every mount of a sandbox. The /dev of the session folder holds a placeholder for each device. */
export function mountsOf(options: {
  readonly session: string
  readonly user: SandboxUser
  readonly home: string
  readonly shown: readonly Shown[]
}): readonly Mount[] {
  const { session, user, home, shown } = options
  const own = user === 'root' ? [home, '/data', '/mnt'] : [home]
  return [
    { source: '/usr', target: '/usr', type: 'none', options: 'rbind,ro' },
    ...rootFolders().map((name) => ({ source: `/${name}`, target: `/${name}`, type: 'none', options: 'rbind,ro' })),
    memory('/tmp', { size: '64m', inodes: 20_000, mode: '1777' }),
    memory('/var/tmp', { size: '16m', inodes: 2000, mode: '1777' }),
    memory('/run', { size: '16m', inodes: 2000 }),
    memory('/usr/local/bin', { size: '16m', inodes: 1000 }),
    ...own.map((target) => memory(target, { size: '128m', inodes: 20_000 })),
    { source: `${session}/etc`, target: '/etc', type: 'none', options: 'bind,ro' },
    ...[`/etc/${shownEtc}`].filter((path) => existsSync(path)).map((path) => ({ source: path, target: path, type: 'none', options: 'bind,ro' })),
    { source: 'proc', target: '/proc', type: 'proc', options: 'defaults' },
    { source: `${session}/dev`, target: '/dev', type: 'none', options: 'bind,ro' },
    ...devices.map((name) => ({ source: `/dev/${name}`, target: `/dev/${name}`, type: 'none', options: 'bind' })),
    { source: 'devpts', target: '/dev/pts', type: 'devpts', options: 'newinstance,ptmxmode=0666,mode=620' },
    memory('/dev/shm', { size: '16m', inodes: 1000, mode: '1777' }),
    ...shown.map(({ source, target }) => ({ source, target, type: 'none', options: statSync(source).isDirectory() ? 'bind,ro,x-mount.mkdir' : 'bind,ro' })),
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

function memory(target: string, { size, inodes, mode = '755' }: { size: string; inodes: number; mode?: string }): Mount {
  return { source: 'tmpfs', target, type: 'tmpfs', options: `size=${size},nr_inodes=${inodes},mode=${mode},nosuid,nodev` }
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
