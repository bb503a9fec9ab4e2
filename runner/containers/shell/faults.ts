// What ends a shell's work with a line of its own, in the words of each shell.
import type { Dialect } from './dialect.ts'

/** Why a script cannot be read. */
export type Trouble =
  | { readonly kind: 'unexpected'; readonly token: string; readonly word?: boolean; readonly expecting?: string }
  | { readonly kind: 'end'; readonly expecting?: string }
  | { readonly kind: 'quote'; readonly sign: string }
  | { readonly kind: 'missing'; readonly sign: string }
  | { readonly kind: 'substitution'; readonly text: string }
  | { readonly kind: 'loop variable' }

/** A script that cannot be read; `incomplete` if more lines could mend it. */
export class SyntaxFault extends Error {
  readonly trouble: Trouble
  readonly incomplete: boolean
  /** Lines before the one at fault. */
  readonly line: number

  constructor(trouble: Trouble, { line = 0, incomplete = false }: { readonly line?: number; readonly incomplete?: boolean } = {}) {
    super(trouble.kind)
    this.trouble = trouble
    this.incomplete = incomplete
    this.line = line
  }
}

/** What ends a shell that nobody types into: a variable that must be set, one that must not be. */
export class ShellFault extends Error {
  /** The builtin that found it. */
  readonly command: string | undefined
  readonly code: number | undefined
  /** A text could not be read. */
  readonly syntax: boolean

  constructor(message: string, { command, code, syntax = false }: { readonly command?: string; readonly code?: number; readonly syntax?: boolean } = {}) {
    super(message)
    this.command = command
    this.code = code
    this.syntax = syntax
  }
}

type Words = (trouble: Trouble) => string

const tokenOf = ({ token, word }: Trouble & { kind: 'unexpected' }): string =>
  word ? 'word' : token === '\n' ? 'newline' : token === '<' || token === '>' ? 'redirection' : `"${token}"`
const expecting = (sign: string | undefined): string => (sign === undefined ? '' : ` (expecting "${sign}")`)

const ash: Words = (trouble) => {
  if (trouble.kind === 'unexpected') return `syntax error: unexpected ${tokenOf(trouble)}${expecting(trouble.expecting)}`
  if (trouble.kind === 'end') return `syntax error: unexpected end of file${expecting(trouble.expecting)}`
  if (trouble.kind === 'quote') return trouble.sign === '`' ? 'syntax error: EOF in backquote substitution' : 'syntax error: unterminated quoted string'
  if (trouble.kind === 'missing') return `syntax error: missing '${trouble.sign}'`
  return trouble.kind === 'substitution' ? 'syntax error: bad substitution' : 'syntax error: bad for loop variable'
}

const dash: Words = (trouble) => {
  if (trouble.kind === 'unexpected') return `Syntax error: ${tokenOf(trouble)} unexpected${expecting(trouble.expecting)}`
  if (trouble.kind === 'end') return `Syntax error: end of file unexpected${expecting(trouble.expecting)}`
  if (trouble.kind === 'quote') return trouble.sign === '`' ? 'Syntax error: EOF in backquote substitution' : 'Syntax error: Unterminated quoted string'
  if (trouble.kind === 'missing') return `Syntax error: Missing '${trouble.sign}'`
  return trouble.kind === 'substitution' ? 'Bad substitution' : 'Syntax error: Bad for loop variable'
}

const bash: Words = (trouble) => {
  if (trouble.kind === 'unexpected') return `syntax error near unexpected token \`${trouble.token === '\n' ? 'newline' : trouble.token}'`
  if (trouble.kind === 'end') return 'syntax error: unexpected end of file'
  if (trouble.kind === 'quote' || trouble.kind === 'missing') return `unexpected EOF while looking for matching \`${trouble.sign.replace('))', ')')}'`
  return trouble.kind === 'substitution' ? `${trouble.text}: bad substitution` : 'syntax error: bad for loop variable'
}

const wordsOf: Readonly<Record<Dialect, Words>> = { ash, bash, dash }

/** A fault in a shell's own words. */
export function describe(trouble: Trouble, dialect: Dialect): string {
  return wordsOf[dialect](trouble)
}

const parameters = {
  unset: { ash: 'parameter not set', dash: 'parameter not set', bash: 'unbound variable' },
  asked: { ash: 'parameter not set', dash: 'parameter not set', bash: 'parameter not set' },
  'asked or empty': { ash: 'parameter not set or null', dash: 'parameter not set or null', bash: 'parameter null or not set' },
  readonly: { ash: 'is read only', dash: 'is read only', bash: 'readonly variable' },
} as const

/** What is wrong with a variable, in a shell's own words. */
export function parameterFault(kind: keyof typeof parameters, dialect: Dialect): string {
  return parameters[kind][dialect]
}
