// Numbers that may be percentages, and the rules that workloads share.
import type { Json } from '../../../base/json.ts'
import { type Findings, invalid, nonNegative } from './findings.ts'
import { isPercent } from './names.ts'

/** A number that is not negative, or a percentage. */
export function* countOrPercent(field: string, value: Json | undefined): Findings {
  if (value === undefined || value === null) return
  if (typeof value === 'string') {
    for (const message of isPercent(value)) yield invalid(field, value, message)
  } else yield* nonNegative(field, value)
}

/** A percentage above 100 is refused; a plain number is not looked at. */
export function* atMostWhole(field: string, value: Json | undefined): Findings {
  if (percentOf(value) > 100) yield invalid(field, value, 'must not be greater than 100%')
}

/** The number, or the number before `%`; 0 for anything else. */
export function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : percentOf(value)
}

function percentOf(value: Json | undefined): number {
  return typeof value === 'string' && isPercent(value).length === 0 ? Number(value.slice(0, -1)) : 0
}
