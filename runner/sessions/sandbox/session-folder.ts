// The folder on the machine that a sandbox is built from, and from which it is shown its /etc and its home's first files.
import { chmodSync, lchownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { hostsFile, writeEtc } from './etc-files.ts'
import type { SandboxOptions, Shown } from './sandbox.ts'
import { bashrc } from './scripts.ts'

/** A folder written for one sandbox. */
export interface SessionFolder {
  readonly path: string
  /** All that is to be shown in the sandbox. */
  readonly shown: readonly Shown[]
  /** Writes /etc/hosts anew, in place: whoever sees it mounted sees the change. */
  writeHosts(): void
  /** Writes a list as the scripts read it: a line for each, source, tab, target. */
  writeList(name: string, list: readonly Shown[]): void
  remove(): void
}

/** Writes everything that the sandbox's first process reads. */
export function createSessionFolder(options: SandboxOptions): SessionFolder {
  const path = mkdtempSync(join(tmpdir(), `drydock-${process.pid}-`))
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  const writeHosts = (): void => writeFileSync(join(path, 'etc/hosts'), hostsFile(options.internet.names(), options.hostName))
  try {
    for (const folder of ['etc', 'home', 'root', 'bin', 'stage']) mkdirSync(join(path, folder))
    chmodSync(path, 0o711)
    writeEtc(join(path, 'etc'), { user: options.user, hostName: options.hostName, ca: options.internet.ca, bashrc })
    writeHosts()
    const home = { '.bashrc': { text: '. /etc/drydock.bashrc\n' }, '.profile': { text: '. ~/.bashrc\n' }, ...options.home }
    for (const [name, file] of Object.entries(home)) writeInto(join(path, 'home'), name, file)
    const shown = [...writePrograms(path, options), ...options.shown]
    const writeList = (name: string, list: readonly Shown[]): void => writeFileSync(join(path, name), list.map(lineOf).join(''))
    writeList('shown', shown)
    return { path, shown, writeHosts, writeList, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** Gives a folder and all in it to a user. */
export function giveTo(user: number, path: string): void {
  lchownSync(path, user, user)
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) lchownSync(join(entry.parentPath, entry.name), user, user)
}

/** Programs by their path as they are, scripts written here; both for /usr/local/bin. */
function writePrograms(path: string, { programs }: SandboxOptions): readonly Shown[] {
  return programs.map((program) => {
    const target = `/usr/local/bin/${program.name}`
    if ('path' in program) return { source: program.path, target }
    writeInto(join(path, 'bin'), program.name, { text: program.script, mode: 0o755 })
    return { source: join(path, 'bin', program.name), target }
  })
}

function lineOf({ source, target }: Shown): string {
  if (/[\t\n]/.test(source + target)) throw new Error(`A path with a tab or a line break cannot be shown in a sandbox: ${JSON.stringify(source)}`)
  return `${source}\t${target}\n`
}

function writeInto(folder: string, name: string, { text, mode }: { readonly text: string; readonly mode?: number }): void {
  const file = join(folder, normalize(join('/', name)))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode ?? 0o644)
}
