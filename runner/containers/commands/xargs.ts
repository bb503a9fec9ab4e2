// `xargs`: runs a program on what it reads.
import { child, fail, type Process, type Program, runProgram } from '../process.ts'
import { inputOf } from '../streams.ts'
import { type Options, readOptions } from './options.ts'
import { noOption } from './usage.ts'

class UnmatchedQuote extends Error {}

/** Words as xargs cuts them: blanks part them, quotes and backslashes hold them together. */
function quotedWords(text: string): readonly string[] {
  const words: string[] = []
  let open: string | undefined
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1)
      const line = text.indexOf('\n', at + 1)
      if (end < 0 || (line >= 0 && line < end)) throw new UnmatchedQuote(char === "'" ? 'single' : 'double')
      open = (open ?? '') + text.slice(at + 1, end)
      at = end
    } else if (char === '\\' && at + 1 < text.length) {
      at += 1
      open = (open ?? '') + (text[at] ?? '')
    } else if (/\s/.test(char)) {
      if (open !== undefined) words.push(open)
      open = undefined
    } else open = (open ?? '') + char
  }
  return open === undefined ? words : [...words, open]
}

function itemsOf(text: string, options: Options): readonly string[] {
  const mark = options.has('0', 'null') ? '\0' : options.value('d', 'delimiter')?.replace('\\n', '\n').replace('\\0', '\0').replace('\\t', '\t')
  if (mark !== undefined) return text.split(mark).filter((item, index, all) => index < all.length - 1 || item !== '')
  if (!options.has('I', 'i', 'replace')) return quotedWords(text)
  return text
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '')
    .map((line) => quotedWords(line.replaceAll(' ', '\\ ')).join(' '))
}

/** The items that each run is given. */
function groupsOf(items: readonly string[], text: string, options: Options): readonly (readonly string[])[] {
  const lines = options.value('L')
  if (lines !== undefined) {
    const rows = text.split('\n').filter((line) => line.trim() !== '')
    return chunks(rows, Number(lines) || 1).map((group) => group.flatMap((line) => quotedWords(line)))
  }
  return chunks(items, options.has('I', 'i', 'replace') ? 1 : Number(options.value('n', 'max-args') ?? (items.length || 1)) || 1)
}

function chunks(items: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}

/** `xargs`. */
export const xargs: Program = async (words, process) => {
  const { flavor } = process.machine
  const options = readOptions(words, ['n', 'I', 'd', 'P', 'L', 's', 'E', 'a', 'max-args', 'max-procs', 'delimiter'], true)
  if (flavor === 'busybox') for (const letter of ['L', 'd']) if (options.has(letter)) return noOption(process, 'xargs', letter)
  const text = await process.halt.unless(process.stdin.readAll())
  try {
    const items = itemsOf(text, options)
    const groups = groupsOf(items, text, options)
    const empty = groups.length === 0 && !options.has('r', 'no-run-if-empty', 'I')
    return await runAll(empty ? [[]] : groups, options, process)
  } catch (error) {
    if (!(error instanceof UnmatchedQuote)) throw error
    const more = flavor === 'debian' ? '; by default quotes are special to xargs unless you use the -0 option' : ''
    return fail(process, `xargs: unmatched ${error.message} quote${more}`)
  }
}

async function runAll(groups: readonly (readonly string[])[], options: Options, process: Process): Promise<number> {
  const command = options.rest.length === 0 ? ['echo'] : options.rest
  const place = options.value('I') ?? (options.has('i', 'replace') ? '{}' : undefined)
  const several = Math.max(Number(options.value('P', 'max-procs') ?? 1) || groups.length, 1)
  let code = 0
  for (const round of chunks(groups.map(String), several).keys()) {
    const codes = await Promise.all(
      groups.slice(round * several, (round + 1) * several).map((group) => {
        const line = place === undefined ? [...command, ...group] : command.map((word) => word.replaceAll(place, group[0] ?? ''))
        if (options.has('t', 'verbose')) process.err(`${line.join(' ')}\n`)
        return runOne(line, process)
      }),
    )
    const worst = Math.max(...codes)
    if (worst >= 126) return worst
    if (worst !== 0) code = 123
    if (codes.includes(255)) return 124
  }
  return code
}

function runOne(line: readonly string[], process: Process): Promise<number> {
  const [name = ''] = line
  if (process.find(name, process.cwd)) return runProgram(line, child(process, { stdin: inputOf('') })).then((code) => (code > 0 && code < 255 ? 1 : code))
  return Promise.resolve(fail(process, `xargs: ${name}: No such file or directory`, 127))
}
