// Reads `${…}`: a variable with what is to be done to its value.
import type { Cursor } from './cursor.ts'
import { SyntaxFault } from './faults.ts'
import type { Part, Word } from './syntax.ts'

/** The readers of words, which in turn need this one. */
interface Readers {
  readWord(cursor: Cursor, isEnd: (char: string) => boolean): Word
  readQuoted(text: string, cursor: Cursor): Word
  readWithin(text: string, cursor: Cursor): Word
}

/** Operators by how much of the language a shell knows. */
const operators = { plain: /^(:[-=?+]|[-=?+]|##?|%%?)/, extended: /^(:[-=?+]|[-=?+]|##?|%%?|\/\/?|:)/, wide: /^(:[-=?+]|[-=?+]|##?|%%?|\/\/?|:|\^\^?|,,?|@)/ }

/** The variable at the cursor, which stands on its dollar sign. */
export function readBraced(cursor: Cursor, quoted: boolean, readers: Readers): Part {
  const { language } = cursor
  const end = closing(cursor.text, cursor.at + 2, '}', quoted)
  if (end === undefined) throw new SyntaxFault({ kind: 'missing', sign: '}' }, { incomplete: true })
  const inside = cursor.text.slice(cursor.at + 2, end)
  const whole = cursor.text.slice(cursor.at, end + 1)
  cursor.at = end + 1
  const indexOf = (text: string | undefined): { index?: Word } => (text === undefined ? {} : { index: readers.readQuoted(text, cursor) })
  const length = inside.match(/^#([A-Za-z_]\w*|[@*?$!-]|\d+)(?:\[([^\]]+)\])?$/)
  if (length && (length[2] === undefined || language.wide)) return { kind: 'variable', name: length[1] ?? '', ...indexOf(length[2]), length: true, quoted }
  const [head = '', sign = '', name = '', index] = inside.match(/^(!?)([A-Za-z_]\w*|[0-9]+|[?$#!@*-])(?:\[([^\]]+)\])?/) ?? inside.match(/^()([!])/) ?? []
  const rest = inside.slice(head.length)
  const operator = rest.match(language.wide ? operators.wide : language.extended ? operators.extended : operators.plain)?.[0]
  if (language.wide && sign === '!' && /^[@*]$/.test(rest)) return { kind: 'variable', name, operator: `!${rest}`, quoted }
  const bad = name === '' || (rest !== '' && operator === undefined) || (!language.wide && (sign !== '' || index !== undefined))
  if (bad) throw new SyntaxFault({ kind: 'substitution', text: whole })
  const variable = { kind: 'variable', name, ...(sign !== '' && { indirect: true }), ...indexOf(index), quoted } as const
  if (operator === undefined) return variable
  const text = rest.slice(operator.length)
  const word = quoted && /^:?[-=+?]$/.test(operator) ? readers.readWithin(text, cursor) : readers.readWord({ ...within(cursor), text, at: 0 }, () => false)
  return { ...variable, operator, word }
}

function within({ language, nested }: Cursor): Pick<Cursor, 'language' | 'nested'> {
  return { language, nested }
}

/** Where what was opened is closed, quotes and nesting heeded; undefined if nowhere. In double quotes single ones are plain. */
export function closing(text: string, from: number, close: string, quoted = false): number | undefined {
  const open = close === '}' ? '{' : '('
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === '\\') at += 1
    else if (char === '"' || char === '`' || (char === "'" && !quoted)) {
      const end = skipQuoted(text, at)
      if (end === undefined) return undefined
      at = end
    } else if (depth === 0 && text.startsWith(close, at)) return at
    else if (char === open) depth += 1
    else if (char === close[0]) {
      depth -= 1
      if (depth < 0) return undefined
    }
  }
  return undefined
}

function skipQuoted(text: string, from: number): number | undefined {
  const quote = text[from]
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote !== "'") at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}
