// Compiling rules: a parsed expression that can be run, or the server's message for one that cannot.
import type { JsonObject } from '../../../base/json.ts'
import { ruleEnvironment } from './environment.ts'
import { type ExpressionNode, undeclared } from './fields.ts'

/** A compiled expression, or what is wrong with it. */
export type Compiled =
  | { readonly run: (values: Readonly<Record<string, unknown>>) => unknown; readonly names: ReadonlySet<string>; readonly type: string }
  | { readonly error: string }

const environment = ruleEnvironment()
/** What may begin an expression, as the parser lists it; after the parenthesis of a call the closing one too. */
function expectations(before: string): string {
  const closing = /[\w]\s*\(\s*$/.test(before) ? " ')'," : ''
  return `{'[', '{', '(',${closing} '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`
}

/** What an expression may name, and the type it must have. */
export interface CompileOptions {
  /** Its variables with their schemas, as far as they have one; without it any name goes. */
  readonly variables?: ReadonlyMap<string, JsonObject | undefined>
  readonly result?: 'bool' | 'string'
}

/** Compiles an expression; what is wrong with it is told as the server does. */
export function compile(text: string, options: CompileOptions = {}): Compiled {
  try {
    const parsed = environment.parse(text)
    const ast = parsed.ast as unknown as ExpressionNode
    const wrong = options.variables && undeclared(ast, options.variables)
    if (wrong) return { error: compilationFailed(text, wrong.at, wrong.says) }
    const checked = parsed.check()
    const type = checked.valid ? String(checked.type) : 'dyn'
    if (!checked.valid && checked.error) return { error: typeError(text, checked.error) }
    if (options.result === 'bool' && type !== 'bool' && type !== 'dyn') return { error: 'cel expression must evaluate to a bool' }
    return { run: (values) => parsed(values as never), names: namesIn(ast), type }
  } catch (error) {
    return { error: syntaxError(text, error) }
  }
}

/** The text of a failed compilation with the place marked, as cel-go prints it. */
export function compilationFailed(text: string, at: number, problem: string): string {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - (before.lastIndexOf('\n') + 1)
  return `compilation failed: ERROR: <input>:${line}:${column + 1}: ${problem}\n | ${text.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`
}

function syntaxError(text: string, error: unknown): string {
  const message = firstLine(error instanceof Error ? error.message : String(error))
  const at = startOf(error)
  const [, character] = /^Unexpected character: (.+)$/.exec(message) ?? []
  if (character !== undefined) return compilationFailed(text, at, `Syntax error: token recognition error at: '${character}'`)
  if (/EOF/.test(message)) return compilationFailed(text, text.length, `Syntax error: mismatched input '<EOF>' expecting ${expectations(text)}`)
  const token = /^\s*(\w+|\S)/.exec(text.slice(at))?.[1] ?? ''
  if (/^Unexpected token|^Expected/.test(message))
    return compilationFailed(text, at, `Syntax error: extraneous input '${token}' expecting ${expectations(text.slice(0, at))}`)
  return compilationFailed(text, at, message)
}

/** A type error in cel-go's words; of a call it marks the parenthesis. */
function typeError(text: string, error: Error): string {
  const message = firstLine(error.message)
  const start = startOf(error)
  const [, callee = '', types = ''] = /^found no matching overload for '(?:.*\.)?(\w+)\((.*)\)'$/.exec(message) ?? []
  if (callee === '') return compilationFailed(text, start, message)
  const at = text.indexOf(`${callee}(`, start) + callee.length
  const known = environment.getDefinitions().functions.some(({ name }) => name === callee)
  return compilationFailed(
    text,
    at,
    known ? `found no matching overload for '${callee}' applied to '(${types})'` : `undeclared reference to '${callee}' (in container '')`,
  )
}

function startOf(error: unknown): number {
  const range: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'range') : undefined
  const start: unknown = typeof range === 'object' && range !== null ? Reflect.get(range, 'start') : undefined
  return typeof start === 'number' ? start : 0
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

function namesIn(node: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  collectNames(node, names)
  return names
}

function collectNames(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) for (const inner of part) collectNames(inner, names)
  else if (typeof part === 'object' && part !== null) {
    const [op, args] = [Reflect.get(part, 'op') as unknown, Reflect.get(part, 'args') as unknown]
    if (op === 'id' && typeof args === 'string') names.add(args)
    else collectNames(args, names)
  }
}
