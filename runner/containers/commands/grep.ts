// `grep`: lines that fit.
import { nameOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { matches } from '../shell/glob.ts'
import { basicExpression, extendedExpression } from './expressions.ts'
import { readOptions } from './options.ts'
import { inputs, linesOf } from './text.ts'
import { helpOf } from './usage.ts'

/** The expression of all patterns that were given; undefined if one of them is none. */
function expressionOf(patterns: readonly string[], options: ReturnType<typeof readOptions>): RegExp | undefined {
  const source = (pattern: string): string =>
    options.has('F')
      ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      : options.has('P')
        ? pattern
        : options.has('E')
          ? extendedExpression(pattern)
          : basicExpression(pattern)
  const any = patterns
    .flatMap((pattern) => pattern.split('\n'))
    .map(source)
    .join('|')
  const bounded = options.has('x') ? `^(?:${any})$` : options.has('w') ? `(?<!\\w)(?:${any})(?!\\w)` : any
  try {
    return new RegExp(bounded, options.has('i', 'y') ? 'gi' : 'g')
  } catch {
    return undefined
  }
}

const grep: Program = async (words, process) => {
  const options = readOptions(words, ['e', 'A', 'B', 'C', 'm', 'f', 'include', 'exclude', 'exclude-dir'])
  if (options.has('P') && process.machine.flavor === 'busybox') return fail(process, "grep: invalid option -- 'P'", 2)
  if (options.has('exclude', 'exclude-dir', 'z')) return fail(process, 'grep: --exclude and -z are not simulated', 2)
  const files = options.all('f')
  const listed = files.length === 0 ? { parts: [] } : await inputs('grep', files, process)
  const given = [...options.all('e'), ...(files.length > 0 ? listed.parts.flatMap(({ content }) => linesOf(content)) : [])]
  const [patterns, rest] = options.has('e', 'f') ? [given, options.rest] : [options.rest.slice(0, 1), options.rest.slice(1)]
  if (patterns.length === 0 && !options.has('f')) {
    process.err(process.machine.flavor === 'busybox' ? helpOf('grep') : "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")
    return 2
  }
  const expression = expressionOf(patterns.length === 0 ? ['(?!)'] : patterns, options)
  if (!expression) return fail(process, `grep: bad regex '${patterns.join('|')}'`, 2)
  const recursive = options.has('r', 'R')
  const include = options.value('include')
  const all = recursive ? expandFolders(rest.length === 0 ? ['.'] : rest, process) : rest
  const paths = include === undefined ? all : all.filter((path) => matches(nameOf(path), include))
  if (recursive && paths.length === 0) return 1
  const whole = options.has('c', 'l', 'L', 'A', 'B', 'C', 'Z')
  if (paths.length === 0 && !whole) return filtered(expression, options, process)
  const { parts, code } = await inputs('grep', paths, options.has('s') ? { ...process, err: () => undefined } : process)
  const named = (recursive || paths.length > 1 || options.has('H')) && !options.has('h')
  const fits = (line: string): boolean => line.search(expression) >= 0
  let found = 0
  let shown = false
  for (const { path, content } of parts) {
    const lines = linesOf(content)
    const every = lines.flatMap((line, index) => (fits(line) !== options.has('v') ? [{ line, index }] : []))
    const hits = every.slice(0, Number(options.value('m') ?? every.length))
    found += hits.length
    const head = named ? path : ''
    if (options.has('q')) continue
    if (options.has('L')) process.out(hits.length === 0 ? `${path}\n` : '')
    else if (options.has('l')) process.out(hits.length > 0 ? `${path}\n` : '')
    else if (options.has('c')) process.out(`${named ? `${path}:` : ''}${hits.length}\n`)
    else shown = showHits(process, { hits, lines, head, options, expression, before: shown }) || shown
  }
  if (code > 0 && !options.has('q')) return 2
  return found > 0 ? 0 : code > 0 ? 2 : 1
}

/** Lines of the input as they come: nobody waits for its end. */
async function filtered(expression: RegExp, options: ReturnType<typeof readOptions>, process: Process): Promise<number> {
  const most = Number(options.value('m') ?? Number.POSITIVE_INFINITY)
  const head = options.has('H') ? '(standard input)' : ''
  let found = 0
  for (let index = 0; found < most; index += 1) {
    const line = await process.halt.unless(process.stdin.readLine())
    if (line === undefined) return found > 0 ? 0 : 1
    if (index % 100 === 99) await process.step()
    if (line.search(expression) >= 0 === options.has('v')) continue
    found += 1
    if (options.has('q')) break
    showHits(process, { hits: [{ line, index }], lines: [line], head, options, expression, before: false })
  }
  return found > 0 ? 0 : 1
}

/** Prints what was found in one file; true if something was. Between groups that do not touch stands `--`. */
function showHits(
  process: Process,
  {
    hits,
    lines,
    head,
    options,
    expression,
    before,
  }: {
    readonly hits: readonly Hit[]
    readonly lines: readonly string[]
    readonly head: string
    readonly options: ReturnType<typeof readOptions>
    readonly expression: RegExp
    readonly before: boolean
  },
): boolean {
  const found = new Set(hits.map(({ index }) => index))
  const context = options.has('A', 'B', 'C')
  let last: number | undefined
  for (const { line, index } of withContext(hits, lines, options)) {
    if (context && (last === undefined ? before : index > last + 1)) process.out('--\n')
    last = index
    const sign = found.has(index) ? ':' : '-'
    const label = `${head === '' ? '' : head + sign}${options.has('n') ? `${index + 1}${sign}` : ''}`
    if (!options.has('o')) process.out(`${label}${line}\n`)
    else if (found.has(index)) for (const piece of line.match(expression) ?? []) if (piece !== '') process.out(`${label}${piece}\n`)
  }
  return last !== undefined
}

interface Hit {
  readonly line: string
  readonly index: number
}

function withContext(hits: readonly Hit[], lines: readonly string[], options: ReturnType<typeof readOptions>): readonly Hit[] {
  const before = Number(options.value('B', 'C') ?? 0)
  const after = Number(options.value('A', 'C') ?? 0)
  if (before + after === 0) return hits
  const wanted = new Set(hits.flatMap(({ index }) => Array.from({ length: before + after + 1 }, (_, offset) => index - before + offset)))
  return lines.flatMap((line, index) => (wanted.has(index) ? [{ line, index }] : []))
}

function expandFolders(paths: readonly string[], process: Process): readonly string[] {
  return paths.flatMap((path) => {
    const real = resolve(process.cwd, path)
    if (!process.files.isFolder(real)) return [path]
    return expandFolders(
      process.files.list(real).map((name) => `${path === '/' ? '' : path}/${name}`),
      process,
    )
  })
}

/** `grep` under its names. */
export const grepPrograms: Readonly<Record<string, Program>> = {
  grep,
  egrep: (words, process) => grep(['-E', ...words], process),
  fgrep: (words, process) => grep(['-F', ...words], process),
}
