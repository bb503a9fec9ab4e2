// `ls`.
import { type Entry, join, nameOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** Lists folders and files; columns when a terminal reads it. */
export const listFolder: Program = (words, process) => {
  const options = readOptions(words, [])
  const paths = options.rest.length === 0 ? ['.'] : options.rest
  let code = 0
  const plain: Row[] = []
  const folders: string[] = []
  for (const path of paths) {
    const real = resolve(process.cwd, path)
    const entry = options.has('l', 'd') && !options.has('L', 'H') ? process.files.entry(real) : process.files.stat(real)
    if (!entry)
      code = fail(
        process,
        process.machine.flavor === 'busybox' ? `ls: ${path}: No such file or directory` : `ls: cannot access '${path}': No such file or directory`,
        process.machine.flavor === 'busybox' ? 1 : 2,
      )
    else if (entry.kind === 'folder' && !options.has('d')) folders.push(path)
    else plain.push({ name: path, entry })
  }
  show(plain, options.has, process)
  for (const [index, path] of folders.entries()) {
    if (paths.length > 1 || options.has('R')) process.out(`${index === 0 && plain.length === 0 ? '' : '\n'}${path}:\n`)
    listOne(path, options.has, process)
  }
  return code
}

interface Row {
  readonly name: string
  readonly entry: Entry
}

type Has = (...names: readonly string[]) => boolean

function listOne(path: string, has: Has, process: Process): void {
  const real = resolve(process.cwd, path)
  const names = [...(has('a') ? ['.', '..'] : []), ...process.files.list(real).filter((name) => has('a', 'A') || !name.startsWith('.'))]
  const rows = names.flatMap((name) => {
    const path = name === '.' ? real : name === '..' ? resolve(real, '..') : join(real, name)
    const entry = has('L') ? process.files.stat(path) : process.files.entry(path)
    return entry ? [{ name, entry }] : []
  })
  if (has('t')) rows.sort((a, b) => b.entry.at - a.entry.at)
  if (has('r')) rows.reverse()
  if (has('l')) process.out(`total ${rows.reduce((sum, { entry }) => sum + (entry.kind === 'link' ? 0 : Math.ceil(sizeOf(entry) / 4096) * 4), 0)}\n`)
  show(rows, has, process)
  if (!has('R')) return
  for (const { name, entry } of rows) {
    if (entry.kind !== 'folder' || name.startsWith('.')) continue
    process.out(`\n${join(path, name)}:\n`)
    listOne(join(path, name), has, process)
  }
}

function show(rows: readonly Row[], has: Has, process: Process): void {
  if (has('l')) for (const row of rows) process.out(`${long(row, has, process)}\n`)
  else if (process.tty && !has('1') && rows.length > 0) process.out(`${rows.map(({ name }) => name).join('    ')}\n`)
  else for (const { name } of rows) process.out(`${name}\n`)
}

function long({ name, entry }: Row, has: Has, { files, cwd }: Process): string {
  const letters = entry.kind === 'folder' ? 'd' : entry.kind === 'link' ? 'l' : '-'
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const plain = [6, 3, 0].map((place) => ['r', 'w', 'x'].map((letter, index) => ((mode >> place) & (4 >> index) ? letter : '-')).join('')).join('')
  const group = mode & 0o2000 ? `${plain.slice(0, 5)}s${plain.slice(6)}` : plain
  const bits = mode & 0o1000 ? `${group.slice(0, 8)}${mode & 1 ? 't' : 'T'}` : group
  const links = entry.kind === 'folder' ? 2 + countFolders(files, resolve(cwd, name)) : 1
  const size = sizeOf(entry)
  const shown = has('h') && size >= 1024 ? `${(size / 1024).toFixed(1)}K` : String(size)
  const target = entry.kind === 'link' ? ` -> ${entry.target}` : ''
  return `${letters}${bits}    ${links} ${ownerText(entry)} ${shown.padStart(9)} ${shortDate(entry.at)} ${name}${target}`
}

function countFolders(files: Process['files'], path: string): number {
  return nameOf(path) !== '' && files.isFolder(path) ? files.list(path).filter((name) => files.entry(join(path, name))?.kind === 'folder').length : 0
}

function sizeOf(entry: Entry): number {
  if (entry.kind === 'folder') return 4096
  return entry.kind === 'file' ? entry.content.length : entry.target.length
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function shortDate(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

const userNames: Readonly<Record<number, string>> = { 0: 'root', 33: 'www-data', 65534: 'nobody' }

function ownerText(entry: Entry): string {
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  return [uid, gid].map((id) => (userNames[id] ?? String(id)).padEnd(8)).join(' ')
}
