// `tar`: what `kubectl cp` runs inside containers.
import { type Entry, FileError, join, lengthOf, parentOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { patternSource } from '../shell/glob.ts'
import { formatDate } from './date.ts'
import { permissions } from './facts.ts'
import { packed as packedOf, unpacked } from './gzip.ts'
import { readOptions } from './options.ts'
import { entriesOf, record } from './tar-records.ts'
import { helpOf, tooFew } from './usage.ts'

interface Asked {
  readonly folder: string
  readonly file: string
  readonly paths: readonly string[]
  readonly verbose: boolean
  readonly packed: boolean
  readonly left: readonly RegExp[]
  readonly strip: number
}

/** `tar` with `-c`, `-x` or `-t`, through `-f` or the streams. */
export const tar: Program = async (words, process) => {
  const [first = '', ...rest] = words
  const all = /^[a-z]+$/i.test(first) ? spread(first, rest) : words
  const options = readOptions(all, ['f', 'C', 'file', 'directory', 'X', 'T', 'exclude', 'strip-components', 'owner', 'group', 'mode'])
  const { flavor } = process.machine
  const odd = flavor === 'busybox' ? words.find((word) => /^--(exclude|owner|group|mode)/.test(word)) : undefined
  if (odd !== undefined) return fail(process, `tar: unrecognized option '${odd}'\n${helpOf('tar').trimEnd()}`)
  const file = options.value('f', 'file') ?? '-'
  const asked: Asked = {
    folder: resolve(process.cwd, options.value('C', 'directory') ?? '.'),
    file,
    paths: options.rest,
    verbose: options.has('v', 'verbose'),
    packed: options.has('z', 'gzip') || (options.has('a') && /\.t?gz$/.test(file)),
    left: options.all('exclude').map((pattern) => new RegExp(`(^|/)${patternSource(pattern.replace(/^\.\//, ''))}(/|$)`)),
    strip: Number(options.value('strip-components') ?? 0),
  }
  if (options.has('c', 'create')) return asked.paths.length === 0 ? fail(process, emptyArchive[flavor], flavor === 'busybox' ? 1 : 2) : create(process, asked)
  if (!options.has('x', 't', 'extract', 'list', 'get')) return flavor === 'busybox' ? tooFew(process, 'tar') : fail(process, needsWay, 2)
  return unpack(process, asked, { list: options.has('t', 'list'), show: options.has('O', 'to-stdout') })
}

const emptyArchive = {
  busybox: 'tar: empty archive',
  debian: "tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.",
}
const needsWay = "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information."

/** Letters without a dash: those that take a value take the words that follow, one after the other. */
function spread(letters: string, rest: readonly string[]): readonly string[] {
  const left = [...rest]
  return [...[...letters].flatMap((letter) => (/[fCXT]/.test(letter) ? [`-${letter}`, left.shift() ?? ''] : [`-${letter}`])), ...left]
}

async function unpack(
  process: Process,
  { folder, file, paths, verbose, strip }: Asked,
  { list, show }: { readonly list: boolean; readonly show: boolean },
): Promise<number> {
  const content = await contentOf(file, process)
  if (content instanceof FileError) return fail(process, cannotOpen(file, content, process), process.machine.flavor === 'busybox' ? 1 : 2)
  const archive = content.startsWith('\x1f\x8b') ? unpacked(content) : content
  if (archive === '') return fail(process, 'tar: short read')
  if (archive === undefined || !/^(.{257}ustar|\0{512})/s.test(archive))
    return fail(
      process,
      process.machine.flavor === 'busybox'
        ? 'tar: invalid tar magic'
        : 'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors',
      process.machine.flavor === 'busybox' ? 1 : 2,
    )
  const wanted = paths.map((path) => path.replace(/^\.\/|\/$/g, ''))
  const found = new Set<string>()
  for (const { name, entry } of entriesOf(archive, process.now())) {
    const plain = name.replace(/^\.\//, '')
    const match = wanted.find((path) => plain === path || plain.startsWith(`${path}/`))
    if (wanted.length > 0 && match === undefined) continue
    if (match !== undefined) found.add(match)
    const shown = entry.kind === 'folder' ? `${name}/` : name
    if (list) process.out(verbose ? `${longLine(shown, entry)}\n` : `${shown}\n`)
    else if (show) process.out(entry.kind === 'file' ? entry.content : '')
    else {
      const kept = name.split('/').slice(strip).join('/')
      if (kept !== '' && !extract(process, resolve(folder, kept), entry)) return fail(process, `tar: can't open '${name}': No such file or directory`)
      if (verbose) process.out(`${shown}\n`)
    }
  }
  const missing = wanted.filter((path) => !found.has(path))
  for (const path of missing) process.err(`tar: ${path}: ${process.machine.flavor === 'busybox' ? 'not found in archive' : 'Not found in archive'}\n`)
  return missing.length === 0 ? 0 : process.machine.flavor === 'busybox' ? 1 : 2
}

function longLine(name: string, entry: Entry): string {
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  const size = entry.kind === 'file' ? lengthOf(entry) : 0
  const of = (id: number): string => (id === 0 ? 'root' : String(id))
  return `${permissions(entry)} ${of(uid)}/${of(gid)} ${String(size).padStart(9)} ${formatDate(entry.at, '%Y-%m-%d %H:%M:%S')} ${name}${entry.kind === 'link' ? ` -> ${entry.target}` : ''}`
}

async function contentOf(file: string, process: Process): Promise<string | FileError> {
  if (file === '-') return process.halt.unless(process.stdin.readAll())
  try {
    return process.files.read(resolve(process.cwd, file))
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
}

function cannotOpen(file: string, error: FileError, { machine }: Process): string {
  return machine.flavor === 'busybox'
    ? `tar: can't open '${file}': ${error.message}`
    : `tar: ${file}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now`
}

function extract({ files }: Process, path: string, entry: Entry): boolean {
  try {
    if (entry.kind === 'folder') files.makeFolder(path, { parents: true, mode: entry.mode })
    else {
      if (!files.isFolder(parentOf(path))) files.makeFolder(parentOf(path), { parents: true })
      files.put(files.real(path) ?? path, entry)
    }
    return true
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}

function create(process: Process, { folder, file, paths, verbose, packed, left }: Asked): number {
  let archive = ''
  let code = 0
  const { flavor } = process.machine
  const print = file === '-' ? process.err : process.out
  const add = (name: string, path: string): void => {
    if (left.some((pattern) => pattern.test(name)) || (file !== '-' && path === resolve(process.cwd, file))) return
    const entry = process.files.entry(path)
    if (!entry) {
      process.err(flavor === 'busybox' ? `tar: ${name}: No such file or directory\n` : `tar: ${name}: Cannot stat: No such file or directory\n`)
      code = flavor === 'busybox' ? 1 : 2
      return
    }
    const plain = name.replace(/^\/+/, '')
    if (plain !== '') archive += record(plain, entry)
    if (verbose) print(`${plain}${entry.kind === 'folder' && !plain.endsWith('/') ? '/' : ''}\n`)
    if (entry.kind === 'folder') for (const each of process.files.list(path)) add(join(name.replace(/\/$/, ''), each), join(path, each))
  }
  if (paths.some((path) => path.startsWith('/')))
    process.err(flavor === 'busybox' ? "tar: removing leading '/' from member names\n" : "tar: Removing leading `/' from member names\n")
  for (const path of paths) add(path.replace(/(.)\/+$/, '$1'), resolve(folder, path))
  archive += '\0'.repeat(1024)
  const whole = packed ? packedOf(archive) : archive
  if (file === '-') process.out(whole)
  else {
    try {
      process.files.write(resolve(process.cwd, file), whole)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      return fail(process, cannotOpen(file, error, process), flavor === 'busybox' ? 1 : 2)
    }
  }
  if (code !== 0)
    process.err(flavor === 'busybox' ? 'tar: error exit delayed from previous errors\n' : 'tar: Exiting with failure status due to previous errors\n')
  return code
}
