// Programs that take files apart and put lines together: `split`, `join`, `strings`.
import { resolve } from '../files.ts'
import type { Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'

const units: Readonly<Record<string, number>> = { '': 1, b: 512, k: 1024, K: 1024, m: 1024 ** 2, M: 1024 ** 2 }

function suffixOf(number: number, length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(97 + (Math.floor(number / 26 ** (length - 1 - index)) % 26))).join('')
}

const split: Program = async (words, process) => {
  const options = readOptions(words, ['l', 'b', 'a', 'n', 'lines', 'bytes'])
  const [path = '-', prefix = 'x'] = options.rest
  const { parts, code } = await inputs('split', [path], process)
  const content = parts[0]?.content ?? ''
  const [, count, unit = ''] = /^(\d+)([bkKmM]?)/.exec(options.value('b', 'bytes') ?? '') ?? []
  const size = count === undefined ? undefined : Number(count) * (units[unit] ?? 1)
  const lines = content.split(/(?<=\n)/)
  const step = Number(options.value('l', 'lines') ?? 1000)
  const pieces =
    size === undefined
      ? Array.from({ length: Math.ceil(lines.length / step) }, (_, index) => lines.slice(index * step, (index + 1) * step).join(''))
      : Array.from({ length: Math.ceil(content.length / size) }, (_, index) => content.slice(index * size, (index + 1) * size))
  const length = Number(options.value('a') ?? 2)
  const filled = pieces.filter((piece) => piece !== '')
  for (const [index, piece] of filled.entries())
    process.files.write(resolve(process.cwd, prefix + (options.has('d') ? String(index).padStart(length, '0') : suffixOf(index, length))), piece)
  return code
}

const join: Program = async (words, process) => {
  const options = readOptions(words, ['1', '2', 't', 'j', 'a', 'o', 'e'])
  const { parts, code } = await inputs('join', options.rest, process)
  const mark = options.value('t')
  const cut = (line: string): string[] => (mark === undefined ? line.trim().split(/\s+/) : line.split(mark))
  const keys = [options.value('1') ?? options.value('j') ?? '1', options.value('2') ?? options.value('j') ?? '1'].map((key) => Number(key) - 1)
  const [left = [], right = []] = parts.map(({ content }) => linesOf(content).map(cut))
  const others = (row: readonly string[], key: number): readonly string[] => row.filter((_, index) => index !== key)
  const [one = 0, other = 0] = keys
  for (const row of left) {
    const found = right.filter((each) => each[other] === row[one])
    for (const each of found) process.out(`${[row[one] ?? '', ...others(row, one), ...others(each, other)].join(mark ?? ' ')}\n`)
    if (found.length === 0 && options.all('a').includes('1')) process.out(`${[row[one] ?? '', ...others(row, one)].join(mark ?? ' ')}\n`)
  }
  return code
}

const strings: Program = async (words, process) => {
  const options = readOptions(words, ['n', 't'])
  const least = Number(options.value('n') ?? 4)
  const { parts, code } = await inputs('strings', options.rest, process)
  for (const { content } of parts) for (const [text] of content.matchAll(/[\t\x20-\x7e]+/g)) if (text.length >= least) process.out(`${text}\n`)
  return code
}

/** Programs over pieces by name. */
export const piecePrograms: Readonly<Record<string, Program>> = { split, join, strings }
