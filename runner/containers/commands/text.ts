// Programs over text: what comes in by lines goes out by lines.

import { decodeText, fromBytes } from '../bytes.ts'
import { deviceSink, isInput, readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import type { Write } from '../streams.ts'
import { readOptions } from './options.ts'
import { tooFew } from './usage.ts'

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
    if (path === '-' || isInput(path)) parts.push({ path: '-', content: await process.halt.unless(process.stdin.readAll()) })
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

/** Programs of busybox that name what they could not open without more words. */
const bare: ReadonlySet<string> = new Set('head wc grep cut nl paste fold sort sed rev tac xxd od hexdump cmp base64'.split(' '))

/** A failed file operation in the words of this container's programs. */
export function complaint({ machine }: Process, name: string, path: string, error: FileError, doing = 'open'): string {
  if (machine.flavor === 'debian') return `${name}: ${doing === 'open' ? path : `cannot ${doing} '${path}'`}: ${error.message}`
  if (doing === 'open' && bare.has(name)) return `${name}: ${path}: ${error.message}`
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

const tac = whole((lines) => [...lines].reverse(), 'tac')

/** True where characters are more than bytes: an environment asks for it. */
function isWide(env: ReadonlyMap<string, string>): boolean {
  return /utf-?8/i.test(env.get('LC_ALL') || env.get('LC_CTYPE') || env.get('LANG') || '')
}

const counts: Readonly<Record<string, (content: string, wide: boolean) => number>> = {
  l: (content) => content.split('\n').length - 1,
  w: (content) => content.split(/\s+/).filter((word) => word !== '').length,
  m: (content, wide) => (wide ? [...decodeText(content)].length : content.length),
  c: (content) => content.length,
  L: (content) => Math.max(...content.split('\n').map((line) => line.replace(/\t/g, ' '.repeat(8)).length)),
}

/** `wc`: the lines, words and bytes of each file, and of all. */
const wc: Program = async (words, process) => {
  const options = readOptions(words, [])
  const { parts, code } = await inputs('wc', options.rest, process)
  const chosen = Object.keys(counts).filter((name) => (options.has(...Object.keys(counts)) ? options.has(name) : 'lwc'.includes(name)))
  const show = (numbers: readonly number[], path: string): void => {
    const texts = numbers.map(String)
    process.out(
      `${texts.length === 1 && (process.machine.flavor === 'debian' || rows.length >= options.rest.length) ? texts[0] : texts.map((text) => text.padStart(9)).join(' ')}${path === '-' ? '' : ` ${path}`}\n`,
    )
  }
  const rows = parts.map(({ path, content }) => ({ path, numbers: chosen.map((name) => counts[name]?.(content, isWide(process.env)) ?? 0) }))
  for (const { path, numbers } of rows) show(numbers, path)
  const total = (index: number): number => {
    const column = rows.map(({ numbers }) => numbers[index] ?? 0)
    return chosen[index] === 'L' ? Math.max(...column) : column.reduce((sum, each) => sum + each, 0)
  }
  if (options.rest.length > 1)
    show(
      chosen.map((_, index) => total(index)),
      'total',
    )
  return code
}

const tee: Program = async (words, process) => {
  const options = readOptions(words, [])
  let code = 0
  const sinks = options.rest.flatMap((path): Write[] => {
    const real = resolve(process.cwd, path)
    const device = deviceSink(real, process)
    if (device) return [device]
    try {
      process.files.write(real, '', { append: options.has('a', 'append') })
      return [(bytes) => process.files.write(real, bytes, { append: true })]
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      code = fail(process, `tee: ${path}: ${error.message}`)
      return []
    }
  })
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
    process.out(piece)
    for (const write of sinks) write(piece)
    await process.step()
  }
  return code
}

const cutLines = whole(
  (lines, options) => {
    const ranges = (options.value('f', 'c', 'b') ?? '1').split(',').map((range) => {
      const [from = '', to] = range.split('-')
      return [Number(from || 1), to === undefined ? Number(from) : Number(to || Number.POSITIVE_INFINITY)] as const
    })
    const wanted = (_: string, index: number): boolean => ranges.some(([from, to]) => index + 1 >= from && index + 1 <= to)
    const separator = options.value('d') ?? '\t'
    const heeded = options.has('s') ? lines.filter((line) => line.includes(separator)) : lines
    return heeded.map((line) => {
      if (options.has('c', 'b')) return [...line].filter(wanted).join('')
      return line.includes(separator) ? line.split(separator).filter(wanted).join(separator) : line
    })
  },
  'cut',
  ['f', 'c', 'b', 'd'],
)

const cut: Program = (words, process) => {
  if (words.some((word) => /^-[fcb]|^--(fields|characters|bytes)/.test(word))) return cutLines(words, process)
  const line =
    process.machine.flavor === 'busybox'
      ? 'cut: expected a list of bytes, characters, or fields'
      : "cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information."
  return fail(process, line)
}

const rev = whole((lines) => lines.map((line) => [...line].reverse().join('')), 'rev')

/** Piece by piece, so that what has no end can be cut off behind it. */
const tr: Program = async (words, process) => {
  const options = readOptions(words, [])
  if (options.rest.length === 0) return tooFew(process, 'tr')
  const [from = '', to = ''] = options.rest.map(characters)
  const others = options.has('c', 'C', 'complement')
  const place = (char: string): number => (others ? (from.includes(char) ? -1 : to.length) : from.indexOf(char))
  const changed = (char: string): string => {
    const at = place(char)
    if (options.has('d')) return at < 0 ? char : ''
    return at < 0 || to === '' ? char : (to[at] ?? to.at(-1) ?? '')
  }
  const squeezes = (char: string): boolean => (to === '' || options.has('d') ? place(char) >= 0 : to.includes(char))
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  const table: ByteTable = { codes: all.map((char) => changed(char).charCodeAt(0)), squeezed: all.map((char) => options.has('s') && squeezes(char)) }
  let last = Number.NaN
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read()))
    for (let at = 0; at < piece.length; at += block) {
      const next = translated(piece.slice(at, at + block), table, last)
      last = next.last
      process.out(next.text)
      await process.step()
    }
  return 0
}

/** What becomes of each byte (NaN: it is left out), and which are not repeated. */
interface ByteTable {
  readonly codes: readonly number[]
  readonly squeezed: readonly boolean[]
}

/** Bytes that are translated at a time. */
const block = 32_768

function translated(text: string, { codes, squeezed }: ByteTable, before: number): { readonly text: string; readonly last: number } {
  const bytes = new Uint8Array(text.length)
  let [length, last] = [0, before]
  for (let at = 0; at < text.length; at += 1) {
    const code = codes[text.charCodeAt(at)] ?? Number.NaN
    if (Number.isNaN(code) || (code === last && squeezed[code])) continue
    bytes[length] = code
    length += 1
    last = code
  }
  return { text: fromBytes(bytes.subarray(0, length)), last }
}

const classes: Readonly<Record<string, string>> = {
  lower: 'a-z',
  upper: 'A-Z',
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: '0-9A-Za-z',
  xdigit: '0-9A-Fa-f',
  blank: ' \t',
  space: '\t-\r ',
  punct: '!-/:-@[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\x00-\x1f\x7f',
}

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** The characters of a set: classes, ranges, escapes. */
function characters(set: string): string {
  const whole = set.replace(/\[:(\w+):\]/g, (text, name: string) => classes[name] ?? text)
  const found = [...whole.matchAll(/\\([0-7]{1,3})|\\([\s\S])|([\s\S])/g)].map(([, octal, escaped, plain]) => ({
    char: octal !== undefined ? String.fromCharCode(Number.parseInt(octal, 8) & 255) : (plain ?? letters[escaped ?? ''] ?? escaped ?? ''),
    plain: plain !== undefined,
  }))
  let text = ''
  for (let at = 0; at < found.length; at += 1) {
    const [one, dash, other] = found.slice(at, at + 3)
    text += one?.char ?? ''
    if (!one || !other || dash?.char !== '-' || !dash.plain) continue
    for (let code = one.char.charCodeAt(0) + 1; code <= other.char.charCodeAt(0); code += 1) text += String.fromCharCode(code)
    at += 2
  }
  return text
}

/** Programs over text by name. */
export const textPrograms: Readonly<Record<string, Program>> = {
  tac,
  wc,
  tee,
  cut,
  rev,
  tr,
}
