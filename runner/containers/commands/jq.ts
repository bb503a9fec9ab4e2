// `jq`: values of JSON, and what an expression makes of them. Not jq-wasm, which sandboxes have: it holds its process until it is done,
// and here that process is the runner's; this one counts its steps and gives up.
import { decodeText, encodeText } from '../bytes.ts'
import { parseFilter } from '../jq/parse.ts'
import { run } from '../jq/run.ts'
import { CompileFault, type Filter } from '../jq/syntax.ts'
import { ValueFault } from '../jq/values.ts'
import { fail, isTerminal, type Process, type Program } from '../process.ts'
import { inputs } from './text.ts'

/** The words of a call. */
interface Asked {
  readonly flags: ReadonlySet<string>
  readonly indent: number | string
  readonly variables: ReadonlyMap<string, unknown>
  readonly filter: string | undefined
  readonly paths: readonly string[]
}

const long: Readonly<Record<string, string>> = {
  '--raw-output': 'r',
  '--compact-output': 'c',
  '--null-input': 'n',
  '--slurp': 's',
  '--exit-status': 'e',
  '--sort-keys': 'S',
  '--join-output': 'j',
  '--raw-input': 'R',
  '--monochrome-output': 'M',
  '--color-output': 'C',
}

function askedBy(words: readonly string[]): Asked {
  const flags = new Set<string>()
  const variables = new Map<string, unknown>()
  const plain: string[] = []
  let indent: number | string = 2
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const [name = '', value = ''] = [words[index + 1], words[index + 2]]
    if (word === '--arg' || word === '--argjson') {
      variables.set(`$${name}`, word === '--arg' ? value : JSON.parse(value))
      index += 2
    } else if (word === '--indent') {
      indent = Number(name)
      index += 1
    } else if (word === '--tab') indent = '\t'
    else if (long[word] !== undefined) flags.add(long[word] ?? '')
    else if (/^-[a-zA-Z]+$/.test(word)) for (const letter of word.slice(1)) flags.add(letter)
    else plain.push(word)
  }
  const [filter, ...paths] = plain
  return { flags, indent, variables, filter, paths }
}

/** One value after the other, as they stand in a text. */
function valuesOf(text: string): readonly unknown[] {
  const values: unknown[] = []
  let at = 0
  while (/\S/.test(text.slice(at))) {
    const end = endOfValue(text, at)
    values.push(JSON.parse(text.slice(at, end)))
    at = end
  }
  return values
}

function endOfValue(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at += 1
  if (!'[{"'.includes(text[at] ?? ' ')) {
    while (at < text.length && !/[\s,[\]{}"]/.test(text[at] ?? '')) at += 1
    return Math.max(at, from + 1)
  }
  let depth = 0
  for (; at < text.length; at += 1) {
    if (text[at] === '"') for (at += 1; at < text.length && text[at] !== '"'; at += 1) at += text[at] === '\\' ? 1 : 0
    else if ('[{'.includes(text[at] ?? ' ')) depth += 1
    else if (']}'.includes(text[at] ?? ' ')) depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Steps of one call: more would hold up everybody else. */
const most = 3_000_000

/** `jq`. */
export const jq: Program = async (words, process) => {
  const asked = askedBy(words)
  if (asked.filter === undefined)
    return fail(
      process,
      'jq - commandline JSON processor [version 1.8.1]\n\nUsage:\tjq [OPTIONS] FILTER [FILES...]\n\tjq [OPTIONS] --args FILTER [ARGUMENTS...]\n\tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]',
      2,
    )
  let filter: Filter
  try {
    filter = parseFilter(decodeText(asked.filter))
  } catch (error) {
    if (!(error instanceof CompileFault)) throw error
    return fail(process, `jq: error: ${error.message}\njq: 1 compile error`, 3)
  }
  const read = await inputsOf(asked, process)
  return typeof read === 'number' ? read : answer(filter, read, asked, process)
}

async function inputsOf({ flags, paths }: Asked, process: Process): Promise<readonly unknown[] | number> {
  if (flags.has('n') && paths.length === 0 && isTerminal(process, process.stdin)) return []
  const quiet = { ...process, err: () => undefined }
  const { parts, code } = await inputs('jq', paths, quiet)
  const missing = paths.find((path) => !parts.some((part) => part.path === path))
  if (code !== 0) return fail(process, `jq: error: Could not open ${missing ?? ''}: No such file or directory`, 2)
  const text = decodeText(parts.map(({ content }) => content).join(''))
  if (flags.has('R')) return flags.has('s') ? [text] : text.replace(/\n$/, '').split('\n')
  try {
    const values = valuesOf(text)
    return flags.has('s') ? [values] : values
  } catch {
    return fail(process, `jq: parse error: Invalid numeric literal at line ${text.split('\n').length}, column ${(text.split('\n').at(-1) ?? '').length}`, 5)
  }
}

function answer(filter: Filter, read: readonly unknown[], { flags, indent, variables }: Asked, process: Process): number {
  const left = [...read]
  let last: unknown
  let code = 0
  let steps = 0
  const around = {
    variables,
    tick(): void {
      steps += 1
      if (steps > most) throw new ValueFault(`drydock: more than ${most} steps are not simulated`)
    },
    environment: Object.fromEntries([...process.env].map(([name, value]) => [name, decodeText(value)])),
    *inputs() {
      while (left.length > 0) yield left.shift()
    },
  }
  const print = (value: unknown): void => {
    const text =
      typeof value === 'string' && (flags.has('r') || flags.has('j'))
        ? value
        : JSON.stringify(flags.has('S') ? sorted(value) : value, undefined, flags.has('c') ? undefined : indent)
    process.out(`${encodeText(text)}${flags.has('j') ? '' : '\n'}`)
  }
  for (let first = true; flags.has('n') ? first : left.length > 0; first = false) {
    const input = flags.has('n') ? null : left.shift()
    try {
      for (const value of run(filter, input, around)) {
        last = value
        print(value)
      }
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error
      code = fail(
        process,
        /is not defined$/.test(error.message)
          ? `jq: error: ${error.message} at <top-level>, line 1:\njq: 1 compile error`
          : `jq: error (at <stdin>:${read.length}): ${encodeText(error.message)}`,
        /is not defined$/.test(error.message) ? 3 : 5,
      )
      if (code === 3) return code
    }
  }
  if (code !== 0 || !flags.has('e')) return code
  return last === undefined ? 4 : last === null || last === false ? 1 : 0
}
