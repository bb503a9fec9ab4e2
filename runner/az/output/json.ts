// -o json: two blanks of indent, keys sorted.
import { sortedKeys } from '../python.ts'

/** The result as az prints it by default. */
export function formatJson(value: unknown): string {
  return `${dump(value, '')}\n`
}

function dump(value: unknown, indent: string): string {
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[\n${value.map((part) => `${inner}${dump(part, inner)}`).join(',\n')}\n${indent}]`
  }
  if (typeof value === 'object' && value !== null) {
    const keys = sortedKeys(value).filter((key) => Reflect.get(value, key) !== undefined)
    if (keys.length === 0) return '{}'
    return `{\n${keys.map((key) => `${inner}${JSON.stringify(key)}: ${dump(Reflect.get(value, key), inner)}`).join(',\n')}\n${indent}}`
  }
  return JSON.stringify(value) ?? 'null'
}
