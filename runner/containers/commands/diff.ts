// `diff` as busybox prints it, always unified, and `cmp`.
import { fail, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'

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

const diff: Program = async (words, process) => {
  const options = readOptions(words, ['U', 'L', 'S'])
  const [left = '', right = ''] = options.rest
  if (options.rest.length !== 2) return fail(process, 'diff: two files are needed', 2)
  const { parts, code } = await inputs('diff', options.rest, process)
  const [one, other] = parts
  if (code !== 0 || !one || !other) return 2
  const [a, b] = [linesOf(one.content), linesOf(other.content)]
  const key = endings(options)
  if (a.length === b.length && a.every((line, index) => key(line) === key(b[index] ?? '')) && one.content.endsWith('\n') === other.content.endsWith('\n')) {
    if (options.has('s')) process.out(`Files ${left} and ${right} are identical\n`)
    return 0
  }
  if (process.machine.flavor === 'debian' && !options.has('q'))
    return fail(process, 'diff: the lines in which GNU diff tells differences are not simulated; -q is', 2)
  if (options.has('q')) process.out(`Files ${left} and ${right} differ\n`)
  else if (a.length > most || b.length > most) return fail(process, `diff: files of more than ${most} lines are not compared line by line here`, 2)
  else if (one.content.endsWith('\n') !== other.content.endsWith('\n'))
    return fail(process, 'diff: files of which one lacks its last line end are not compared here', 2)
  else process.out(`--- ${options.all('L')[0] ?? left}\n+++ ${options.all('L')[1] ?? right}\n${hunks(rowsOf(a, b, key), Number(options.value('U') ?? 3))}`)
  return 1
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
  else process.out(`${left} ${right} differ: ${process.machine.flavor === 'debian' ? 'byte' : 'char'} ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`)
  return 1
}

/** Programs that compare by name. */
export const comparePrograms: Readonly<Record<string, Program>> = { diff, cmp }
