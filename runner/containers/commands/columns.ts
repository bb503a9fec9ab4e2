// Programs that set lines beside each other, number them or break them: `paste`, `nl`, `fold`, `expand`, `comm`, `shuf`.
import type { Process, Program } from '../process.ts'
import { type Options, readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'

/** A program over the lines of each of its files. */
const overFiles =
  (
    name: string,
    valued: readonly string[],
    change: (files: readonly (readonly string[])[], options: Options, process: Process) => readonly string[],
  ): Program =>
  async (words, process) => {
    const options = readOptions(words, valued)
    const { parts, code } = await inputs(name, options.rest, process)
    const lines = change(
      parts.map(({ content }) => linesOf(content)),
      options,
      process,
    )
    process.out(lines.map((line) => `${line}\n`).join(''))
    return code
  }

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '', '\\': '\\' }

function joined(cells: readonly string[], separators: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell : `${separators[(index - 1) % separators.length] ?? ''}${cell}`)).join('')
}

/** `paste`: `-` named several times takes the lines of the input in turn. */
const paste = overFiles('paste', ['d'], (files, options) => {
  const separators = [...(options.value('d') ?? '\t').matchAll(/\\(.)|[\s\S]/g)].map(([whole, char]) => (char === undefined ? whole : (letters[char] ?? char)))
  if (options.has('s')) return files.map((lines) => joined(lines, separators))
  const inputNames = options.rest.flatMap((name, index) => (name === '-' ? [index] : []))
  const input = files[inputNames[0] ?? -1] ?? []
  const columns = files.map((lines, index) => {
    const turn = inputNames.indexOf(index)
    return turn < 0 ? lines : input.filter((_, at) => at % inputNames.length === turn)
  })
  const height = Math.max(0, ...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    joined(
      columns.map((lines) => lines[row] ?? ''),
      separators,
    ),
  )
})

/** `nl`: numbers before the lines that are not empty, or before all with `-ba`. */
const nl = overFiles('nl', ['b', 'i', 's', 'v', 'w'], (files, options) => {
  const [width, step, separator] = [Number(options.value('w') ?? 6), Number(options.value('i') ?? 1), options.value('s') ?? '\t']
  const style = options.value('b') ?? 't'
  let number = Number(options.value('v') ?? 1) - step
  return files.flat().map((line) => {
    if (style === 'n' || (style === 't' && line === '')) return `${' '.repeat(width + separator.length)}${line}`
    number += step
    return `${String(number).padStart(width)}${separator}${line}`
  })
})

function folded(line: string, width: number, atBlanks: boolean): readonly string[] {
  const pieces: string[] = []
  let rest = line
  while (rest.length > width) {
    const blank = atBlanks ? rest.slice(0, width).lastIndexOf(' ') : -1
    const cut = blank < 0 ? width : blank + 1
    pieces.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return [...pieces, rest]
}

const fold = overFiles('fold', ['w'], (files, options) => {
  const width = Math.max(Number(options.value('w') ?? 80), 1)
  return files.flat().flatMap((line) => folded(line, width, options.has('s')))
})

const expand = overFiles('expand', ['t', 'tabs'], (files, options) => {
  const stop = Math.max(Number(options.value('t', 'tabs') ?? 8), 1)
  return files.flat().map((line) => {
    let shown = ''
    for (const char of line) shown += char === '\t' ? ' '.repeat(stop - (shown.length % stop)) : char
    return shown
  })
})

/** `comm`: lines of the first sorted file only, of the second only, of both. */
const comm = overFiles('comm', [], ([left = [], right = []], options) => {
  const indent = (column: number): string => '\t'.repeat([1, 2, 3].slice(0, column - 1).filter((each) => !options.has(String(each))).length)
  const found: string[] = []
  const add = (column: number, line: string): void => {
    if (!options.has(String(column))) found.push(`${indent(column)}${line}`)
  }
  let [a, b] = [0, 0]
  while (a < left.length || b < right.length) {
    const [one, other] = [left[a], right[b]]
    if (one !== undefined && one === other) {
      add(3, one)
      a += 1
      b += 1
    } else if (one !== undefined && (other === undefined || one < other)) {
      add(1, one)
      a += 1
    } else {
      add(2, other ?? '')
      b += 1
    }
  }
  return found
})

function shuffled(lines: readonly string[], process: Process): readonly string[] {
  const rest = [...lines]
  return lines.map(() => rest.splice(process.seed.below(rest.length), 1)[0] ?? '')
}

/** `shuf`: lines, words with `-e` or numbers with `-i` in a chance order. */
const shuf: Program = async (words, process) => {
  const options = readOptions(words, ['i', 'n'])
  const [from = 0, to = 0] = (options.value('i') ?? '').split('-').map(Number)
  const { parts, code } = options.has('i', 'e') ? { parts: [], code: 0 } : await inputs('shuf', options.rest, process)
  const numbers = (): readonly string[] => Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => String(from + index))
  const lines = options.has('e') ? options.rest : options.has('i') ? numbers() : parts.flatMap(({ content }) => linesOf(content))
  for (const line of shuffled(lines, process).slice(0, Number(options.value('n') ?? lines.length))) process.out(`${line}\n`)
  return code
}

/** Programs over columns by name. */
export const columnPrograms: Readonly<Record<string, Program>> = { paste, nl, fold, expand, comm, shuf }
