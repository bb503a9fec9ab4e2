// Reads commands made of commands: conditions, loops, cases, functions, groups.
import { readCondition } from './condition.ts'
import { SyntaxFault } from './faults.ts'
import { closing } from './parse-parameter.ts'
import { readQuoted, readWord } from './parse-word.ts'
import { type Reader, reserved } from './reader.ts'
import type { Node, Word } from './syntax.ts'

/** The compound command at the place of a reader; undefined if a simple one stands there. */
export function readCompound(reader: Reader): Node | undefined {
  if (reader.char === '(') return (reader.language.wide ? readCalculation(reader) : undefined) ?? readSubshell(reader)
  const named = readFunction(reader)
  if (named) return named
  if (reader.language.conditions && reader.sees(/\[\[\s/y)) return readCondition(reader)
  const word = reader.peekWord()
  const read = Object.hasOwn(compounds, word) ? compounds[word] : undefined
  if (!read) return undefined
  reader.at += word.length
  return read(reader)
}

const compounds: Readonly<Record<string, (reader: Reader) => Node>> = {
  if: readIf,
  while: (reader) => readLoop(reader, false),
  until: (reader) => readLoop(reader, true),
  for: readFor,
  case: readCase,
  '{': (reader) => {
    const body = reader.list(['}'])
    reader.expect('}')
    return { kind: 'group', body }
  },
}

function readSubshell(reader: Reader): Node {
  reader.at += 1
  const body = reader.list([])
  reader.sign(')')
  return { kind: 'subshell', body }
}

/** `((…))`; what only looks like it is a subshell in a subshell. */
function readCalculation(reader: Reader): Node | undefined {
  if (!reader.text.startsWith('((', reader.at)) return undefined
  const end = closing(reader.text, reader.at + 2, '))')
  if (end === undefined) return undefined
  const word = readQuoted(reader.text.slice(reader.at + 2, end), reader)
  reader.at = end + 2
  return { kind: 'calculate', word }
}

const names = /([A-Za-z_][\w.:-]*)[ \t]*\([ \t]*\)/y
const words = /function[ \t]+([\w.:-]+)[ \t]*(?:\([ \t]*\))?/y

function readFunction(reader: Reader): Node | undefined {
  const match = (reader.language.extended ? reader.sees(words) : undefined) ?? reader.sees(names)
  const name = match?.[1] ?? ''
  if (!match || reserved.has(name)) return undefined
  reader.at += match[0].length
  reader.blank(true)
  return { kind: 'function', name, body: reader.command() }
}

function readIf(reader: Reader): Node {
  const cases: (readonly [Node, Node])[] = []
  do {
    const condition = readPart(reader, 'then')
    reader.expect('then')
    cases.push([condition, readPart(reader, 'elif', 'else', 'fi')])
  } while (reader.take('elif'))
  const otherwise = reader.take('else') ? readPart(reader, 'fi') : undefined
  reader.expect('fi')
  return { kind: 'if', cases, ...(otherwise && { otherwise }) }
}

/** Commands that must be there. */
function readPart(reader: Reader, ...closers: readonly string[]): Node {
  reader.blank(true)
  const start = reader.at
  const node = reader.list(closers)
  if (reader.at === start && node.kind === 'list' && node.items.length === 0) reader.unexpected(reader.at >= reader.text.length ? closers[0] : undefined)
  return node
}

function readLoop(reader: Reader, until: boolean): Node {
  const condition = readPart(reader, 'do')
  return { kind: 'loop', until, condition, body: readBody(reader) }
}

function readBody(reader: Reader): Node {
  reader.expect('do')
  const body = readPart(reader, 'done')
  reader.expect('done')
  return body
}

function readFor(reader: Reader): Node {
  reader.blank()
  if (reader.char === '(') return readCount(reader)
  const name = reader.sees(/[A-Za-z_]\w*(?=[\s;&|<>()]|$)/y)?.[0]
  if (name === undefined) throw new SyntaxFault({ kind: 'loop variable' }, { line: reader.line, incomplete: reader.at >= reader.text.length })
  reader.at += name.length
  reader.blank(true)
  const found: Word[] = []
  const named = reader.take('in')
  if (named) for (reader.blank(); !/^[;\n&|<>()]$/.test(reader.char ?? '\n'); reader.blank()) found.push(readWord(reader))
  separator(reader)
  return { kind: 'for', name, words: named ? found : undefined, body: readBody(reader) }
}

/** `for ((start; condition; step))`. */
function readCount(reader: Reader): Node {
  const end = reader.language.wide && reader.text.startsWith('((', reader.at) ? closing(reader.text, reader.at + 2, '))') : undefined
  if (end === undefined) throw new SyntaxFault({ kind: 'loop variable' }, { line: reader.line })
  const [start = [], condition = [], step = []] = reader.text
    .slice(reader.at + 2, end)
    .split(';')
    .map((part) => readQuoted(part.trim(), reader))
  reader.at = end + 2
  separator(reader)
  const braced = reader.peekWord() === '{'
  if (!braced) return { kind: 'count', start, condition, step, body: readBody(reader) }
  return { kind: 'count', start, condition, step, body: reader.command() }
}

function separator(reader: Reader): void {
  reader.blank()
  if (reader.char === ';') reader.at += 1
  reader.blank(true)
}

function readCase(reader: Reader): Node {
  reader.blank()
  const word = readWord(reader)
  reader.blank(true)
  reader.expect('in')
  const cases: { patterns: Word[]; body: Node }[] = []
  for (reader.blank(true); !reader.take('esac'); reader.blank(true)) {
    if (reader.char === '(') reader.at += 1
    if (reader.at >= reader.text.length) reader.unexpected(')')
    const patterns = readPatterns(reader)
    reader.sign(')')
    cases.push({ patterns, body: reader.list(['esac']) })
    if (reader.text.startsWith(';;', reader.at)) reader.at += 2
    else if (reader.peekWord() !== 'esac') reader.unexpected('esac')
  }
  return { kind: 'case', word, cases }
}

function readPatterns(reader: Reader): Word[] {
  const patterns: Word[] = []
  do {
    if (reader.char === '|') reader.at += 1
    reader.blank()
    patterns.push(readWord(reader))
    reader.blank()
  } while (reader.char === '|')
  return patterns
}
