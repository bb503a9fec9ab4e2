// `ls`.
import { type Entry, join, nameOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { groupName, userName } from './people.ts'

/** Lists folders and files; columns when a terminal reads it. */
export const listFolder: Program = (words, process) => {
  const options = readOptions(words, [])
  const paths = options.rest.length === 0 ? ['.'] : options.rest
  let code = 0
  const plain: Row[] = []
  const folders: string[] = []
  for (const path of paths) {
    const real = resolve(process.cwd, path)
    const entry = options.has('l', 'd') && !options.has('L', 'H') && !/.\/$/.test(path) ? process.files.entry(real) : process.files.stat(real)
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
  if (has('l'))
    for (const line of lines(
      rows.map((row) => long(row, has, process)),
      process,
    ))
      process.out(`${line}\n`)
  else if (process.tty && !has('1') && rows.length > 0) process.out(`${rows.map(({ name }) => name).join('    ')}\n`)
  else for (const { name } of rows) process.out(`${name}\n`)
}

/** The fields of a long line: busybox gives each a width of its own, others as much as the widest needs. */
interface Fields {
  readonly bits: string
  readonly links: string
  readonly owner: string
  readonly group: string
  readonly size: string
  readonly end: string
}

function lines(rows: readonly Fields[], { machine }: Process): readonly string[] {
  if (machine.flavor === 'busybox')
    return rows.map(
      ({ bits, links, owner, group, size, end }) => `${bits} ${links.padStart(4)} ${owner.padEnd(8)} ${group.padEnd(8)} ${size.padStart(9)} ${end}`,
    )
  const width = (field: keyof Fields): number => Math.max(0, ...rows.map((row) => row[field].length))
  const [links, owner, group, size] = [width('links'), width('owner'), width('group'), width('size')]
  return rows.map(
    (row) => `${row.bits} ${row.links.padStart(links)} ${row.owner.padEnd(owner)} ${row.group.padEnd(group)} ${row.size.padStart(size)} ${row.end}`,
  )
}

/** An entry's kind and who may do what with it, as `ls -l` has them. */
export function permissions(entry: Entry): string {
  const kind = entry.kind === 'folder' ? 'd' : entry.kind === 'link' ? 'l' : '-'
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const plain = [6, 3, 0].map((place) => ['r', 'w', 'x'].map((letter, index) => ((mode >> place) & (4 >> index) ? letter : '-')).join('')).join('')
  const handed = mode & 0o2000 ? `${plain.slice(0, 5)}s${plain.slice(6)}` : plain
  return `${kind}${mode & 0o1000 ? `${handed.slice(0, 8)}${mode & 1 ? 't' : 'T'}` : handed}`
}

function long({ name, entry }: Row, has: Has, process: Process): Fields {
  const { files, cwd } = process
  const bits = permissions(entry)
  const links = entry.kind === 'folder' ? 2 + countFolders(files, resolve(cwd, name)) : 1
  const size = sizeOf(entry)
  const shown = has('h') ? inUnits(size) : String(size)
  const target = entry.kind === 'link' ? ` -> ${entry.target}` : ''
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  const [owner, group] = has('n') ? [String(uid), String(gid)] : [userName(uid, process), groupName(gid, process)]
  return { bits, links: String(links), owner, group, size: shown, end: `${shortDate(entry.at, process.now())} ${name}${target}` }
}

function inUnits(size: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), 3)
  return power === 0 ? String(size) : `${(size / 1024 ** power).toFixed(1)}${' KMG'[power]}`
}

function countFolders(files: Process['files'], path: string): number {
  return nameOf(path) !== '' && files.isFolder(path) ? files.list(path).filter((name) => files.entry(join(path, name))?.kind === 'folder').length : 0
}

function sizeOf(entry: Entry): number {
  if (entry.kind === 'folder') return 4096
  return entry.kind === 'file' ? entry.content.length : entry.target.length
}

const halfYear = 15_778_476_000
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What is older than half a year is shown by its year. */
function shortDate(at: number, now: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`
  return Math.abs(now - at) > halfYear ? `${day}  ${date.getUTCFullYear()}` : `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}
