// The folder on the machine that a sandbox is built from, and from which it is shown its /etc and its home's first files.
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, normalize } from 'node:path'
import { hostsFile, shellEnvironment, writeEtc } from './etc-files.ts'
import {
  deviceFolder,
  folders,
  memoryFolders,
  memoryOptions,
  mountsBelow,
  mountsOf,
  rootFolders,
  rootLinks,
  sharedMemory,
  terminalOptions,
  toFstab,
} from './file-system.ts'
import { ownPrefix } from './leftovers.ts'
import type { SandboxOptions, Shown } from './sandbox.ts'
import { bashrc } from './scripts.ts'
import { seccompPath, seccompProgram } from './seccomp.ts'

/** A folder written for one sandbox. */
export interface SessionFolder {
  readonly path: string
  /** Its last part: nothing else on the machine is called so. */
  readonly name: string
  /** The learner's home inside. */
  readonly home: string
  /** All that is shown of the machine besides its system. */
  readonly shown: readonly Shown[]
  /** Writes the table of mounts, `shown` standing where it does now. */
  writeMounts(shown: readonly Shown[]): void
  /** Writes /etc/hosts anew, in place: whoever sees it mounted sees the change. */
  writeHosts(): void
  remove(): void
}

/** Where programs of the machine stand inside; /usr/local/bin has links to them. */
const programFolder = '/opt/drydock'

/** Writes everything that the sandbox's first process reads. */
export function createSessionFolder(options: SandboxOptions): SessionFolder {
  const path = mkdtempSync(join(tmpdir(), ownPrefix()))
  const home = shellEnvironment(options.user).HOME ?? '/'
  const shown = [...programsOf(options), ...options.shown]
  let hosts = ''
  const folder = {
    path,
    name: basename(path),
    home,
    shown,
    writeMounts: (list: readonly Shown[]) =>
      writeFileSync(join(path, 'fstab'), toFstab(mountsOf({ session: path, user: options.user, home, shown: list }), join(path, 'root'))),
    writeHosts() {
      const text = hostsFile(options.internet.names(), options.hostName, options.openPorts?.names())
      if (text !== hosts) writeInPlace(join(path, 'etc/hosts'), text)
      hosts = text
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
  try {
    chmodSync(path, 0o711)
    for (const name of ['etc', 'home', 'root', 'bin', 'stage']) mkdirSync(join(path, name))
    writeEtc(join(path, 'etc'), { user: options.user, hostName: options.hostName, ca: options.internet.ca, bashrc, own: options.etc })
    writeFileSync(join(path, seccompPath), seccompProgram() ?? '')
    folder.writeHosts()
    writeSkeleton(path, shown, home)
    writeHome(path, options)
    writeFileSync(join(path, 'read-only'), lines(mountsBelow()))
    const memory = [...memoryFolders(options.user, home), sharedMemory].map((one) => `tmpfs ${one.target} ${memoryOptions(one)}`)
    writeFileSync(join(path, 'caps'), lines([...memory, `devpts /dev/pts ${terminalOptions}`]))
    return folder
  } catch (error) {
    folder.remove()
    throw error
  }
}

/** Gives a folder and all in it to a user; links are given themselves, never followed. */
export function giveTo(user: number, path: string): void {
  lchownSync(path, user, user)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) giveTo(user, join(path, entry.name))
    else lchownSync(join(path, entry.name), user, user)
  }
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('')
}

/** Writes a file that others read all the time: at no moment is it empty. */
function writeInPlace(file: string, text: string): void {
  const open = openSync(file, existsSync(file) ? 'r+' : 'w')
  try {
    writeSync(open, text, 0)
    ftruncateSync(open, Buffer.byteLength(text))
  } finally {
    closeSync(open)
  }
}

function programsOf({ programs }: SandboxOptions): readonly Shown[] {
  return programs.flatMap((program) => ('path' in program ? [{ source: program.path, target: `${programFolder}/${program.name}` }] : []))
}

/** Folders, links and placeholders: every place that something is mounted on. */
function writeSkeleton(path: string, shown: readonly Shown[], home: string): void {
  const skeleton = join(path, 'skeleton')
  for (const name of [...folders, ...rootFolders(), home]) mkdirSync(join(skeleton, name), { recursive: true })
  for (const [name, target] of Object.entries(rootLinks())) symlinkSync(target, join(skeleton, name))
  for (const { source, target } of shown) placeholder(join(skeleton, normalize(join('/', target))), statSync(source).isDirectory())
  for (const name of deviceFolder.folders) mkdirSync(join(path, 'dev', name), { recursive: true })
  for (const name of deviceFolder.files) writeFileSync(join(path, 'dev', name), '')
  for (const [name, target] of Object.entries(deviceFolder.links)) symlinkSync(target, join(path, 'dev', name))
}

/** Something to mount a folder or a file on. */
export function placeholder(path: string, folder: boolean): void {
  mkdirSync(folder ? path : dirname(path), { recursive: true })
  if (!folder) writeFileSync(path, '')
}

function writeHome(path: string, { home, programs }: SandboxOptions): void {
  const files = { '.bashrc': { text: '. /etc/drydock.bashrc\n' }, '.profile': { text: '. ~/.bashrc\n' }, ...home }
  for (const [name, file] of Object.entries(files)) writeInto(join(path, 'home'), name, file)
  for (const program of programs) {
    if ('script' in program) writeInto(join(path, 'bin'), program.name, { text: program.script, mode: 0o755 })
    else symlinkSync(`${programFolder}/${program.name}`, join(path, 'bin', program.name))
  }
}

function writeInto(folder: string, name: string, { text, mode }: { readonly text: string; readonly mode?: number }): void {
  const file = join(folder, normalize(join('/', name)))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode ?? 0o644)
}
