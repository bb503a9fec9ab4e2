// Reads awk programs (POSIX grammar, with what busybox and gawk share beyond it).
import { parseExpression } from './parse-expression.ts'
import type { AwkProgram, Expression, OwnFunction, Rule, Statement } from './syntax.ts'
import { Words } from './words.ts'

/** Reads a program. Throws AwkFault. */
export function parseAwk(program: string): AwkProgram {
  const words = new Words(program)
  const rules: Rule[] = []
  const functions = new Map<string, OwnFunction>()
  for (words.skipEnds(); !words.is('end'); words.skipEnds()) {
    if (words.take('function') || words.take('func')) readFunction(words, functions)
    else rules.push(readRule(words))
  }
  return { rules, functions }
}

function readFunction(words: Words, functions: Map<string, OwnFunction>): void {
  const name = words.name()
  const parameters: string[] = []
  words.expect('(')
  while (!words.take(')')) {
    parameters.push(words.name())
    words.take(',')
    words.skipNewlines()
  }
  words.skipNewlines()
  functions.set(name, { parameters, body: readBlock(words) })
}

function readRule(words: Words): Rule {
  const when = words.take('BEGIN') ? 'begin' : words.take('END') ? 'end' : 'line'
  if (when !== 'line') return { when, action: readBlock(words) }
  const pattern = words.at('{') ? undefined : parseExpression(words)
  const until = pattern && words.take(',') ? parseExpression(words) : undefined
  const action = words.at('{') ? readBlock(words) : undefined
  return { when, ...(pattern && { pattern }), ...(until && { until }), ...(action && { action }) }
}

function readBlock(words: Words): Statement {
  words.expect('{')
  const statements: Statement[] = []
  for (words.skipEnds(); !words.take('}'); words.skipEnds()) statements.push(readStatement(words))
  return { kind: 'block', statements }
}

/** A statement that may stand alone on the lines that follow. */
function readBody(words: Words): Statement {
  words.skipNewlines()
  return words.take(';') ? { kind: 'block', statements: [] } : readStatement(words)
}

function readStatement(words: Words): Statement {
  if (words.at('{')) return readBlock(words)
  if (words.take('if')) return readIf(words)
  if (words.take('while')) return { kind: 'loop', test: readTest(words), body: readBody(words), once: false }
  if (words.take('do')) return readDo(words)
  if (words.take('for')) return readFor(words)
  return words.ended(readSimple(words))
}

function readTest(words: Words): Expression {
  words.expect('(')
  const test = parseExpression(words)
  words.expect(')')
  return test
}

function readIf(words: Words): Statement {
  const test = readTest(words)
  const yes = readBody(words)
  const back = words.mark()
  words.skipEnds()
  if (words.take('else')) return { kind: 'if', test, yes, no: readBody(words) }
  words.goBack(back)
  return { kind: 'if', test, yes, no: undefined }
}

function readDo(words: Words): Statement {
  const body = readBody(words)
  words.skipEnds()
  words.expect('while')
  return words.ended({ kind: 'loop', test: readTest(words), body, once: true })
}

function readFor(words: Words): Statement {
  words.expect('(')
  const each = words.eachOf()
  if (each) return { kind: 'each', ...each, body: readBody(words) }
  const first = words.at(';') ? undefined : readSimple(words)
  words.expect(';')
  words.skipNewlines()
  const test = words.at(';') ? undefined : parseExpression(words)
  words.expect(';')
  words.skipNewlines()
  const next = words.at(')') ? undefined : readSimple(words)
  words.expect(')')
  return { kind: 'loop', ...(first && { first }), ...(test && { test }), ...(next && { next }), body: readBody(words), once: false }
}

function readSimple(words: Words): Statement {
  for (const how of ['next', 'nextfile', 'break', 'continue'] as const) if (words.take(how)) return { kind: 'leave', how }
  for (const kind of ['exit', 'return'] as const) if (words.take(kind)) return { kind, value: words.endsStatement() ? undefined : parseExpression(words) }
  if (words.take('delete')) return readDelete(words)
  if (words.at('print') || words.at('printf')) return readPrint(words)
  return { kind: 'expression', value: parseExpression(words) }
}

function readDelete(words: Words): Statement {
  const array = words.name()
  if (!words.take('[')) return { kind: 'delete', array, keys: [] }
  const keys = readList(words, ']')
  return { kind: 'delete', array, keys }
}

function readList(words: Words, end: string): readonly Expression[] {
  const items: Expression[] = []
  while (!words.take(end)) {
    items.push(parseExpression(words))
    if (words.take(',')) words.skipNewlines()
  }
  return items
}

function readPrint(words: Words): Statement {
  const formatted = words.take('printf')
  if (!formatted) words.expect('print')
  const values: Expression[] = []
  // In what is printed `>` is a way out, not a comparison.
  while (!words.endsStatement() && !words.at('>') && !words.at('>>') && !words.at('|')) {
    values.push(parseExpression(words, { printing: true }))
    if (!words.take(',')) break
    words.skipNewlines()
  }
  const [only] = values
  const shown = values.length === 1 && only?.kind === 'list' ? only.items : values
  const way = ['>', '>>', '|'].find((sign) => words.take(sign))
  const base = { kind: 'print', formatted, values: shown } as const
  return way === undefined ? base : { ...base, way, to: parseExpression(words, { printing: true, joining: false }) }
}
