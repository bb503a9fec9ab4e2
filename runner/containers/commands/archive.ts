// `tar`: what `kubectl cp` runs inside containers.
import { type Entry, FileError, join, parentOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** `tar` with `-c`, `-x` or `-t`, through `-f` or the streams. */
export const tar: Program = async (words, process) => {
  const [first = '', ...rest] = words
  const all = /^[a-z]+$/i.test(first) ? [`-${first}`, ...rest] : words
  const options = readOptions(all, ['f', 'C', 'file', 'directory'])
  const folder = resolve(process.cwd, options.value('C', 'directory') ?? '.')
  const file = options.value('f', 'file') ?? '-'
  if (options.has('c')) return create(process, { folder, file, paths: options.rest })
  const archive = file === '-' ? await process.halt.unless(process.stdin.readAll()) : process.files.read(resolve(process.cwd, file))
  if (archive === '') return fail(process, 'tar: short read')
  for (const { name, entry } of entriesOf(archive, process.now())) {
    if (options.has('t')) process.out(`${name}\n`)
    else if (!extract(process, resolve(folder, name), entry)) return fail(process, `tar: can't open '${name}': No such file or directory`)
  }
  return 0
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

function create(process: Process, { folder, file, paths }: { readonly folder: string; readonly file: string; readonly paths: readonly string[] }): number {
  let archive = ''
  let code = 0
  const add = (name: string, path: string): void => {
    const entry = process.files.entry(path)
    if (!entry) {
      process.err(`tar: ${name}: No such file or directory\n`)
      code = process.machine.flavor === 'busybox' ? 1 : 2
      return
    }
    archive += record(name.replace(/^\/+/, ''), entry)
    if (entry.kind === 'folder') for (const each of process.files.list(path)) add(join(name.replace(/\/$/, ''), each), join(path, each))
  }
  if (paths.some((path) => path.startsWith('/')))
    process.err(process.machine.flavor === 'busybox' ? "tar: removing leading '/' from member names\n" : "tar: Removing leading `/' from member names\n")
  for (const path of paths) add(path, resolve(folder, path))
  archive += '\0'.repeat(1024)
  if (file === '-') process.out(archive)
  else process.files.write(resolve(process.cwd, file), archive)
  if (code !== 0)
    process.err(
      process.machine.flavor === 'busybox' ? 'tar: error exit delayed from previous errors\n' : 'tar: Exiting with failure status due to previous errors\n',
    )
  return code
}

function record(name: string, entry: Entry): string {
  const content = entry.kind === 'file' ? entry.content : ''
  const type = entry.kind === 'folder' ? '5' : entry.kind === 'link' ? '2' : '0'
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const shown = entry.kind === 'folder' ? `${name}/` : name
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const head = [
    shown.slice(0, 100).padEnd(100, '\0'),
    octal(mode, 8),
    octal(0, 8),
    octal(0, 8),
    octal(content.length, 12),
    octal(Math.floor(entry.at / 1000), 12),
  ].join('')
  const tail = [type, (entry.kind === 'link' ? entry.target : '').padEnd(100, '\0'), 'ustar  \0', 'root'.padEnd(32, '\0'), 'root'.padEnd(32, '\0')].join('')
  const sum = [...`${head}        ${tail}`].reduce((total, char) => total + char.charCodeAt(0), 0)
  const header = `${head}${sum.toString(8).padStart(6, '0')}\0 ${tail}`.padEnd(512, '\0')
  return header + content.padEnd(Math.ceil(content.length / 512) * 512, '\0')
}

function* entriesOf(archive: string, now: number): Generator<{ readonly name: string; readonly entry: Entry }> {
  let longName: string | undefined
  for (let at = 0; at + 512 <= archive.length; ) {
    const field = (from: number, length: number): string => archive.slice(at + from, at + from + length).split('\0', 1)[0] ?? ''
    const size = Number.parseInt(field(124, 12).trim() || '0', 8)
    const prefix = field(257, 5) === 'ustar' && archive[at + 262] === '\0' ? field(345, 155) : ''
    const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${field(0, 100)}`
    const type = archive[at + 156] ?? '0'
    if (field(0, 100) === '') return
    const content = archive.slice(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
    longName = type === 'L' ? content.replace(/\0+$/, '') : type === 'x' ? content.match(/\d+ path=(.*)\n/)?.[1] : undefined
    if (type === 'L' || type === 'x' || type === 'g') continue
    const mode = Number.parseInt(field(100, 8).trim() || '644', 8) & 0o777
    if (type === '5') yield { name: name.replace(/\/$/, ''), entry: { kind: 'folder', mode, at: now } }
    else if (type === '2') yield { name, entry: { kind: 'link', target: field(157, 100), at: now } }
    else yield { name, entry: { kind: 'file', content, mode, at: now } }
  }
}
