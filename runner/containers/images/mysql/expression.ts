// Expressions of SQL: literals, columns, variables and functions of the server, comparisons.
import { formatDate } from '../../commands/date.ts'
import { matches } from '../../shell/glob.ts'

/** A value of a column. */
export type Cell = string | number | null

/** An expression as it was read. */
export type Condition =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'compare'; readonly left: Condition; readonly sign: string; readonly right: Condition }

/** What an expression sees. */
export interface Scope {
  readonly row: Readonly<Record<string, Cell>>
  /** Variables of the server, as `server_id`. */
  readonly variables: Readonly<Record<string, Cell>>
  readonly user: string
  readonly database: () => string | undefined
  now(): number
}

/** Reads an expression. */
export function expressionOf(given: string): Condition {
  const text = given.trim()
  for (const kind of ['or', 'and'] as const) {
    const parts = split(text, kind)
    if (parts.length > 1) return { kind, parts: parts.map(expressionOf) }
  }
  const [, left, sign, right] = /^((?:[^'"<>=!]|'[^']*'|"[^"]*")+?)\s*(<=|>=|<>|!=|=|<|>|\blike\b|\bis not\b|\bis\b)\s*(.+)$/is.exec(text) ?? []
  if (left === undefined || sign === undefined || right === undefined) return { kind: 'text', text }
  return { kind: 'compare', left: expressionOf(left), sign: sign.toLowerCase(), right: expressionOf(right) }
}

/** Parts between a word, quotes heeded. */
function split(text: string, word: string): readonly string[] {
  return text.split(new RegExp(`\\s+${word}\\s+(?=(?:[^']*'[^']*')*[^']*$)`, 'i'))
}

/** True if a condition holds for a row. */
export function holds(condition: Condition, scope: Scope): boolean {
  const found = value(condition, scope)
  return found !== null && found !== 0 && found !== '' && found !== '0'
}

const comparisons: Readonly<Record<string, (a: Cell, b: Cell) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => (a ?? '') < (b ?? ''),
  '>': (a, b) => (a ?? '') > (b ?? ''),
  '<=': (a, b) => (a ?? '') <= (b ?? ''),
  '>=': (a, b) => (a ?? '') >= (b ?? ''),
  like: (a, b) => matches(String(a).toLowerCase(), String(b).toLowerCase().replaceAll('%', '*').replaceAll('_', '?')),
  is: (a, b) => a === b,
  'is not': (a, b) => a !== b,
}

/** The value of an expression. */
export function value(expression: Condition, scope: Scope): Cell {
  if (expression.kind === 'text') return literal(expression.text, scope)
  if (expression.kind === 'compare') {
    const [left, right] = [value(expression.left, scope), value(expression.right, scope)]
    const [a, b] = typeof left === 'number' || typeof right === 'number' ? [asNumber(left), asNumber(right)] : [left, right]
    return comparisons[expression.sign]?.(a, b) ? 1 : 0
  }
  const test = (part: Condition): boolean => holds(part, scope)
  return (expression.kind === 'and' ? expression.parts.every(test) : expression.parts.some(test)) ? 1 : 0
}

function asNumber(cell: Cell): Cell {
  return cell === null ? null : Number(cell)
}

function literal(text: string, scope: Scope): Cell {
  const [, single, double] = /^(?:'((?:[^'\\]|\\.|'')*)'|"((?:[^"\\]|\\.)*)")$/s.exec(text) ?? []
  const quoted = single ?? double
  if (quoted !== undefined) return quoted.replaceAll("''", "'").replace(/\\(.)/gs, '$1')
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (/^null$/i.test(text)) return null
  const [, variable] = /^@@(?:global\.|session\.)?(\w+)$/i.exec(text) ?? []
  if (variable !== undefined) return scope.variables[variable.toLowerCase()] ?? null
  const [, called] = /^(\w+)\s*\(\s*\)$/.exec(text) ?? []
  if (called !== undefined || /^(now|current_timestamp|current_user)$/i.test(text)) return calledOf((called ?? text).toLowerCase(), scope)
  const [, sum, left, sign, right] = /^((\d+)\s*([-+*/])\s*(\d+))$/.exec(text) ?? []
  if (sum !== undefined)
    return (
      { '+': Number(left) + Number(right), '-': Number(left) - Number(right), '*': Number(left) * Number(right), '/': Number(left) / Number(right) }[
        sign ?? '+'
      ] ?? null
    )
  return scope.row[text.replaceAll('`', '').split('.').at(-1) ?? ''] ?? null
}

function calledOf(name: string, { variables, user, database, now }: Scope): Cell {
  const values: Readonly<Record<string, () => Cell>> = {
    now: () => formatDate(now(), '%Y-%m-%d %H:%M:%S'),
    current_timestamp: () => formatDate(now(), '%Y-%m-%d %H:%M:%S'),
    version: () => variables.version ?? '',
    user: () => user,
    current_user: () => user.replace(/@.*/, '@%'),
    database: () => database() ?? null,
    hostname: () => variables.hostname ?? '',
  }
  return values[name]?.() ?? null
}
