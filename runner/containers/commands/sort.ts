// `sort` and `uniq`.
import { resolve } from '../files.ts'
import { fail, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'

type Order = (a: string, b: string) => number

/** A part of the line and how it is compared. */
interface Key {
  readonly part: (line: string) => string
  readonly order: Order
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const sizes = ['', 'K', 'M', 'G', 'T', 'P', 'E']

function sizeOf(text: string): number {
  const [, number = '0', unit = ''] = text.match(/^\s*(-?[\d.]+)([kKMGTPE]?)/) ?? []
  return Number(number) * 1024 ** sizes.indexOf(unit.toUpperCase())
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d+|\D+/g) ?? [])
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
    const [one = '', other = ''] = [left?.[index], right?.[index]]
    const order = /^\d/.test(one) && /^\d/.test(other) ? Number(one) - Number(other) : byText(one, other)
    if (order !== 0) return order
  }
  return 0
}

const numeric = (text: string): number => Number.parseFloat(text) || 0

function orderOf(letters: string): Order {
  const changed = (text: string): string => {
    const bare = letters.includes('b') ? text.trimStart() : text
    const known = letters.includes('d') ? bare.replace(/[^\w\s]|_/g, '') : bare
    return letters.includes('f') ? known.toUpperCase() : known
  }
  const order: Order = /[ng]/.test(letters)
    ? (a, b) => numeric(a) - numeric(b)
    : letters.includes('h')
      ? (a, b) => sizeOf(a) - sizeOf(b)
      : letters.includes('M')
        ? (a, b) => months.indexOf(a.trim().slice(0, 3).toUpperCase()) - months.indexOf(b.trim().slice(0, 3).toUpperCase())
        : letters.includes('V')
          ? byVersion
          : (a, b) => byText(changed(a), changed(b))
  return letters.includes('r') ? (a, b) => order(b, a) : order
}

/** Fields with the blanks that stand before them, where no separator is named. */
function fieldsOf(line: string, separator: string | undefined): readonly string[] {
  return separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator)
}

/** `START[.CHAR][LETTERS][,END[.CHAR][LETTERS]]`; undefined if it is no key. */
function keyOf(text: string, { separator, letters }: { readonly separator: string | undefined; readonly letters: string }): Key | undefined {
  const match = text.match(/^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/)
  if (!match || Number(match[1]) < 1) return undefined
  const [, from, char, own = '', to, toChar, more = ''] = match
  const kinds = own + more
  const part = (line: string): string => {
    const fields = fieldsOf(line, separator)
    const last = to === undefined ? undefined : Number(to)
    const shown = fields.slice(Number(from) - 1, last).join(separator ?? '')
    const cut = toChar === undefined || Number(toChar) === 0 ? shown : shown.slice(0, shown.length - (fields[Number(to) - 1]?.length ?? 0) + Number(toChar))
    return (kinds.includes('b') ? cut.trimStart() : cut).slice(Number(char ?? 1) - 1)
  }
  return { part, order: orderOf(kinds === '' ? letters : kinds) }
}

/** `sort`: lines alike in their keys are put in the order of their bytes, unless `-s`. */
export const sort: Program = async (words, process) => {
  const options = readOptions(words, ['k', 't', 'o', 'S', 'T', 'key', 'field-separator'])
  const letters = [...'nghMVfbdr'].filter((letter) => options.has(letter)).join('')
  const separator = options.value('t', 'field-separator')?.replace(/^\\t$/, '\t')
  const asked = options.all('k', 'key')
  const keys = asked.map((each) => keyOf(each, { separator, letters }))
  const known = keys.flatMap((key) => key ?? [])
  if (known.length < keys.length) return fail(process, `sort: bad field specification in -k '${asked[keys.indexOf(undefined)]}'`, 2)
  const { parts, code } = await inputs('sort', options.rest, process)
  const all = known.length > 0 ? known : [{ part: (line: string) => line, order: orderOf(letters) }]
  const compare: Order = (a, b) => all.reduce((order, key) => order || key.order(key.part(a), key.part(b)), 0)
  const [end, lines] = options.has('z')
    ? ['\0', parts.flatMap(({ content }) => content.replace(/\0$/, '').split('\0'))]
    : ['\n', parts.flatMap(({ content }) => [...linesOf(content)])]
  if (options.has('c')) {
    const wrong = lines.findIndex((line, index) => index > 0 && compare(lines[index - 1] ?? '', line) > (options.has('u') ? -1 : 0))
    if (wrong < 0) return 0
    return fail(
      process,
      process.machine.flavor === 'busybox' ? `Check line ${wrong}` : `sort: ${options.rest[0] ?? '-'}:${wrong + 1}: disorder: ${lines[wrong]}`,
    )
  }
  const ties: Order = options.has('s') || options.has('u') ? () => 0 : (a, b) => byText(a, b) * (options.has('r') ? -1 : 1)
  const sorted = [...lines].sort((a, b) => compare(a, b) || ties(a, b))
  const kept = options.has('u') ? sorted.filter((line, index) => index === 0 || compare(sorted[index - 1] ?? '', line) !== 0) : sorted
  const text = kept.map((line) => `${line}${end}`).join('')
  const target = options.value('o')
  if (target === undefined) process.out(text)
  else process.files.write(resolve(process.cwd, target), text)
  return code === 0 ? 0 : 2
}

/** `uniq`: neighbours that are alike, `-f` fields and `-s` characters left out, `-w` characters heeded. */
export const uniq: Program = async (words, process) => {
  const options = readOptions(words, ['f', 's', 'w'])
  const [from, to] = options.rest
  const { parts, code } = await inputs('uniq', from === undefined ? [] : [from], process)
  const key = (line: string): string => {
    const fields = line.replace(new RegExp(`^(?:\\s*\\S+){0,${Number(options.value('f') ?? 0)}}`), '')
    const start = Number(options.value('s') ?? 0)
    const width = options.value('w')
    const part = fields.slice(start, width === undefined ? undefined : start + Number(width))
    return options.has('i') ? part.toLowerCase() : part
  }
  const groups: { line: string; count: number }[] = []
  for (const line of parts.flatMap(({ content }) => linesOf(content))) {
    const last = groups.at(-1)
    if (last !== undefined && key(last.line) === key(line)) last.count += 1
    else groups.push({ line, count: 1 })
  }
  const kept = groups.filter(({ count }) => (!options.has('d') || count > 1) && (!options.has('u') || count === 1))
  const text = kept.map(({ line, count }) => (options.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`)).join('')
  if (to === undefined) process.out(text)
  else process.files.write(resolve(process.cwd, to), text)
  return code
}
