// Validation of what makes an indexed Job a success before all of it is (`validateSuccessPolicy` of batch/validation).
import type { JsonObject } from '../../../base/json.ts'
import { child, type Findings, invalid, item, nonNegative, required, tooLong, tooMany } from '../validation/findings.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'

const most = { rules: 20, indexes: 64 * 1024 }

/** Findings on the rules of `successPolicy`. */
export function* validateSuccessPolicy(spec: JsonObject, path: string): Findings {
  const rules = objects(fields(spec.successPolicy).rules)
  if (rules.length === 0) yield required(path, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > most.rules) yield tooMany(path, rules.length, most.rules)
  for (const [index, rule] of rules.entries()) yield* validateRule(rule, item(path, index), number(spec.completions))
}

function* validateRule(rule: JsonObject, path: string, completions: number): Findings {
  const { succeededCount: count, succeededIndexes: indexes } = rule
  if (!present(count) && !present(indexes)) yield required(path, 'at least one of succeededCount or succeededIndexes must be specified')
  const read = present(indexes) ? readIndexes(text(indexes), completions) : 0
  if (text(indexes).length > most.indexes) yield tooLong(child(path, 'succeededIndexes'), most.indexes)
  if (typeof read === 'string') yield invalid(child(path, 'succeededIndexes'), indexes, `error parsing succeededIndexes: ${read}`)
  if (!present(count)) return
  const here = child(path, 'succeededCount')
  yield* nonNegative(here, count)
  if (number(count) > completions) yield invalid(here, count, `must be less than or equal to ${completions} (the number of specified completions)`)
  const total = typeof read === 'string' ? 0 : read
  if (present(indexes) && number(count) > total)
    yield invalid(here, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`)
}

/** How many indexes `1,3-5` names, or what is wrong with it. */
function readIndexes(indexes: string, completions: number): number | string {
  let last = -1
  let total = 0
  for (const interval of indexes === '' ? [] : indexes.split(',')) {
    const read = readInterval(interval, completions)
    if (typeof read === 'string') return read
    if (last >= read.first) return `non-increasing order, previous: ${last}, current: ${read.first}`
    total += read.last - read.first + 1
    last = read.last
  }
  return total
}

function readInterval(interval: string, completions: number): { readonly first: number; readonly last: number } | string {
  const parts = interval.split('-')
  if (parts.length > 2) return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`
  for (const part of parts) {
    if (!/^[+-]?\d+$/.test(part)) return `cannot convert string to integer for index: ${JSON.stringify(part)}`
    if (Number(part) >= completions) return `too large index: "${part}"`
  }
  const [first = 0, last = first] = parts.map(Number)
  return parts.length > 1 && first >= last ? `non-increasing order, previous: ${first}, current: ${last}` : { first, last }
}
