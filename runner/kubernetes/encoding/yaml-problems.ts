// Why a text is no YAML, in the words of Go's library: what its scanner and parser would say where ours gave up.
import type { YAMLError } from 'yaml'

/** What the errors of one document come to, as `yaml: line 3: could not find expected ':'`. */
export function yamlProblem(text: string, errors: readonly YAMLError[]): string | undefined {
  const [error] = errors
  if (!error) return undefined
  const found = problems.find(([pattern]) => pattern.test(error.message))?.[1] ?? ((): Said => ({ says: wordOf(error) }))
  const { says, line } = found({ text, errors, offset: error.pos[0], line: error.linePos?.[0].line ?? 1 })
  return `yaml: ${line ?? lineOf(error)}${says}`
}

interface Failure {
  readonly text: string
  readonly errors: readonly YAMLError[]
  readonly offset: number
  readonly line: number
}

interface Said {
  readonly says: string
  /** Where, as `line 3: `; without it the line of the error, unless that is the first one. */
  readonly line?: string
}

const noKey = 'did not find expected key'
const noColon = "could not find expected ':'"
const noItem = "did not find expected '-' indicator"
const noValues = 'mapping values are not allowed in this context'

/** By the beginning of our parser's message. The scanner counts the line after the one it stopped in, the parser the one before. */
const problems: readonly (readonly [RegExp, (failure: Failure) => Said])[] = [
  [/^Flow (sequence|map) /, unclosed],
  [/^Missing closing /, () => ({ says: 'found unexpected end of stream' })],
  [/^Nested mappings/, ({ errors, line }) => (has(errors, /^Implicit keys/) ? at(line + 1, noValues) : { says: noValues })],
  [/^Implicit keys/, ({ errors, line }) => (has(errors, /block-seq-ind/) ? at(line - 1, noKey) : at(line + 1, noValues))],
  [/^Implicit map keys/, ({ line }) => at(line + 1, noColon)],
  [/^All mapping items/, ({ line }) => at(line - 1, noKey)],
  [/^Sequence item without/, ({ line }) => at(line, noItem)],
  [/^Unexpected scalar at node end/, afterNode],
  [/^Unexpected \S+ in flow/, () => ({ says: 'did not find expected node content' })],
  [/^Plain value cannot start/, () => ({ says: 'found character that cannot start any token' })],
  [/^Invalid escape sequence/, () => ({ says: 'found unknown escape character' })],
  [/^Verbatim tags/, () => ({ says: "did not find the expected '>'" })],
]

function unclosed({ text, offset, line, errors }: Failure): Said {
  const before = text.slice(0, offset)
  const end = /^Flow map/.test(errors[0]?.message ?? '') ? '}' : ']'
  return at(Math.max(line - 1, 1), /[[{]\s*$/.test(before) ? 'did not find expected node content' : `did not find expected ',' or '${end}'`)
}

function afterNode({ text, offset, line, errors }: Failure): Said {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  if (before.trim() !== '') return { says: noKey }
  return has(errors, /map-value-ind/) ? at(line - 1, noItem) : at(line + 1, noColon)
}

const words: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
  BAD_INDENT: noKey,
  MISSING_CHAR: noColon,
  TAB_AS_INDENT: 'found character that cannot start any token',
  UNEXPECTED_TOKEN: 'did not find expected <document start>',
}

function wordOf({ code }: YAMLError): string {
  return words[code] ?? 'did not find expected node content'
}

function at(line: number, says: string): Said {
  return { says, line: `line ${line}: ` }
}

function has(errors: readonly YAMLError[], pattern: RegExp): boolean {
  return errors.some(({ message }) => pattern.test(message))
}

/** The first line has no number in Go's messages. */
function lineOf(error: YAMLError): string {
  const line = error.linePos?.[0].line ?? 1
  return line > 1 ? `line ${line}: ` : ''
}
