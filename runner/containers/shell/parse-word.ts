// Reads words: quotes, variables, substitutions.
import type { Cursor } from './cursor.ts'
import { SyntaxFault } from './faults.ts'
import { closing, readBraced } from './parse-parameter.ts'
import type { Node, Part, Word } from './syntax.ts'

const ends = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])

/** The word at the cursor; `isEnd` says where it ends, default at blanks and operators. */
export function readWord(cursor: Cursor, isEnd: (char: string) => boolean = (char) => ends.has(char)): Word {
  const parts: Part[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: false })
    plain = ''
  }
  for (let char = cursor.text[cursor.at]; char !== undefined && !isEnd(char); char = cursor.text[cursor.at]) {
    if (char === '\\') {
      flush()
      const next = cursor.text[cursor.at + 1]
      cursor.at += 2
      if (next !== '\n' || cursor.at >= cursor.text.length) parts.push({ kind: 'text', text: next ?? '\\', quoted: true })
    } else if (char === "'" || char === '"' || char === '$' || char === '`') {
      flush()
      parts.push(...readSpecial(cursor, char))
    } else {
      plain += char
      cursor.at += 1
    }
  }
  flush()
  return parts
}

/** The whole text as one double-quoted word: a here-document. */
export function readQuoted(text: string, { language, nested }: Omit<Cursor, 'text' | 'at'>): Word {
  return readInside({ text, at: 0, language, nested }, undefined)
}

/** A word within braces that stand within double quotes: quotes in it only set apart. */
export function readWithin(text: string, { language, nested }: Omit<Cursor, 'text' | 'at'>): Word {
  return readInside({ text, at: 0, language, nested }, undefined, true)
}

function readSpecial(cursor: Cursor, char: string): readonly Part[] {
  if (char === "'") return [readSingle(cursor)]
  if (char === '"') {
    cursor.at += 1
    const inside = readInside(cursor, '"')
    return inside.length === 0 ? [{ kind: 'text', text: '', quoted: true }] : inside
  }
  if (char === '`') return [readBackquoted(cursor, false)]
  const next = cursor.text[cursor.at + 1]
  if (next === "'" && cursor.language.extended) return [readDollarSingle(cursor)]
  if (next === '"' && cursor.language.wide) {
    cursor.at += 1
    return readSpecial(cursor, '"')
  }
  return [readDollar(cursor, false)]
}

function unended(sign: string): SyntaxFault {
  return new SyntaxFault({ kind: 'quote', sign }, { incomplete: true })
}

function readSingle(cursor: Cursor): Part {
  const end = cursor.text.indexOf("'", cursor.at + 1)
  if (end < 0) throw unended("'")
  const text = cursor.text.slice(cursor.at + 1, end)
  cursor.at = end + 1
  return { kind: 'text', text, quoted: true }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  e: '\x1b',
  E: '\x1b',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

function readDollarSingle(cursor: Cursor): Part {
  const end = /'((?:[^'\\]|\\[\s\S])*)'/y
  end.lastIndex = cursor.at + 1
  const found = end.exec(cursor.text)
  if (!found) throw unended("'")
  cursor.at = end.lastIndex
  const text = (found[1] ?? '').replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([\s\S]))/g, (whole, octal?: string, hex?: string, char?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return escapes[char ?? ''] ?? whole
  })
  return { kind: 'text', text, quoted: true }
}

/** The inside of double quotes, up to `end` or to the end of the text. */
function readInside(cursor: Cursor, end: string | undefined, bare = false): Word {
  const parts: Part[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true })
    plain = ''
  }
  for (let char = cursor.text[cursor.at]; char !== end; char = cursor.text[cursor.at]) {
    if (char === undefined) throw unended('"')
    const next = cursor.text[cursor.at + 1]
    if (char === '\\' && next !== undefined && (bare ? '$`"\\}\n' : '$`"\\\n').includes(next) && !(next === '"' && end === undefined && !bare)) {
      plain += next === '\n' ? '' : next
      cursor.at += 2
    } else if (char === '$' || char === '`') {
      flush()
      parts.push(char === '$' ? readDollar(cursor, true) : readBackquoted(cursor, true))
    } else {
      if (!bare || char !== '"') plain += char
      cursor.at += 1
    }
  }
  flush()
  cursor.at += 1
  return parts
}

function readBackquoted(cursor: Cursor, quoted: boolean): Part {
  const end = /`((?:[^`\\]|\\[\s\S])*)`/y
  end.lastIndex = cursor.at
  const found = end.exec(cursor.text)
  if (!found) throw unended('`')
  cursor.at = end.lastIndex
  const inside = (found[1] ?? '').replace(quoted ? /\\([$`\\"])/g : /\\([$`\\])/g, '$1')
  return { kind: 'command', body: cursor.nested(inside, 0, '').node, quoted }
}

function readDollar(cursor: Cursor, quoted: boolean): Part {
  const { text } = cursor
  const next = text[cursor.at + 1] ?? ''
  if (text.startsWith('$((', cursor.at)) {
    const end = closing(text, cursor.at + 3, '))')
    if (end !== undefined) {
      const word = readQuoted(text.slice(cursor.at + 3, end), cursor)
      cursor.at = end + 2
      return { kind: 'sum', word, quoted }
    }
  }
  if (next === '(') {
    const { node, end } = readCommands(cursor)
    cursor.at = end
    return { kind: 'command', body: node, quoted }
  }
  if (next === '[' && cursor.language.wide) {
    const end = text.indexOf(']', cursor.at)
    const word = readQuoted(text.slice(cursor.at + 2, end), cursor)
    cursor.at = end + 1
    return { kind: 'sum', word, quoted }
  }
  if (next === '{') return readBraced(cursor, quoted, { readWord, readQuoted, readWithin })
  const name = text.slice(cursor.at + 1, cursor.at + 200).match(/^([A-Za-z_]\w*|[0-9?$#!@*-])/)?.[0]
  cursor.at += 1 + (name?.length ?? 0)
  return name === undefined ? { kind: 'text', text: '$', quoted } : { kind: 'variable', name, quoted }
}

/** The commands of `$(…)`; what only looks like a sum may be a subshell. */
function readCommands(cursor: Cursor): { readonly node: Node; readonly end: number } {
  try {
    return cursor.nested(cursor.text, cursor.at + 2, ')')
  } catch (error) {
    if (!(error instanceof SyntaxFault) || !error.incomplete) throw error
    if (!cursor.text.startsWith('$((', cursor.at))
      throw error.trouble.kind === 'end' && cursor.language.wide ? new SyntaxFault({ kind: 'missing', sign: ')' }, { incomplete: true }) : error
    throw new SyntaxFault({ kind: 'missing', sign: '))' }, { incomplete: true })
  }
}
