// awk's own functions that need nothing but their arguments and its memory.
import type { Memory } from './memory.ts'
import { AwkFault } from './syntax.ts'
import { formatted, numberOf, patternOf, type Value } from './values.ts'

type Own = (values: readonly Value[], memory: Memory) => Value

const numeric =
  (work: (number: number, other: number) => number): Own =>
  ([first, second]) =>
    work(numberOf(first), numberOf(second))

/** Functions by name. */
export const ownFunctions: Readonly<Record<string, Own>> = {
  atan2: numeric((y, x) => Math.atan2(y, x)),
  cos: numeric((x) => Math.cos(x)),
  exp: numeric((x) => Math.exp(x)),
  int: numeric((x) => Math.trunc(x)),
  log: numeric((x) => Math.log(x)),
  sin: numeric((x) => Math.sin(x)),
  sqrt: numeric((x) => Math.sqrt(x)),
  and: numeric((a, b) => Number(BigInt(a) & BigInt(b))),
  or: numeric((a, b) => Number(BigInt(a) | BigInt(b))),
  xor: numeric((a, b) => Number(BigInt(a) ^ BigInt(b))),
  lshift: numeric((a, b) => a * 2 ** b),
  rshift: numeric((a, b) => Math.floor(a / 2 ** b)),
  index: ([text, part], memory) => memory.write(text).indexOf(memory.write(part)) + 1,
  sprintf: ([format, ...values], memory) => formatted(memory.write(format), values),
  tolower: ([text], memory) => memory.write(text).toLowerCase(),
  toupper: ([text], memory) => memory.write(text).toUpperCase(),
  substr([text, from, length], memory) {
    const start = Math.round(numberOf(from))
    const end = length === undefined ? Number.POSITIVE_INFINITY : start + Math.round(numberOf(length))
    return memory.write(text).slice(Math.max(start, 1) - 1, Math.max(end, 1) - 1)
  },
}

/** Where a pattern is in a text: RSTART and RLENGTH are set. */
export function matchIn(text: string, pattern: string, memory: Memory): number {
  const found = patternOf(pattern).exec(text)
  memory.set('RSTART', found ? found.index + 1 : 0)
  memory.set('RLENGTH', found ? found[0].length : -1)
  return found ? found.index + 1 : 0
}

/** A text with a pattern replaced; `&` in what takes its place is what was found. */
export function replaced(text: string, pattern: string, by: string, all: boolean): { readonly text: string; readonly count: number } {
  let count = 0
  const written = text.replace(patternOf(pattern, all ? 'g' : ''), (found: string) => {
    count += 1
    return by.replace(/\\\\|\\&|&/g, (part) => (part === '&' ? found : part.slice(1)))
  })
  return { text: written, count }
}

/** The error of a function that there is not. */
export function noFunction(): AwkFault {
  return new AwkFault('Call to undefined function')
}
