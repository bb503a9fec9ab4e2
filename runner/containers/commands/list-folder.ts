// `ls`.
import { type Entry, join, nameOf, resolve } from '../files.ts'
import { fail, isTerminal, type Process, type Program } from '../process.ts'
import { formatDate } from './date.ts'
import { inodeOf, permissions, sizeOf } from './facts.ts'
import { readOptions } from './options.ts'
import { groupName, userName } from './people.ts'
import { noOption, strangeOption } from './usage.ts'

/** Lists folders and files; columns when a terminal reads it. */
export const listFolder: Program = (words, process) => {
  const strange = strangeOption('ls', words, process.machine.flavor)
  if (strange !== undefined) return noOption(process, 'ls', strange, process.machine.flavor === 'busybox' ? 1 : 2)
  const options = readOptions(words, ['w', 'T', 'I'])
  const paths = options.rest.length === 0 ? ['.'] : options.rest
  let code = 0
  const plain: Row[] = []
  const folders: string[] = []
  for (const path of paths) {
    const real = resolve(process.cwd, path)
    const entry = options.has('l', 'd', 'n') && !options.has('L', 'H') && !/.\/$/.test(path) ? process.files.entry(real) : process.files.stat(real)
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
  if (has('S')) rows.sort((a, b) => sizeOf(b.entry) - sizeOf(a.entry))
  if (has('X')) rows.sort((a, b) => (extension(a.name) < extension(b.name) ? -1 : extension(a.name) > extension(b.name) ? 1 : 0))
  if (has('t')) rows.sort((a, b) => b.entry.at - a.entry.at)
  if (has('r')) rows.reverse()
  if (has('l', 'n')) process.out(`total ${rows.reduce((sum, { entry }) => sum + (entry.kind === 'link' ? 0 : Math.ceil(sizeOf(entry) / 4096) * 4), 0)}\n`)
  show(rows, has, process)
  if (!has('R')) return
  for (const { name, entry } of rows) {
    if (entry.kind !== 'folder' || name.startsWith('.')) continue
    process.out(`\n${join(path, name)}:\n`)
    listOne(join(path, name), has, process)
  }
}

function show(rows: readonly Row[], has: Has, process: Process): void {
  if (has('l', 'n'))
    for (const line of lines(
      rows.map((row) => long(row, has, process)),
      process,
    ))
      process.out(`${line}\n`)
  else if (((isTerminal(process, process.out) && !has('1')) || has('C', 'x')) && rows.length > 0)
    process.out(
      inColumns(
        rows.map((row) => shownName(row, has)),
        has('x'),
        { screen: process.terminal?.screen.columns || usual, flavor: process.machine.flavor },
      ),
    )
  else for (const row of rows) process.out(`${leading(row, has, process)}${shownName(row, has)}\n`)
}

/** A name with the sign of its kind, where that is wanted. */
function shownName({ name, entry }: Row, has: Has): string {
  if (entry.kind === 'folder' && has('F', 'p', 'classify')) return `${name}/`
  if (!has('F', 'classify')) return name
  return entry.kind === 'link' ? `${name}@` : entry.kind === 'file' && (entry.mode & 0o111) !== 0 ? `${name}*` : name
}

/** A number and a size before the name. */
function leading({ name, entry }: Row, has: Has, { cwd }: Process): string {
  const number = has('i') ? `${String(inodeOf(resolve(cwd, name))).padStart(7)} ` : ''
  return `${number}${has('s') ? `${String(entry.kind === 'link' ? 0 : Math.ceil(sizeOf(entry) / 4096) * 4).padStart(6)} ` : ''}`
}

/** How wide a terminal is that nobody told of. */
const usual = 80

/** Names side by side, as many as a line of a terminal holds: busybox gives all columns one width, others each its own. */
function inColumns(names: readonly string[], across: boolean, { screen, flavor }: { readonly screen: number; readonly flavor: Flavor }): string {
  const widest = Math.max(...names.map((name) => name.length)) + 2
  const columns = flavor === 'busybox' ? Math.max(Math.floor((screen + 1) / widest), 1) : columnsThatFit(names, across, screen)
  const rows = Math.ceil(names.length / columns)
  const widths = flavor === 'busybox' ? Array.from({ length: columns }, () => widest) : widthsOf(names, columns, across)
  return Array.from({ length: rows }, (_, row) => {
    const line = names.filter((__, index) => (across ? Math.floor(index / columns) === row : index % rows === row))
    if (flavor === 'debian') return `${tabbed(line, widths)}\n`
    return `${line
      .map((name, column) => name.padEnd(widths[column] ?? widest))
      .join('')
      .trimEnd()}\n`
  }).join('')
}

type Flavor = Process['machine']['flavor']

/** The most columns, each as wide as its widest name and two cells more. */
function columnsThatFit(names: readonly string[], across: boolean, screen: number): number {
  for (let columns = Math.min(names.length, Math.ceil(screen / 3)); columns > 1; columns -= 1) {
    const widths = widthsOf(names, columns, across)
    if (widths.reduce((sum, width) => sum + width, 0) - 2 < screen) return columns
  }
  return 1
}

function widthsOf(names: readonly string[], columns: number, across: boolean): readonly number[] {
  const rows = Math.ceil(names.length / columns)
  const widths = Array.from({ length: columns }, () => 3)
  for (const [index, name] of names.entries()) {
    const column = across ? index % columns : Math.floor(index / rows)
    widths[column] = Math.max(widths[column] ?? 0, name.length + 2)
  }
  return widths
}

/** A line whose gaps are tabs as far as these go. */
function tabbed(line: readonly string[], widths: readonly number[]): string {
  let [text, start] = ['', 0]
  for (const [column, name] of line.entries()) {
    text += name
    if (column === line.length - 1) break
    const end = start + (widths[column] ?? 0)
    let at = start + name.length
    while (at < end) {
      const tab = Math.floor(end / 8) > Math.floor((at + 1) / 8)
      text += tab ? '\t' : ' '
      at += tab ? 8 - (at % 8) : 1
    }
    start = end
  }
  return text
}

function extension(name: string): string {
  return name.includes('.') ? name.slice(name.lastIndexOf('.')) : ''
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

function long({ name, entry }: Row, has: Has, process: Process): Fields {
  const { files, cwd } = process
  const bits = permissions(entry)
  const links = entry.kind === 'folder' ? 2 + countFolders(files, resolve(cwd, name)) : 1
  const size = sizeOf(entry)
  const shown = has('h') ? inUnits(size) : String(size)
  const target = entry.kind === 'link' ? ` -> ${entry.target}` : ''
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  const [owner, group] = has('n') ? [String(uid), String(gid)] : [userName(uid, process), groupName(gid, process)]
  return {
    bits,
    links: String(links),
    owner,
    group,
    size: shown,
    end: `${has('full-time') ? formatDate(entry.at, '%Y-%m-%d %H:%M:%S +0000') : shortDate(entry.at, process.now())} ${shownName({ name, entry }, has)}${target}`,
  }
}

function inUnits(size: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), 3)
  return power === 0 ? String(size) : `${(size / 1024 ** power).toFixed(1)}${' KMG'[power]}`
}

function countFolders(files: Process['files'], path: string): number {
  return nameOf(path) !== '' && files.isFolder(path) ? files.list(path).filter((name) => files.entry(join(path, name))?.kind === 'folder').length : 0
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
