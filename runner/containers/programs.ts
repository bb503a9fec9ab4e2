// Which programs a container has, by name or path.

import { apk } from './commands/apk.ts'
import { aptPrograms } from './commands/apt.ts'
import { tar } from './commands/archive.ts'
import { awk } from './commands/awk.ts'
import { bc } from './commands/bc.ts'
import { blockPrograms } from './commands/blocks.ts'
import { cat } from './commands/cat.ts'
import { sumPrograms } from './commands/checksums.ts'
import { columnPrograms } from './commands/columns.ts'
import { comparePrograms } from './commands/diff.ts'
import { dumpPrograms } from './commands/dump.ts'
import { endPrograms } from './commands/ends.ts'
import { folderPrograms } from './commands/folders.ts'
import { grepPrograms } from './commands/grep.ts'
import { gzipPrograms } from './commands/gzip.ts'
import { jq } from './commands/jq.ts'
import { may } from './commands/kernel.ts'
import { networkPrograms } from './commands/network.ts'
import { readOptions } from './commands/options.ts'
import { installedMark } from './commands/package-list.ts'
import { piecePrograms } from './commands/pieces.ts'
import { screenPrograms } from './commands/screen.ts'
import { sed } from './commands/sed.ts'
import { sort, uniq } from './commands/sort.ts'
import { systemPrograms } from './commands/system.ts'
import { textPrograms } from './commands/text.ts'
import { type Files, nameOf, resolve } from './files.ts'
import { databaseClients } from './images/databases.ts'
import { serverPrograms } from './images/servers.ts'
import { placeOfProgram } from './images/skeleton.ts'
import { type Image, imageOf } from './images/table.ts'
import { child, fail, type Process, type Program, runProgram } from './process.ts'
import { runFile, runShell } from './shell/sh.ts'

const shells: Readonly<Record<string, Program>> = {
  sh: (words, process) => runShell('sh', words, process),
  ash: (words, process) => runShell('ash', words, process),
  dash: (words, process) => runShell('dash', words, process),
  bash: (words, process) => runShell('bash', words, process),
  zsh: (words, process) => runShell('zsh', words, process),
  busybox: ([name = '', ...words], process) => runProgram([name, ...words], process),
}

/** Another folder as the root: what runs there are the programs of that system. */
const chroot: Program = (words, process) => {
  const [folder = '', ...command] = words
  if (!process.files.isFolder(resolve(process.cwd, folder)))
    return fail(process, `chroot: can't change root directory to '${folder}': No such file or directory`)
  if (!may(process, 'SYS_CHROOT')) return fail(process, `chroot: can't change root directory to '${folder}': Operation not permitted`)
  const root = resolve(process.cwd, folder)
  const kernel = process.files.leadsToNode(root) ? process.files.mounts.find(({ path }) => path === '/proc') : undefined
  const below = process.files.below(root)
  return runIn(kernel ? below.plus(kernel) : below, command, process, (asked) => `chroot: can't execute '${asked}': No such file or directory`)
}

/** Goes over to the node, whose files and host name it has then: from a pod on its processes, or by a file that names its mounts. */
const nsenter: Program = (words, process) => {
  const options = readOptions(words, ['t', 'target', 'S', 'G', 'setuid', 'setgid'], true)
  const { node, flavor } = process.machine
  const [named = '', target = 'self'] = [options.value('mount', 'm'), options.value('t', 'target')]
  const all = options.has('a', 'all')
  const namespace = named === '' ? `/proc/${target}/ns/mnt` : named
  if (!may(process, 'SYS_ADMIN'))
    return fail(process, `nsenter: ${flavor === 'busybox' ? `can't open '${namespace}'` : `cannot open ${namespace}`}: Permission denied`)
  const there = named === '' ? target === '1' && node.sharesProcesses : process.files.leadsToNode(named.replace(/\/proc\/1\/ns\/mnt$/, ''))
  const files = there && (all || options.has('m', 'mount')) ? node.files() : process.files
  const hostname = there && (all || options.has('u', 'uts')) ? node.name : process.machine.hostname
  const inside = { ...process, machine: { ...process.machine, hostname } }
  return runIn(files, options.rest, inside, (asked) => `nsenter: failed to execute ${asked}: No such file or directory`)
}

/** Runs a command, or a shell, over other files. */
function runIn(files: Files, command: readonly string[], process: Process, missing: (asked: string) => string): number | Promise<number> {
  const release = files.stat('/etc/os-release')
  const image = imageOf(release?.kind === 'file' && release.content.includes('ID=ubuntu') ? 'ubuntu' : process.machine.image)
  const machine = { ...process.machine, flavor: image.flavor }
  const inner: Process = child(process, { files, machine, cwd: '/', find: (name, from = inner.cwd) => findProgram(name, image, { files, cwd: from }) })
  const asked = command.length === 0 ? ['/bin/sh', '-i'] : command
  return inner.find(asked[0] ?? '') ? runProgram(asked, inner) : fail(process, missing(asked[0] ?? ''), 127)
}

const common: Readonly<Record<string, Program>> = {
  chroot,
  nsenter,
  ...dumpPrograms,
  ...columnPrograms,
  ...sumPrograms,
  ...piecePrograms,
  ...comparePrograms,
  ...gzipPrograms,
  ...grepPrograms,
  sort,
  uniq,
  bc,
  cat,
  ...endPrograms,
  ...textPrograms,
  awk,
  sed,
  ...blockPrograms,
  ...folderPrograms,
  ...systemPrograms,
  ...screenPrograms,
  apk,
  ...aptPrograms,
  tar,
}
const everything: Readonly<Record<string, Program>> = { jq, ...common, ...networkPrograms, ...serverPrograms, ...databaseClients, ...shells }

/** Programs that images of a flavor lack unless they say otherwise. */
const lacking: Readonly<Record<Image['flavor'], ReadonlySet<string>>> = {
  busybox: new Set(['bash', 'dash', 'zsh', 'apt', 'apt-get', 'apt-cache', 'dpkg', 'join', 'tput']),
  debian: new Set(
    'apk bc ash zsh busybox ps vi free top uptime usleep hexdump hd xxd strings pgrep pkill pidof killall watch less dos2unix unix2dos time'.split(' '),
  ),
}

/** The program of a name; undefined if the container has none. */
export function findProgram(name: string, image: Image, at: { readonly files: Files; readonly cwd: string }): Program | undefined {
  const script = name.includes('/') ? scriptAt(resolve(at.cwd, name), at.files, name) : undefined
  if (script) return script
  const base = nameOf(name)
  if (name.includes('/') && !/^(\/usr)?(\/local)?\/s?bin\/|^\/docker-entrypoint|^\//.test(name)) return undefined
  const ofLibrary = base === 'getent' && image.shell && image.flavor === 'debian'
  const place = image.programs.includes(base) ? placeOfProgram(base) : undefined
  if (place !== undefined && !at.files.stat(place)) return installed(base, at.files)
  const listed = ofLibrary || image.programs.includes(base) || image.programs.includes('*')
  const shared = image.shell && ((base in shells && base !== 'zsh') || base in common) && !lacking[image.flavor].has(base)
  if (!listed && !shared && !(base in serverPrograms && !image.known)) return installed(base, at.files)
  if (name.includes('/') && /^(ba|a|z)?sh$/.test(base)) return (words, process) => runShell(name, words, process)
  return Object.hasOwn(everything, base) ? everything[base] : undefined
}

/** The names of the programs that an image has, for its folders of programs. */
export function programNames(image: Image): readonly string[] {
  if (!image.shell) return []
  const own = image.programs.includes('*')
    ? Object.keys({ jq, ...common, ...networkPrograms })
    : image.programs.filter((name) => Object.hasOwn(everything, name))
  const shared = Object.keys({ ...common, ...shells }).filter(
    (name) => name !== 'zsh' && (name !== 'apk' || image.system === 'alpine') && !lacking[image.flavor].has(name),
  )
  return [...new Set([...own, ...shared])]
}

const places = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** A program that was put into a folder of programs: by a package, or as a script. */
function installed(name: string, files: Files): Program | undefined {
  const found = places.map((place) => `${place}/${name}`).find((path) => files.stat(path)?.kind === 'file')
  return found === undefined ? undefined : scriptAt(found, files)
}

/** A file with a first line `#!`, or a program that somebody brought and that is known by its name. */
function scriptAt(path: string, files: Files, shown = path): Program | undefined {
  const entry = files.stat(path)
  if (entry?.kind !== 'file') return undefined
  if ((entry.mode & 0o111) === 0) {
    return (_, process: Process) => {
      process.err(`${process.machine.flavor === 'busybox' ? 'sh' : 'sh: 1'}: ${path}: Permission denied\n`)
      return 126
    }
  }
  if (entry.content.startsWith(installedMark)) {
    const name = entry.content.slice(installedMark.length).trim()
    return Object.hasOwn(shells, name) && name !== 'busybox' ? (args, process) => runShell(shown, args, process) : everything[name]
  }
  if (entry.content.startsWith('\x7fELF') && Object.hasOwn(everything, nameOf(path))) return everything[nameOf(path)]
  const [, line] = entry.content.match(/^#!\s*([^\n]+)/) ?? []
  const words = (line ?? '/bin/sh')
    .trim()
    .split(/\s+/)
    .filter((word) => !word.endsWith('/env'))
  const name = nameOf(words[0] ?? 'sh')
  return (args, process) => {
    if (!process.find(words[0] ?? '', process.cwd)) return fail(process, `sh: ${shown}: not found`, 127)
    if (/^(ba|a|da)?sh$/.test(name)) return runFile(process, args, { name, file: path, shown })
    return runProgram([...words, shown, ...args], process)
  }
}
