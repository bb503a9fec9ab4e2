// Texts in an expression that stand for a pattern, a time or a duration are read when it is compiled (cel-go `cel/validator.go`).
import { readGoPattern } from '../go-pattern.ts'
import type { Expr, TypeProblem } from './expand.ts'
import { clausesOf, typeProblem } from './format-text.ts'
import { type CelType, formatType } from './types.ts'

const duration = /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** The first part of a literal that has another type than those before it. */
export function mixtureProblem(parts: readonly Expr[], typeOf: (part: Expr) => CelType): TypeProblem | undefined {
  const types = parts.map((part) => ({ at: part.at, name: formatType(typeOf(part)) })).filter(({ name }) => name !== 'dyn')
  const [first, ...others] = types
  const odd = others.find(({ name }) => name !== first?.name)
  return odd && first && { at: odd.at, says: `expected type '${first.name}' but found '${odd.name}'` }
}

/** What is wrong with a text that a function is given, if it is. */
export function literalProblem(call: Expr & { readonly kind: 'call' }, typeOf: (part: Expr) => CelType): TypeProblem | undefined {
  const given = call.name === 'matches' && call.target === undefined ? call.args[1] : call.args[0]
  if (given?.kind !== 'literal') return undefined
  if (call.name === 'duration' && call.target === undefined && typeof given.value === 'bigint') return { says: 'invalid duration argument', at: given.at }
  if (typeof given.value !== 'string') return undefined
  const wrong = { says: `invalid ${call.name} argument`, at: given.at }
  if (call.name === 'matches') return 'problem' in readGoPattern(given.value) ? wrong : undefined
  if (call.target !== undefined || formatType(typeOf(call)) !== call.name) return undefined
  if (call.name === 'duration') return duration.test(given.value) ? undefined : wrong
  if (call.name === 'timestamp') return timestamp.test(given.value) && !Number.isNaN(Date.parse(given.value)) ? undefined : wrong
  return undefined
}

/** What is wrong with a pattern that makes a text of values, which are given with it. */
export function formatProblems({ name, target, args, at }: Expr & { readonly kind: 'call' }, typeOf: (part: Expr) => CelType): readonly TypeProblem[] {
  const [values] = args
  if (name !== 'format' || target?.kind !== 'literal' || typeof target.value !== 'string' || values?.kind !== 'list') return []
  try {
    const clauses = clausesOf(target.value, values.items.length)
    for (const [index, clause] of clauses.entries()) {
      const value = values.items[index]
      const says = value && typeProblem(clause, typeOf(value))
      if (value && says) return [{ at: value.at, says }]
    }
    const [expected, got] = [clauses.length, values.items.length]
    return got > expected ? [{ at, says: `too many arguments supplied to string.format (expected ${expected}, got ${got})` }] : []
  } catch (error) {
    return [{ at, says: error instanceof Error ? error.message : String(error) }]
  }
}
