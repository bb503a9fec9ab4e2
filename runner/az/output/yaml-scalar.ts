// How PyYAML writes one scalar: plain where it can, single quotes where it must, double quotes for what needs escapes.
import { put, type Writer } from './yaml-writer.ts'

const bestWidth = 80
const breakPattern = /[\n\u0085\u2028\u2029]/

/** Text that YAML 1.1 would read as something other than a string. */
const resolvers: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^(?:<<|=|~|null|Null|NULL|)$/,
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
]

/** The style that a scalar gets. */
export function scalarStyle(value: unknown, unicode: boolean, key: boolean): 'plain' | 'single' | 'double' {
  if (typeof value !== 'string') return 'plain'
  const facts = analyze(value, unicode)
  const multiline = breakPattern.test(value)
  const resolves = resolvers.some((pattern) => pattern.test(value))
  if (!resolves && !(key && multiline) && facts.plain) return 'plain'
  return facts.single && !(key && multiline) ? 'single' : 'double'
}

/** Writes a scalar, folded at 80 columns unless it is a key. */
export function writeScalar(writer: Writer, value: unknown, indent: number, key: boolean): void {
  const style = scalarStyle(value, writer.unicode, key)
  if (typeof value !== 'string') put(writer, plainText(value))
  else if (style === 'plain') writePlain(writer, value, indent, !key)
  else if (style === 'single') writeSingle(writer, value, indent, !key)
  else writeDouble(writer, value, indent, !key)
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return String(value)
}

function analyze(text: string, unicode: boolean): { plain: boolean; single: boolean } {
  const special = [...text].some((letter) => isSpecial(letter, unicode))
  const spaceBreak = / [\n\u0085\u2028\u2029]/.test(text)
  const breakSpace = /[\n\u0085\u2028\u2029] /.test(text)
  const edges = /^[ \n]|[ \n]$/.test(text)
  const indicators =
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[-?:](?:[\0 \t\r\n\u0085\u2028\u2029]|$)/.test(text) ||
    /:(?:[\0 \t\r\n\u0085\u2028\u2029]|$)/.test(text) ||
    /[\0 \t\r\n\u0085\u2028\u2029]#/.test(text)
  const multiline = breakPattern.test(text)
  return { plain: !special && !edges && !indicators && !multiline && !spaceBreak && !breakSpace, single: !special && !spaceBreak && !breakSpace }
}

function isSpecial(letter: string, unicode: boolean): boolean {
  const code = letter.codePointAt(0) ?? 0
  if (code === 10 || (code >= 0x20 && code <= 0x7e)) return false
  const printable = code === 0x85 || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000
  return !(printable && code !== 0xfeff && unicode)
}

function lineBreak(writer: Writer, indent: number): void {
  put(writer, `\n${' '.repeat(indent)}`)
}

/** Words and the runs of blanks between them. */
function pieces(text: string): readonly string[] {
  return text.split(/( +)/).filter((piece) => piece !== '')
}

function writePlain(writer: Writer, text: string, indent: number, split: boolean): void {
  for (const piece of pieces(text)) {
    if (piece === ' ' && split && writer.column > bestWidth) lineBreak(writer, indent)
    else put(writer, piece)
  }
}

function writeSingle(writer: Writer, text: string, indent: number, split: boolean): void {
  put(writer, "'")
  const parts = text.split(/( +|\n+)/).filter((piece) => piece !== '')
  parts.forEach((piece, index) => {
    const inside = index > 0 && index < parts.length - 1
    if (piece.startsWith('\n')) {
      put(writer, '\n'.repeat(piece.length))
      lineBreak(writer, indent)
    } else if (piece === ' ' && split && inside && writer.column > bestWidth) lineBreak(writer, indent)
    else put(writer, piece.replaceAll("'", "''"))
  })
  put(writer, "'")
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escapeLetter(letter: string, unicode: boolean): string {
  const code = letter.codePointAt(0) ?? 0
  if (
    !'"\\\u0085\u2028\u2029\ufeff'.includes(letter) &&
    ((code >= 0x20 && code <= 0x7e) || (unicode && ((code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd))))
  )
    return letter
  const short = escapes[letter]
  if (short !== undefined) return `\\${short}`
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}` : `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
}

/** Runs of unescaped letters are written whole; past the width a blank ends the line with a backslash. */
function writeDouble(writer: Writer, text: string, indent: number, split: boolean): void {
  put(writer, '"')
  const letters = [...text]
  let start = 0
  for (let end = 0; end <= letters.length; end += 1) {
    const letter = letters[end]
    if (letter === undefined || escapeLetter(letter, writer.unicode) !== letter) {
      if (start < end) put(writer, letters.slice(start, end).join(''))
      start = end
      if (letter !== undefined) {
        put(writer, escapeLetter(letter, writer.unicode))
        start = end + 1
      }
    }
    if (end > 0 && end < letters.length - 1 && (letter === ' ' || start >= end) && writer.column + (end - start) > bestWidth && split) {
      put(writer, `${letters.slice(start, end).join('')}\\`)
      if (start < end) start = end
      lineBreak(writer, indent)
      if (letters[start] === ' ') put(writer, '\\')
    }
  }
  put(writer, '"')
}
