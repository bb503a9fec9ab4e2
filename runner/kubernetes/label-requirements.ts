// The requirements that label selectors are made of: query syntax, rules and matching (apimachinery `pkg/labels`).
import { isLabelValue, isQualifiedName } from './kinds/validation/names.ts'

/** One requirement on labels; `!` and `exists` have no values. */
export interface Requirement {
  readonly key: string
  readonly operator: '=' | '==' | '!=' | 'in' | 'notin' | '>' | '<' | 'exists' | '!'
  readonly values: readonly string[]
}

/** A selector that cannot be understood, in the server's words. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

/** Makes a requirement, or throws SelectorError for a key or values that it cannot have. */
export function createRequirement(key: string, operator: Requirement['operator'], values: readonly string[]): Requirement {
  const problems = [...problemOf(isQualifiedName(key), 'key', key), ...countProblem(operator, values)]
  values.forEach((value, index) => {
    if ((operator === '>' || operator === '<') && !/^[-+]?\d+$/.test(value)) {
      problems.push(invalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
    }
  })
  values.forEach((value, index) => {
    problems.push(...problemOf(isLabelValue(value), `values[${index}][${key}]`, value))
  })
  if (problems.length > 0) throw new SelectorError(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`)
  return { key, operator, values }
}

/** Whether labels satisfy a requirement. */
export function satisfies(labels: Readonly<Record<string, string>>, { key, operator, values }: Requirement): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case '>':
    case '<':
      return value !== undefined && /^[-+]?\d+$/.test(value) && inOrder(BigInt(value), operator, BigInt(values[0] ?? '0'))
    default:
      return value !== undefined && values.includes(value)
  }
}

/** A requirement in query syntax, values sorted. */
export function formatRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  const list = values.toSorted().join(',')
  return operator === 'in' || operator === 'notin' ? `${key} ${operator} (${list})` : `${key}${operator}${list}`
}

/** Parses query syntax; throws SelectorError. */
export function parseRequirements(text: string): readonly Requirement[] {
  const tokens: Tokens = { list: [...scan(text)], next: 0 }
  const requirements: Requirement[] = []
  if (peek(tokens) === '') return requirements
  for (;;) {
    if (!isWord(peek(tokens)) && peek(tokens) !== '!') throw new SelectorError(`found '${peek(tokens)}', expected: !, identifier, or 'end of string'`)
    requirements.push(readRequirement(tokens))
    const separator = take(tokens)
    if (separator === '') return requirements
    if (separator !== ',') throw new SelectorError(`found '${separator}', expected: ',' or 'end of string'`)
    if (!isWord(peek(tokens)) && peek(tokens) !== '!') throw new SelectorError(`found '${peek(tokens)}', expected: identifier after ','`)
  }
}

interface Tokens {
  readonly list: readonly string[]
  next: number
}

function* scan(text: string): Generator<string> {
  for (const [token] of text.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)) yield token
}

function peek(tokens: Tokens): string {
  return tokens.list[tokens.next] ?? ''
}

function take(tokens: Tokens): string {
  return tokens.list[tokens.next++] ?? ''
}

function isWord(token: string): boolean {
  return token !== '' && !/^[=!(),<>]/.test(token)
}

const binary = ['in', 'notin', '=', '==', '!=', '>', '<'] as const

function readRequirement(tokens: Tokens): Requirement {
  try {
    const negated = peek(tokens) === '!'
    if (negated) take(tokens)
    const key = take(tokens)
    if (!isWord(key)) throw new SelectorError(`found '${key}', expected: identifier`)
    const [problem] = problemOf(isQualifiedName(key), '<nil>', key)
    if (problem !== undefined) throw new SelectorError(problem)
    if (negated) return createRequirement(key, '!', [])
    if (peek(tokens) === '' || peek(tokens) === ',') return createRequirement(key, 'exists', [])
    const found = take(tokens)
    const operator = binary.find((known) => known === found)
    if (operator === undefined) throw new SelectorError(`found '${found}', expected: in, notin, =, ==, !=, gt, lt`)
    return createRequirement(key, operator, operator === 'in' || operator === 'notin' ? readList(tokens) : [readExact(tokens)])
  } catch (error) {
    throw error instanceof SelectorError ? new SelectorError(`unable to parse requirement: ${error.message}`) : error
  }
}

function readExact(tokens: Tokens): string {
  if (peek(tokens) === '' || peek(tokens) === ',') return ''
  const value = take(tokens)
  if (!isWord(value)) throw new SelectorError(`found '${value}', expected: identifier`)
  return value
}

/** `(a,b)`: nothing between two commas is the empty value. */
function readList(tokens: Tokens): readonly string[] {
  const open = take(tokens)
  if (open !== '(') throw new SelectorError(`found '${open}' expected: '('`)
  const values = new Set<string>()
  if (peek(tokens) === ')') return take(tokens) === ')' ? [] : []
  if (!isWord(peek(tokens)) && peek(tokens) !== ',') throw new SelectorError(`found '${peek(tokens)}', expected: ',', ')' or identifier`)
  for (;;) {
    const token = take(tokens)
    if (token === ',') {
      if (values.size === 0) values.add('')
      if (peek(tokens) === ',' || peek(tokens) === ')') values.add('')
      if (peek(tokens) === ',') take(tokens)
    } else if (isWord(token)) {
      values.add(token)
      if (peek(tokens) !== ',' && peek(tokens) !== ')') throw new SelectorError(`found '${peek(tokens)}', expected: ',' or ')'`)
    } else throw new SelectorError(`found '${token}', expected: ',', or identifier`)
    if (peek(tokens) === ')') {
      take(tokens)
      return [...values].sort()
    }
  }
}

const countRules: Readonly<Record<Requirement['operator'], { readonly fits: (count: number) => boolean; readonly says: string }>> = {
  in: { fits: (count) => count > 0, says: "for 'in', 'notin' operators, values set can't be empty" },
  notin: { fits: (count) => count > 0, says: "for 'in', 'notin' operators, values set can't be empty" },
  '=': { fits: (count) => count === 1, says: 'exact-match compatibility requires one single value' },
  '==': { fits: (count) => count === 1, says: 'exact-match compatibility requires one single value' },
  '!=': { fits: (count) => count === 1, says: 'exact-match compatibility requires one single value' },
  exists: { fits: (count) => count === 0, says: 'values set must be empty for exists and does not exist' },
  '!': { fits: (count) => count === 0, says: 'values set must be empty for exists and does not exist' },
  '>': { fits: (count) => count === 1, says: "for 'Gt', 'Lt' operators, exactly one value is required" },
  '<': { fits: (count) => count === 1, says: "for 'Gt', 'Lt' operators, exactly one value is required" },
}

function countProblem(operator: Requirement['operator'], values: readonly string[]): string[] {
  const rule = countRules[operator]
  return rule.fits(values.length) ? [] : [`values: Invalid value: ${JSON.stringify(values)}: ${rule.says}`]
}

function problemOf(problems: readonly string[], field: string, value: string): string[] {
  return problems.length === 0 ? [] : [invalid(field, value, problems.join('; '))]
}

function invalid(field: string, value: string, says: string): string {
  return `${field}: Invalid value: ${JSON.stringify(value)}: ${says}`
}

function inOrder(a: bigint, operator: '<' | '>', b: bigint): boolean {
  return operator === '>' ? a > b : a < b
}
