// Operators whose operands have types that do not go together, as far as schemas and literals say them (cel-go's checker).
import type { JsonObject } from '../../../base/json.ts'

/** A type by cel-go's name; undefined where anything goes. */
export type TypeName = 'int' | 'uint' | 'double' | 'bool' | 'string' | 'bytes' | 'timestamp' | 'duration' | 'null' | undefined

/** What an operator makes, or why it cannot. */
export interface Outcome {
  readonly type?: TypeName
  readonly problem?: string
}

const formats: Readonly<Record<string, TypeName>> = { byte: 'bytes', 'date-time': 'timestamp', date: 'timestamp', duration: 'duration' }
const numbers = new Set<TypeName>(['int', 'uint', 'double'])
const added = new Set<TypeName>(['int', 'uint', 'double', 'string', 'bytes', 'duration'])
const comparisons = new Set(['<', '<=', '>', '>='])
const equalities = new Set(['==', '!='])
const reckoned: Readonly<Record<string, ReadonlySet<TypeName>>> = { '+': added, '-': numbers, '*': numbers, '/': numbers, '%': new Set(['int', 'uint']) }

/** The type that a schema gives a value; none for what is several, or no scalar. */
export function typeOfSchema(schema: JsonObject | undefined): TypeName {
  if (schema === undefined || schema['x-kubernetes-int-or-string'] === true) return undefined
  if (schema.type === 'integer') return 'int'
  if (schema.type === 'number') return 'double'
  if (schema.type === 'boolean') return 'bool'
  return schema.type === 'string' ? (formats[String(schema.format)] ?? 'string') : undefined
}

/** The type of a literal, as the parser gives it. */
export function typeOfLiteral(value: unknown): TypeName {
  if (value === null) return 'null'
  const names: Readonly<Record<string, TypeName>> = { bigint: 'int', number: 'double', string: 'string', boolean: 'bool' }
  return names[typeof value]
}

/** What an operator between two values makes of their types. */
export function between(operator: string, left: TypeName, right: TypeName): Outcome {
  if (comparisons.has(operator) || equalities.has(operator)) return fits(operator, left, right) ? { type: 'bool' } : misfit(operator, left, right)
  const fitting = reckoned[operator]
  if (!fitting || left === undefined || right === undefined) return {}
  if (left === 'timestamp' || right === 'timestamp') return {}
  return left === right && fitting.has(left) ? { type: left } : misfit(operator, left, right)
}

function fits(operator: string, left: TypeName, right: TypeName): boolean {
  if (left === undefined || right === undefined || left === right) return true
  return comparisons.has(operator) && numbers.has(left) && numbers.has(right)
}

function misfit(operator: string, left: TypeName, right: TypeName): Outcome {
  return { problem: `found no matching overload for '_${operator}_' applied to '(${left}, ${right})'` }
}

/** What an operator before a value makes of its type. */
export function before(operator: string, operand: TypeName): Outcome {
  const fitting = operator === '!_' ? operand === 'bool' : operand === 'int' || operand === 'double' || operand === 'duration'
  if (operand === undefined || fitting) return { type: operator === '!_' ? 'bool' : operand }
  return { problem: `found no matching overload for '${operator}' applied to '(${operand})'` }
}
