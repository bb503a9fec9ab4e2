// Programs over text: what comes in by lines goes out by lines.

import { readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** Whole contents of files, or of the input when none is named or `-` is; of a device without an end so many bytes. */
export async function inputs(
  name: string,
  paths: readonly string[],
  process: Process,
  bytes?: number,
): Promise<{ readonly parts: { readonly path: string; readonly content: string }[]; readonly code: number }> {
  const parts: { path: string; content: string }[] = []
  let code = 0
  for (const path of paths.length === 0 ? ['-'] : paths) {
    if (path === '-' || path === '/dev/stdin') parts.push({ path: '-', content: await process.halt.unless(process.stdin.readAll()) })
    else {
      try {
        const real = resolve(process.cwd, path)
        parts.push({ path, content: readDevice(real, process, bytes) ?? process.files.read(real) })
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        code = fail(process, complaint(process, name, path, error))
      }
    }
  }
  return { parts, code }
}

/** A failed file operation in the words of this container's programs. */
export function complaint({ machine }: Process, name: string, path: string, error: FileError, doing = 'open'): string {
  if (machine.flavor === 'debian') return `${name}: ${doing === 'open' ? path : `cannot ${doing} '${path}'`}: ${error.message}`
  if (error.code === 'folder') return `${name}: read error: ${error.message}`
  return `${name}: can't ${doing} '${path}': ${error.message}`
}

/** The lines of a content, without the empty one behind its last line end. */
export function linesOf(content: string): readonly string[] {
  const lines = content.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

const whole =
  (change: (lines: readonly string[], options: ReturnType<typeof readOptions>) => readonly string[], name: string, valued: readonly string[] = []): Program =>
  async (words, process) => {
    const options = readOptions(words, valued)
    const { parts, code } = await inputs(name, options.rest, process)
    for (const line of change(linesOf(parts.map(({ content }) => content).join('')), options)) process.out(`${line}\n`)
    return code
  }

const cat: Program = async (words, process) => {
  const options = readOptions(words, [])
  if (options.rest.length === 0) {
    for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read()))
      process.out(piece)
    return 0
  }
  const { parts, code } = await inputs('cat', options.rest, process)
  const content = parts.map((part) => part.content).join('')
  if (!options.has('n')) process.out(content)
  else for (const [index, line] of linesOf(content).entries()) process.out(`${String(index + 1).padStart(6)}\t${line}\n`)
  return code
}

const tac = whole((lines) => [...lines].reverse(), 'tac')

/** Waits for what is added to a file, as it is written. */
async function follow(path: string, process: Process, seen: number): Promise<number> {
  let shown = seen
  for (;;) {
    await process.sleep(1000)
    const entry = process.files.stat(path)
    if (entry?.kind !== 'file') continue
    if (entry.content.length < shown) shown = 0
    if (entry.content.length > shown) process.out(entry.content.slice(shown))
    shown = entry.content.length
  }
}

const headOrTail =
  (name: 'head' | 'tail'): Program =>
  async (words, process) => {
    const old = words.map((word) => word.replace(/^-(\d+)$/, '-n$1'))
    const options = readOptions(old, ['n', 'c', 'lines', 'bytes'])
    const count = options.value('n', 'lines') ?? '10'
    const bytes = options.value('c', 'bytes')
    if (name === 'head' && options.rest.length === 0) return headOfInput(process, { count, bytes })
    const { parts, code } = await inputs(name, options.rest, process, name === 'head' && bytes !== undefined ? Number(bytes) : undefined)
    const follows = name === 'tail' && options.has('f', 'F', 'follow')
    for (const { path, content } of parts) {
      if (parts.length > 1) process.out(`${path === parts[0]?.path ? '' : '\n'}==> ${path} <==\n`)
      if (bytes !== undefined) process.out(name === 'head' ? content.slice(0, Number(bytes)) : content.slice(-Number(bytes)))
      else process.out(selected(name, content, count))
    }
    const [first] = parts
    if (follows && parts.length === 0 && options.has('F')) return follow(resolve(process.cwd, options.rest[0] ?? ''), process, 0)
    if (follows && first?.path === '/dev/null') await process.sleep(Number.POSITIVE_INFINITY)
    return follows && first ? follow(resolve(process.cwd, first.path), process, first.content.length) : code
  }

/** Reads no more of the input than is shown: whoever writes without an end hears that nobody reads on. */
async function headOfInput(process: Process, { count, bytes }: { readonly count: string; readonly bytes: string | undefined }): Promise<number> {
  const shown = (text: string): string => (bytes === undefined ? selected('head', text, count) : text.slice(0, Number(bytes)))
  let text = ''
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
    text += piece
    if (bytes === undefined ? !count.startsWith('-') && text.split('\n').length > Number(count) : text.length >= Number(bytes)) break
  }
  process.stdin.close()
  process.out(shown(text))
  return 0
}

function selected(name: 'head' | 'tail', content: string, count: string): string {
  const lines = content.split(/(?<=\n)/)
  const number = Number(count.replace(/^[-+]/, ''))
  if (name === 'head') return lines.slice(0, count.startsWith('-') ? -number : number).join('')
  if (count.startsWith('+')) return lines.slice(number - 1).join('')
  return number === 0 ? '' : lines.slice(-number).join('')
}

const grep: Program = async (words, process) => {
  const options = readOptions(words, ['e', 'A', 'B', 'C', 'm', 'f'])
  const [first, ...rest] = options.all('e').length > 0 ? [options.all('e').join('|'), ...options.rest] : options.rest
  if (first === undefined) return fail(process, 'Usage: grep [-HhnlLoqvsrRiwFExmABC] PATTERN [FILE]...', 2)
  const source = options.has('F') ? first.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : options.has('E', 'P') ? first : first.replace(/\\([|+?(){}])/g, '$1')
  const bounded = options.has('w') ? `\\b(?:${source})\\b` : options.has('x') ? `^(?:${source})$` : source
  const expression = new RegExp(bounded.replaceAll('[[:space:]]', '\\s').replaceAll('[[:digit:]]', '\\d'), options.has('i') ? 'i' : '')
  const paths = options.has('r', 'R') ? expandFolders(rest.length === 0 ? ['.'] : rest, process) : rest
  const { parts, code } = await inputs('grep', paths, process)
  const named = (paths.length > 1 || options.has('H')) && !options.has('h')
  let found = 0
  for (const { path, content } of parts) {
    const hits = linesOf(content).flatMap((line, index) => (expression.test(line) !== options.has('v') ? [{ line, index }] : []))
    found += hits.length
    if (options.has('q')) continue
    if (options.has('c')) process.out(`${named ? `${path}:` : ''}${hits.length}\n`)
    else if (options.has('l')) process.out(hits.length > 0 ? `${path}\n` : '')
    else
      for (const { line, index } of withContext(hits, linesOf(content), options))
        process.out(`${named ? `${path}:` : ''}${options.has('n') ? `${index + 1}:` : ''}${options.has('o') ? (line.match(expression)?.[0] ?? '') : line}\n`)
  }
  return found > 0 ? 0 : code > 0 ? 2 : 1
}

interface Hit {
  readonly line: string
  readonly index: number
}

function withContext(hits: readonly Hit[], lines: readonly string[], options: ReturnType<typeof readOptions>): readonly Hit[] {
  const limited = hits.slice(0, Number(options.value('m') ?? hits.length))
  const before = Number(options.value('B', 'C') ?? 0)
  const after = Number(options.value('A', 'C') ?? 0)
  if (before + after === 0) return limited
  const wanted = new Set(limited.flatMap(({ index }) => Array.from({ length: before + after + 1 }, (_, offset) => index - before + offset)))
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

const wc: Program = async (words, process) => {
  const options = readOptions(words, [])
  const { parts, code } = await inputs('wc', options.rest, process)
  for (const { path, content } of parts) {
    const numbers = { l: content.split('\n').length - 1, w: content.split(/\s+/).filter((word) => word !== '').length, c: content.length }
    const chosen = (['l', 'w', 'c'] as const).filter((name) => options.has(name) || !options.has('l', 'w', 'c'))
    const shown = chosen.map((name) => String(numbers[name]))
    process.out(`${chosen.length === 1 ? shown[0] : shown.map((text) => text.padStart(9)).join(' ')}${path === '-' ? '' : ` ${path}`}\n`)
  }
  return code
}

const tee: Program = async (words, process) => {
  const options = readOptions(words, [])
  const paths = options.rest.map((path) => resolve(process.cwd, path))
  for (const path of paths) if (!options.has('a')) process.files.write(path, '')
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
    process.out(piece)
    for (const path of paths) process.files.write(path, piece, { append: true })
  }
  return 0
}

const sort = whole(
  (lines, options) => {
    const column = Number(options.value('k')?.split(/[,.nr]/)[0] ?? 0)
    const key = (line: string): string => (column === 0 ? line : (line.trim().split(options.value('t') ?? /\s+/)[column - 1] ?? ''))
    const numeric = options.has('n') || /n/.test(options.value('k') ?? '')
    const sorted = [...lines].sort((a, b) => (numeric ? Number.parseFloat(key(a)) - Number.parseFloat(key(b)) : key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
    const unique = options.has('u') ? sorted.filter((line, index) => index === 0 || key(line) !== key(sorted[index - 1] ?? '')) : sorted
    return options.has('r') || /r/.test(options.value('k') ?? '') ? unique.reverse() : unique
  },
  'sort',
  ['k', 't'],
)

const uniq = whole((lines, options) => {
  const groups: { line: string; count: number }[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last?.line === line) last.count += 1
    else groups.push({ line, count: 1 })
  }
  const kept = groups.filter(({ count }) => (options.has('d') ? count > 1 : options.has('u') ? count === 1 : true))
  return kept.map(({ line, count }) => (options.has('c') ? `${String(count).padStart(7)} ${line}` : line))
}, 'uniq')

const cut = whole(
  (lines, options) => {
    const ranges = (options.value('f', 'c', 'b') ?? '1').split(',').map((range) => {
      const [from = '', to] = range.split('-')
      return [Number(from || 1), to === undefined ? Number(from) : Number(to || Number.POSITIVE_INFINITY)] as const
    })
    const wanted = (_: string, index: number): boolean => ranges.some(([from, to]) => index + 1 >= from && index + 1 <= to)
    const separator = options.value('d') ?? '\t'
    return lines.map((line) => {
      if (options.has('c', 'b')) return [...line].filter(wanted).join('')
      return line.includes(separator) ? line.split(separator).filter(wanted).join(separator) : line
    })
  },
  'cut',
  ['f', 'c', 'b', 'd'],
)

const rev = whole((lines) => lines.map((line) => [...line].reverse().join('')), 'rev')

/** Piece by piece, so that what has no end can be cut off behind it. */
const tr: Program = async (words, process) => {
  const options = readOptions(words, [])
  const [from = '', to = ''] = options.rest.map(characters)
  const others = options.has('c', 'C', 'complement')
  const place = (char: string): number => (others ? (from.includes(char) ? -1 : to.length) : from.indexOf(char))
  const changed = (char: string): string => {
    const at = place(char)
    if (options.has('d')) return at < 0 ? char : ''
    return at < 0 || to === '' ? char : (to[at] ?? to.at(-1) ?? '')
  }
  const squeezes = (char: string): boolean => (to === '' || options.has('d') ? place(char) >= 0 : to.includes(char))
  let last = ''
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
    let out = ''
    for (const char of piece) {
      const next = changed(char)
      if (options.has('s') && next !== '' && next === last && squeezes(next)) continue
      out += next
      if (next !== '') last = next
    }
    process.out(out)
    await process.step()
  }
  return 0
}

function characters(set: string): string {
  return set
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:space:]', ' \t\n')
    .replace(/\\([ntr\\])/g, (_, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char)
    .replace(/(.)-(.)/gs, (_, from: string, to: string) =>
      Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (__, index) => String.fromCharCode(from.charCodeAt(0) + index)).join(''),
    )
}

/** Programs over text by name. */
export const textPrograms: Readonly<Record<string, Program>> = {
  cat,
  tac,
  head: headOrTail('head'),
  tail: headOrTail('tail'),
  grep,
  egrep: (words, process) => grep(['-E', ...words], process),
  fgrep: (words, process) => grep(['-F', ...words], process),
  wc,
  tee,
  sort,
  uniq,
  cut,
  rev,
  tr,
}
