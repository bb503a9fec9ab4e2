// Texts that are made of others in rules: `format` and `quote` (cel-go `ext/{strings,formatting}.go`).
import type { Environment } from '@marcbachmann/cel-js'

type Handler = (...values: never[]) => unknown

class StringsNamespace {}

/** Gives an environment the functions. */
export function registerTexts(environment: Environment): void {
  environment.registerType('StringsNamespace', StringsNamespace as never)
  environment.registerConstant('strings', 'StringsNamespace', new StringsNamespace() as never)
  const functions: Readonly<Record<string, Handler>> = {
    'string.format(list): string': format,
    'StringsNamespace.quote(string): string': (_strings: StringsNamespace, text: string) => JSON.stringify(text),
    'matches(string, string): bool': (text: string, pattern: string) => new RegExp(pattern).test(text),
  }
  for (const [signature, handler] of Object.entries(functions)) environment.registerFunction(signature, handler as never)
}

/** `"%s has %d".format(["a", 1])`. */
function format(pattern: string, args: readonly unknown[]): string {
  let next = 0
  return pattern.replace(/%(%|(?:\.(\d+))?([a-zA-Z]))/g, (_, whole: string, precision: string | undefined, verb: string) => {
    if (whole === '%') return '%'
    if (next >= args.length) throw new Error(`index ${next} out of range`)
    return formatOne(verb, args[next++], Number(precision ?? 6))
  })
}

function formatOne(verb: string, value: unknown, precision: number): string {
  switch (verb) {
    case 's':
      return printed(value, false)
    case 'd':
      return String(value)
    case 'f':
      return Number(value).toFixed(precision)
    case 'e':
      return exponent(Number(value), precision)
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : BigInt(value as bigint).toString(2)
    case 'o':
      return BigInt(value as bigint).toString(8)
    case 'x':
      return hex(value)
    case 'X':
      return hex(value).toUpperCase()
    default:
      throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
}

function exponent(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
}

function hex(value: unknown): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (bytes instanceof Uint8Array) return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return BigInt(value as bigint).toString(16)
}

/** A value as `%s` prints it; texts within others are quoted. */
function printed(value: unknown, within: boolean): string {
  if (typeof value === 'string') return within ? JSON.stringify(value) : value
  if (value === null) return 'null'
  if (value instanceof Date) return value.toISOString().replace(/\.?0*Z$/, 'Z')
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (Array.isArray(value)) return `[${value.map((part) => printed(part, true)).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  if (Object.getPrototypeOf(value) !== Object.prototype) return `${Number(value.valueOf()) / 1000}s`
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}: ${printed(part, true)}`).join(', ')}}`
}
