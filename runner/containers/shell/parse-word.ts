// Reads words: quotes, variables, substitutions.
import { type Node, type Part, SyntaxFault, type Word } from './syntax.ts'

/** A place in a script. */
export interface Cursor {
  readonly text: string
  at: number
  /** Reads commands up to a closing word or sign. */
  script(end: string): Node
}

const ends = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])

/** The word at the cursor; `end` says where it ends, default at blanks and operators. */
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
      if (next !== undefined && next !== '\n') parts.push({ kind: 'text', text: next, quoted: true })
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
export function readQuoted(text: string, script: Cursor['script']): Word {
  const cursor: Cursor = { text, at: 0, script }
  return readInside(cursor, undefined)
}

function readSpecial(cursor: Cursor, char: string): readonly Part[] {
  if (char === "'") return [readSingle(cursor)]
  if (char === '"') {
    cursor.at += 1
    const inside = readInside(cursor, '"')
    return inside.length === 0 ? [{ kind: 'text', text: '', quoted: true }] : inside
  }
  if (char === '`') return [readBackquoted(cursor, false)]
  if (cursor.text[cursor.at + 1] === "'") return [readDollarSingle(cursor)]
  return [readDollar(cursor, false)]
}

function readSingle(cursor: Cursor): Part {
  const end = cursor.text.indexOf("'", cursor.at + 1)
  if (end < 0) throw new SyntaxFault('unterminated quoted string', true)
  const text = cursor.text.slice(cursor.at + 1, end)
  cursor.at = end + 1
  return { kind: 'text', text, quoted: true }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', e: '\x1b', a: '\x07', b: '\b', '0': '\0', '\\': '\\', "'": "'" }

function readDollarSingle(cursor: Cursor): Part {
  let text = ''
  cursor.at += 2
  for (let char = cursor.text[cursor.at]; char !== "'"; char = cursor.text[cursor.at]) {
    if (char === undefined) throw new SyntaxFault('unterminated quoted string', true)
    const next = cursor.text[cursor.at + 1] ?? ''
    text += char === '\\' ? (escapes[next] ?? `\\${next}`) : char
    cursor.at += char === '\\' ? 2 : 1
  }
  cursor.at += 1
  return { kind: 'text', text, quoted: true }
}

/** The inside of double quotes, up to `end` or to the end of the text. */
function readInside(cursor: Cursor, end: string | undefined): Word {
  const parts: Part[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true })
    plain = ''
  }
  for (let char = cursor.text[cursor.at]; char !== end; char = cursor.text[cursor.at]) {
    if (char === undefined) throw new SyntaxFault('unterminated quoted string', true)
    const next = cursor.text[cursor.at + 1]
    if (char === '\\' && next !== undefined && '$`"\\\n'.includes(next) && !(next === '"' && end === undefined)) {
      plain += next === '\n' ? '' : next
      cursor.at += 2
    } else if (char === '$' || char === '`') {
      flush()
      parts.push(char === '$' ? readDollar(cursor, true) : readBackquoted(cursor, true))
    } else {
      plain += char
      cursor.at += 1
    }
  }
  flush()
  cursor.at += 1
  return parts
}

function readBackquoted(cursor: Cursor, quoted: boolean): Part {
  const end = cursor.text.indexOf('`', cursor.at + 1)
  if (end < 0) throw new SyntaxFault('unterminated quoted string', true)
  const inside = { ...cursor, text: cursor.text.slice(cursor.at + 1, end).replace(/\\([$`\\])/g, '$1'), at: 0 }
  cursor.at = end + 1
  return { kind: 'command', body: cursor.script(inside.text), quoted }
}

function readDollar(cursor: Cursor, quoted: boolean): Part {
  const { text } = cursor
  const next = text[cursor.at + 1] ?? ''
  if (text.startsWith('$((', cursor.at)) {
    const end = closing(text, cursor.at + 3, '))')
    const word = readQuoted(text.slice(cursor.at + 3, end), cursor.script)
    cursor.at = end + 2
    return { kind: 'sum', word, quoted }
  }
  if (next === '(') {
    const end = closing(text, cursor.at + 2, ')')
    const body = cursor.script(text.slice(cursor.at + 2, end))
    cursor.at = end + 1
    return { kind: 'command', body, quoted }
  }
  if (next === '{') return readBraced(cursor, quoted)
  const name = text.slice(cursor.at + 1).match(/^([A-Za-z_]\w*|[0-9?$#!@*-])/)?.[0]
  cursor.at += 1 + (name?.length ?? 0)
  return name === undefined ? { kind: 'text', text: '$', quoted } : { kind: 'variable', name, quoted }
}

function readBraced(cursor: Cursor, quoted: boolean): Part {
  const end = closing(cursor.text, cursor.at + 2, '}')
  const inside = cursor.text.slice(cursor.at + 2, end)
  cursor.at = end + 1
  const length = inside.match(/^#([A-Za-z_]\w*|[@*0-9])(?:\[([^\]]+)\])?$/)
  const indexOf = (text: string | undefined): { index?: Word } => (text === undefined ? {} : { index: readQuoted(text, cursor.script) })
  if (length) return { kind: 'variable', name: length[1] ?? '', ...indexOf(length[2]), length: true, quoted }
  const [whole = '', name = '', index, operator] =
    inside.match(/^([A-Za-z_]\w*|[0-9]+|[?$#!@*-])(?:\[([^\]]+)\])?(:[-=?+]|[-=?+]|##?|%%?|\/\/?|:|\^\^?|,,?)?/) ?? []
  if (name === '') throw new SyntaxFault('bad substitution')
  const variable = { kind: 'variable', name, ...indexOf(index), quoted } as const
  if (operator === undefined) return variable
  const rest: Cursor = { text: inside.slice(whole.length), at: 0, script: cursor.script }
  return { ...variable, operator, word: readWord(rest, () => false) }
}

/** Where what was opened is closed, quotes and nesting heeded. */
function closing(text: string, from: number, close: string): number {
  const open = close === '}' ? '{' : '('
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === '\\') at += 1
    else if (char === "'" || char === '"') {
      at = skipQuoted(text, at)
    } else if (depth === 0 && text.startsWith(close, at)) return at
    else if (char === open) depth += 1
    else if (char === close[0]) depth -= 1
  }
  throw new SyntaxFault(`unexpected end of file (expecting "${close}")`, true)
}

function skipQuoted(text: string, from: number): number {
  const quote = text[from]
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1
    else if (text[at] === quote) return at
  }
  throw new SyntaxFault('unterminated quoted string', true)
}
