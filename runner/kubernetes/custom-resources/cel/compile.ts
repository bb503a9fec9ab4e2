// Compiling rules: a parsed expression that can be run, or the server's message for one that cannot.
import type { JsonObject } from '../../../base/json.ts'
import { type CheckedTypes, checkTypes } from './check-types.ts'
import { ruleEnvironment } from './environment.ts'
import { type Expr, expand, MacroError, type TypeProblem } from './expand.ts'
import { type ExpressionNode, isNode, type Problem, undeclared } from './fields.ts'
import { type Rewritten, withCalls } from './messages.ts'
import { readItems, withOptionalItems } from './optional-items.ts'
import { misfit } from './patch-fields.ts'
import { needsOtherPresence, withOtherPresence } from './presence.ts'
import { runExpression } from './run-expression.ts'
import { dyn, formatType } from './types.ts'
import { unclosedProblem } from './unclosed.ts'

/** A compiled expression, or what is wrong with it. */
export type Compiled =
  | {
      readonly run: (values: Readonly<Record<string, unknown>>) => unknown
      readonly names: ReadonlySet<string>
      readonly type: string
      /** True if the server too knows no type: of an object as it came, and of what is in it. */
      readonly open: boolean
    }
  | { readonly error: string }

const environment = ruleEnvironment()
/** Variables of requests that have no schema. */
const openVariables: ReadonlySet<string> = new Set(['object', 'oldObject', 'params'])
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
  /** It may make objects: `Object.spec{replicas: 1}`, `JSONPatch{op: "add"}`. */
  readonly messages?: boolean
}

/** Compiles an expression; what is wrong with it is told as the server does. */
export function compile(text: string, options: CompileOptions = {}): Compiled {
  const rewritten = options.messages ? withCalls(text) : { text, origin: (at: number) => at }
  if ('unknown' in rewritten) return { error: compilationFailed(text, rewritten.at, `undeclared reference to '${rewritten.unknown}' (in container '')`) }
  const { text: readable, places } = withOptionalItems(rewritten.text)
  const source: Source = { ...rewritten, text: readable, shown: text }
  try {
    let parsed = environment.parse(source.text)
    let checked = parsed.check()
    if (!checked.valid && needsOtherPresence(checked.error)) {
      parsed = environment.parse(withOtherPresence(source.text))
      checked = parsed.check()
    }
    const ast = readItems(parsed.ast, places) as ExpressionNode
    const wrong = (options.variables && undeclared(ast, options.variables)) ?? (options.messages ? misfit(ast) : undefined)
    if (wrong) return { error: failed(source, placeOf(wrong, source.text), wrong.says) }
    const expression = expandedOf(ast, source.text)
    const types = expression && checkTypes(expression, new Map([...namesIn(ast)].map((name) => [name, dyn])))
    const literal = options.variables && types?.problems.find(({ says }) => aboutLiteral.test(says))
    if (literal) return { error: failed(source, literal.at, literal.says) }
    const read = checked.valid && places.size === 0 ? undefined : types && typeOfExpanded(types)
    if (!checked.valid && checked.error && read === undefined) return { error: typeError(source, checked.error) }
    const type = read ?? madeType(ast) ?? String(checked.type)
    if (options.result === 'bool' && type !== 'bool' && type !== 'dyn') return { error: 'cel expression must evaluate to a bool' }
    if (options.result === 'string' && type !== 'string' && type !== 'dyn') return { error: 'must evaluate to a string' }
    const run = expression ? (values: Values) => runExpression(expression, values, runSmall) : (values: Values) => parsed(values as never)
    return { run, names: namesIn(ast), type, open: type === 'dyn' && openVariables.has(variableOf(ast) ?? '') }
  } catch (error) {
    return { error: syntaxError(source, error) }
  }
}

type Values = Readonly<Record<string, unknown>>

function expandedOf(ast: ExpressionNode, text: string): Expr | undefined {
  try {
    return expand(ast, text)
  } catch (error) {
    if (error instanceof MacroError) return undefined
    throw error
  }
}

/**
 * The type of an expression that the library cannot read, as far as it is known without those of its variables; undefined for one
 * that is in no order. Functions of authorizers and messages are the library's to know.
 */
function typeOfExpanded({ problems, type }: CheckedTypes): string | undefined {
  const functions = new Set(environment.getDefinitions().functions.map(({ name }) => name))
  const isWrong = ({ says }: TypeProblem): boolean => !functions.has(/^undeclared reference to '(\w+)'/.exec(says)?.[1] ?? '')
  return problems.some(isWrong) ? undefined : formatType(type).replace('!error!', 'dyn').replaceAll('(', '<').replaceAll(')', '>')
}

/** What is said of literals: patterns, times, formats. */
const aboutLiteral =
  /^(invalid \w+ argument$|index \d+ out of range|unexpected end of string|could not parse formatting|too many arguments|error during formatting)/
const smallExpressions = new Map<string, (values: Values) => unknown>()

function runSmall(text: string, values: Values): unknown {
  const known = smallExpressions.get(text) ?? (environment.parse(text) as (values: Values) => unknown)
  smallExpressions.set(text, known)
  return known(values)
}

/** The tree of an expression, or the server's words for one that cannot be read. */
export function parseExpression(text: string): { readonly ast: ExpressionNode } | { readonly error: string } {
  const { text: readable, places } = withOptionalItems(text)
  const source: Source = { text: readable, shown: text, origin: (at) => at }
  try {
    return { ast: readItems(environment.parse(readable).ast, places) as ExpressionNode }
  } catch (error) {
    return { error: syntaxError(source, error) }
  }
}

/** An expression as the library reads it, and as it was written. */
interface Source extends Rewritten {
  readonly shown: string
}

function placeOf({ at, sign }: Problem, text: string): number {
  return sign === undefined ? at : text.indexOf(sign, at)
}

function failed({ shown, origin }: Source, at: number, problem: string): string {
  return compilationFailed(shown, origin(at), problem)
}

/** The variable that an expression is nothing but, or a member of. */
function variableOf({ op, args }: ExpressionNode): string | undefined {
  if (op === 'id') return String(args)
  const [target] = Array.isArray(args) && (op === '.' || op === '[]') ? (args as readonly unknown[]) : []
  return isNode(target) ? variableOf(target) : undefined
}

/** The type of an object that an expression makes for a place below the root: the library knows no type of that name. */
function madeType({ op, args }: ExpressionNode): string | undefined {
  if (op !== 'call' || !Array.isArray(args) || args[0] !== 'newObject') return undefined
  const [type, fields] = args[1] as readonly ExpressionNode[]
  return fields ? String(type?.args) : undefined
}

/** The text of a failed compilation with the place marked, as cel-go prints it. */
export function compilationFailed(text: string, at: number, problem: string): string {
  // Of an empty text there is nothing to mark.
  if (text === '') return `compilation failed: ERROR: <input>:1:0: ${problem}`
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - (before.lastIndexOf('\n') + 1)
  return `compilation failed: ERROR: <input>:${line}:${column + 1}: ${problem}\n | ${text.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`
}

function syntaxError(source: Source, error: unknown): string {
  const { text } = source
  const message = firstLine(error instanceof Error ? error.message : String(error))
  const at = startOf(error)
  const trailing = trailingToken(text, at)
  const [, character] = /^Unexpected character: (.+)$/.exec(message) ?? []
  if (character !== undefined && text.charAt(at) === '=') return failed(source, at, `Syntax error: token recognition error at: '${text.slice(at, at + 2)}'`)
  if (character !== undefined && trailing !== undefined) return failed(source, at, trailing)
  if (character !== undefined) return failed(source, at, `Syntax error: token recognition error at: '${character}'`)
  const unclosed = /EOF/.test(message) ? unclosedProblem(text) : undefined
  if (unclosed !== undefined) return failed(source, text.length, `Syntax error: ${unclosed}`)
  if (/EOF/.test(message)) return failed(source, text.length, `Syntax error: mismatched input '<EOF>' expecting ${expectations(text)}`)
  const token = /^\s*(\w+|\S)/.exec(text.slice(at))?.[1] ?? ''
  if (/^Unexpected token|^Expected/.test(message))
    return failed(source, at, `Syntax error: extraneous input '${token}' expecting ${expectations(text.slice(0, at))}`)
  return failed(source, at, message)
}

/** What is said of a token that stands behind a whole expression: of the last one, and of one that more follows. */
function trailingToken(text: string, at: number): string | undefined {
  const [token] = /^(\w+|[)\]}]|"[^"]*"|'[^']*')/.exec(text.slice(at)) ?? []
  if (token === undefined) return undefined
  const isLast = text.slice(at + token.length).trim() === ''
  return `Syntax error: ${isLast ? 'extraneous' : 'mismatched'} input '${token}' expecting <EOF>`
}

/** A type error in cel-go's words; of a call it marks the parenthesis. */
function typeError(source: Source, error: Error): string {
  const { text } = source
  const message = firstLine(error.message)
  const start = startOf(error)
  const [, left, operator, right] = /^no such overload: (\S+) (\S+) (\S+)$/.exec(message) ?? []
  if (operator !== undefined) {
    const name = operator === 'in' ? '@in' : `_${operator}_`
    const at = text.indexOf(operator === 'in' ? ' in ' : operator, start) + Number(operator === 'in')
    return failed(source, at, `found no matching overload for '${name}' applied to '(${left}, ${right})'`)
  }
  const [, callee = '', types = ''] = /^found no matching overload for '(?:.*\.)?(\w+)\((.*)\)'$/.exec(message) ?? []
  if (callee === '') return failed(source, start, message)
  const at = text.indexOf(`${callee}(`, start) + callee.length
  const known = environment.getDefinitions().functions.some(({ name }) => name === callee)
  return failed(
    source,
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
