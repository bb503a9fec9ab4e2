// `diff`, unified as busybox prints it or as GNU's tells it, and `cmp`.
import { join, nameOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { formatDate } from './date.ts'
import { readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'
import { tooFew } from './usage.ts'

/** A line of both files, of the first only, or of the second only. */
interface Row {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
}

/** What leads from one list of lines to the other with as many kept as can be. */
function rowsOf(left: readonly string[], right: readonly string[], key: (line: string) => string): readonly Row[] {
  const [a, b] = [left.map(key), right.map(key)]
  const kept = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  const at = (row: number, column: number): number => kept[row]?.[column] ?? 0
  for (let row = a.length - 1; row >= 0; row -= 1)
    for (let column = b.length - 1; column >= 0; column -= 1) {
      const best = a[row] === b[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
      kept[row]?.fill(best, column, column + 1)
    }
  const rows: Row[] = []
  let [row, column] = [0, 0]
  while (row < a.length || column < b.length) {
    if (row < a.length && column < b.length && a[row] === b[column]) {
      rows.push({ sign: ' ', line: left[row++] ?? '' })
      column += 1
    } else if (row < a.length && (column >= b.length || at(row + 1, column) >= at(row, column + 1))) rows.push({ sign: '-', line: left[row++] ?? '' })
    else rows.push({ sign: '+', line: right[column++] ?? '' })
  }
  return rows
}

function rangeOf(start: number, count: number): string {
  return count === 1 ? String(start + 1) : `${count === 0 ? start : start + 1},${count}`
}

/** Changes with `context` lines around them, under a head that says where. */
function hunks(rows: readonly Row[], context: number): string {
  const changed = rows.flatMap(({ sign }, index) => (sign === ' ' ? [] : [index]))
  let text = ''
  for (let first = 0; first < changed.length; ) {
    let last = first
    while (last + 1 < changed.length && (changed[last + 1] ?? 0) - (changed[last] ?? 0) <= 2 * context + 1) last += 1
    const from = Math.max((changed[first] ?? 0) - context, 0)
    const shown = rows.slice(from, (changed[last] ?? 0) + context + 1)
    const count = (list: readonly Row[], other: string): number => list.filter(({ sign }) => sign !== other).length
    const before = rows.slice(0, from)
    text += `@@ -${rangeOf(count(before, '+'), count(shown, '+'))} +${rangeOf(count(before, '-'), count(shown, '-'))} @@\n`
    text += shown.map(({ sign, line }) => `${sign}${line}\n`).join('')
    first = last + 1
  }
  return text
}

function endings(options: ReturnType<typeof readOptions>): (line: string) => string {
  return (line) => {
    const spaced = options.has('w') ? line.replace(/\s+/g, '') : options.has('b') ? line.replace(/\s+/g, ' ').trimEnd() : line
    return options.has('i') ? spaced.toLowerCase() : spaced
  }
}

const most = 4_000

/** Changes as `diff` of GNU tells them without being asked for another form. */
function plainHunks(rows: readonly Row[]): string {
  let text = ''
  let [left, right] = [0, 0]
  for (let at = 0; at < rows.length; ) {
    if (rows[at]?.sign === ' ') {
      left += 1
      right += 1
      at += 1
      continue
    }
    const end = rows.findIndex((row, index) => index > at && row.sign === ' ')
    const changed = rows.slice(at, end < 0 ? undefined : end)
    const [gone, come] = [changed.filter(({ sign }) => sign === '-'), changed.filter(({ sign }) => sign === '+')]
    const span = (from: number, count: number): string => (count === 0 ? String(from) : count === 1 ? String(from + 1) : `${from + 1},${from + count}`)
    text += `${span(left, gone.length)}${gone.length === 0 ? 'a' : come.length === 0 ? 'd' : 'c'}${span(right, come.length)}\n`
    text +=
      gone.map(({ line }) => `< ${line}\n`).join('') + (gone.length > 0 && come.length > 0 ? '---\n' : '') + come.map(({ line }) => `> ${line}\n`).join('')
    left += gone.length
    right += come.length
    at += changed.length
  }
  return text
}

const diff: Program = async (words, process) => {
  const options = readOptions(words, ['U', 'L', 'S', 'label', 'exclude', 'x'])
  const [left = '', right = ''] = options.rest
  if (options.rest.length !== 2) return tooFew(process, 'diff', left === '' ? "missing operand after 'diff'" : `missing operand after '${left}'`, 2)
  const { files, cwd, machine } = process
  for (const path of [left, right])
    if (path !== '-' && !files.stat(resolve(cwd, path)))
      return fail(
        process,
        machine.flavor === 'busybox' ? `diff: can't stat '${path}': No such file or directory` : `diff: ${path}: No such file or directory`,
        2,
      )
  const [one, other] = [files.isFolder(resolve(cwd, left)), files.isFolder(resolve(cwd, right))]
  if (one && other) return compareFolders(left, right, { options, process })
  return compareFiles(one ? join(left, nameOf(right)) : left, other ? join(right, nameOf(left)) : right, { options, process })
}

interface Comparing {
  readonly options: ReturnType<typeof readOptions>
  readonly process: Process
}

async function compareFolders(left: string, right: string, { options, process }: Comparing): Promise<number> {
  const { files, cwd } = process
  const names = (path: string): readonly string[] => files.list(resolve(cwd, path))
  let code = 0
  for (const name of [...new Set([...names(left), ...names(right)])].sort()) {
    const [a, b] = [join(left, name), join(right, name)]
    const [one, other] = [a, b].map((path) => files.stat(resolve(cwd, path)))
    if (!one || !other) {
      if (!options.has('N', 'new-file')) process.out(`Only in ${one ? left : right}: ${name}\n`)
      code = Math.max(code, 1)
    } else if (one.kind === 'folder' && other.kind === 'folder') {
      if (options.has('r', 'recursive')) code = Math.max(code, await compareFolders(a, b, { options, process }))
      else process.out(`Common subdirectories: ${a} and ${b}\n`)
    } else code = Math.max(code, await compareFiles(a, b, { options, process, named: true }))
  }
  return code
}

async function compareFiles(left: string, right: string, { options, process, named = false }: Comparing & { readonly named?: boolean }): Promise<number> {
  const { parts, code } = await inputs('diff', [left, right], process)
  const [one, other] = parts
  if (code !== 0 || !one || !other) return 2
  const [a, b] = [linesOf(one.content), linesOf(other.content)]
  const key = endings(options)
  const unclosed = one.content.endsWith('\n') !== other.content.endsWith('\n')
  if (a.length === b.length && a.every((line, index) => key(line) === key(b[index] ?? '')) && !unclosed) {
    if (options.has('s', 'report-identical-files')) process.out(`Files ${left} and ${right} are identical\n`)
    return 0
  }
  if (options.has('q', 'brief')) process.out(`Files ${left} and ${right} differ\n`)
  else if (a.length > most || b.length > most) return fail(process, `diff: files of more than ${most} lines are not compared line by line here`, 2)
  else if (unclosed) return fail(process, 'diff: files of which one lacks its last line end are not compared here', 2)
  else {
    if (named && process.machine.flavor === 'debian') process.out(`diff ${options.has('u') ? '-ru' : '-r'} ${left} ${right}\n`)
    const rows = rowsOf(a, b, key)
    process.out(
      process.machine.flavor === 'busybox' || options.has('u', 'U', 'unified') ? unified(rows, [left, right], { options, process }) : plainHunks(rows),
    )
  }
  return 1
}

function unified(rows: readonly Row[], paths: readonly [string, string], { options, process }: Comparing): string {
  const labels = options.all('L', 'label')
  const [left, right] = paths.map((path, index) => {
    const at = process.files.stat(resolve(process.cwd, path))?.at ?? process.now()
    return labels[index] ?? (process.machine.flavor === 'busybox' ? path : `${path}\t${formatDate(at, '%Y-%m-%d %H:%M:%S.%N +0000')}`)
  })
  return `--- ${left}\n+++ ${right}\n${hunks(rows, Number(options.value('U') ?? 3))}`
}

const cmp: Program = async (words, process) => {
  const options = readOptions(words, ['n'])
  const [left = '', right = '-'] = options.rest
  const { parts, code } = await inputs('cmp', [left, right], process)
  const [a, b] = parts.map(({ content }) => content)
  if (code !== 0 || a === undefined || b === undefined) return 2
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  let at = 0
  while (at < shorter && a[at] === b[at]) at += 1
  if (options.has('s')) return 1
  if (options.has('l')) return fail(process, 'cmp: -l is not simulated', 2)
  if (at === shorter) process.err(`cmp: EOF on ${a.length < b.length ? left : right}\n`)
  else process.out(`${left} ${right} differ: ${'char'} ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`)
  return 1
}

/** Programs that compare by name. */
export const comparePrograms: Readonly<Record<string, Program>> = { diff, cmp }
