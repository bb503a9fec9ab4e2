// Reads redirections; here-documents are announced, and follow their line.
import { SyntaxFault } from './faults.ts'
import { readWord } from './parse-word.ts'
import type { Reader } from './reader.ts'
import type { Redirection, Word } from './syntax.ts'

/** All redirections at the place of a reader. */
export function readRedirections(reader: Reader): Redirection[] {
  const found: Redirection[] = []
  for (;;) {
    reader.blank()
    const next = readRedirection(reader)
    if (next.length === 0) return found
    found.push(...next)
  }
}

/** The redirection at the place of a reader; none if there is something else. `>&word` is two. */
export function readRedirection(reader: Reader): readonly Redirection[] {
  const { extended, wide } = reader.language
  const match = reader.sees(/(?:(\d*)(>>|>&|>\||>|<<<|<<-?|<&|<>|<)|(&>>?))/y)
  if (!match || (match[3] !== undefined && !extended) || atProcess(reader)) return []
  const [whole, number = '', sign = '', both] = match
  if (sign === '<<<' && !wide) {
    reader.at += whole.length - 1
    reader.unexpected()
  }
  reader.at += whole.length
  reader.blank()
  const from = number === '' ? (sign.startsWith('<') ? 0 : 1) : Number(number)
  const quoted = reader.sees(/[^\s;&|<>()]*['"\\]/y) !== null
  const word = readTarget(reader)
  if (sign.startsWith('<<') && sign !== '<<<') return [announce(reader, { from, word, quoted, stripped: sign === '<<-' })]
  const operator = (both ?? sign) as Redirection['operator']
  const plain = word.length === 1 && word[0]?.kind === 'text' ? word[0].text : ''
  if (operator === '>&' && number === '' && plain !== '' && !/^(\d+|-)$/.test(plain)) return [{ from, operator: '&>', target: word }]
  return [{ from, operator, target: word }]
}

/** True on `<(` and `>(` where they begin a word. */
export function atProcess(reader: Reader): boolean {
  return reader.language.extended && reader.sees(/[<>]\(/y) !== null
}

/** `<(…)` or `>(…)` as a word. */
export function readProcess(reader: Reader): Word {
  const into = reader.char === '>'
  const { node, end } = reader.nested(reader.text, reader.at + 2, ')')
  reader.at = end
  return [{ kind: 'process', body: node, into, quoted: false }]
}

function readTarget(reader: Reader): Word {
  if (atProcess(reader)) return readProcess(reader)
  if (reader.char === undefined && reader.language.wide) throw new SyntaxFault({ kind: 'unexpected', token: '\n' }, { line: reader.line })
  if (/^[\n;&|<>()]?$/.test(reader.char ?? '')) reader.unexpected()
  return readWord(reader)
}

function announce(
  reader: Reader,
  { from, word, quoted, stripped }: { readonly from: number; readonly word: Word; readonly quoted: boolean; readonly stripped: boolean },
): Redirection {
  const redirection = { from, operator: '<<' as const, target: [] as Word }
  const end = word.map((part) => (part.kind === 'text' ? part.text : '')).join('')
  reader.pending.push({ end, quoted, stripped, redirection })
  return redirection
}
