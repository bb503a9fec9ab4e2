// Values as Go's `fmt` prints them, which is how they stand in some refusals.
import { isObject, type Json } from '../../base/json.ts'
import { printNumber } from './print-number.ts'

/** A value as Go's `%v` prints it: `map[a:1 b:[x y]]`. */
export function formatGo(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(formatGo).join(' ')}]`
  if (typeof value === 'number') return printNumber(value)
  if (!isObject(value)) return String(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${name}:${formatGo(value[name])}`)
  return `map[${members.join(' ')}]`
}
