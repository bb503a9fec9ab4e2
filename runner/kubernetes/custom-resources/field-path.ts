// Paths to fields of a schema, as rules and selectable fields name them (apiextensions `schema/cel.ValidFieldPath`).
import { isObject, type JsonObject } from '../../base/json.ts'

/** The path as errors print it with the schema that it leads to, or why it leads nowhere. */
export type FieldPath = { readonly path: string; readonly root: string; readonly schema: JsonObject } | { readonly problem: string }

const nowhere = 'does not refer to a valid field'
const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' }

/** Follows `.spec.name` or `.spec.labels['a']` through a schema. */
export function followPath(text: string, schema: JsonObject, options: { readonly brackets: boolean } = { brackets: true }): FieldPath {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/g) ?? []
  let here: { path: string; root: string; schema: JsonObject } = { path: '', root: '', schema }
  for (let at = 0; at < tokens.length; ) {
    const step = stepAt(tokens, at, options.brackets)
    if ('problem' in step) return step
    const next = enter(here, step.name)
    if (next === undefined) return { problem: nowhere }
    here = next
    if (step.closed !== undefined && step.closed !== ']')
      return { problem: step.closed === '' ? 'unexpected end of JSON path' : `expected ] but got ${step.closed}` }
    at += step.length
  }
  return here
}

interface Step {
  readonly name: string
  readonly length: number
  /** What stands where a bracket should be closed. */
  readonly closed?: string
}

function stepAt(tokens: readonly string[], at: number, brackets: boolean): Step | { readonly problem: string } {
  const [delimiter = '', name] = tokens.slice(at)
  if (delimiter === '[' && !brackets) return { problem: 'array notation is not allowed' }
  if (delimiter !== '[' && delimiter !== '.') return { problem: `expected [ or . but got: ${delimiter}` }
  if (name === undefined) return { problem: 'unexpected end of JSON path' }
  if (delimiter === '.') return { name, length: 2 }
  if (name.length < 2 || !name.startsWith("'") || !name.endsWith("'")) return { problem: `expected single quoted string but got ${name}` }
  const wrong = /\\(?![abfnrtv'\\])./.exec(name)
  if (wrong) return { problem: `invalid string literal: invalid escape char ${wrong[0]}` }
  return { name: name.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter), length: 3, closed: tokens[at + 2] ?? '' }
}

function enter({ path, root, schema }: { path: string; root: string; schema: JsonObject }, name: string) {
  const { properties, additionalProperties } = schema
  if (isObject(properties) && Object.keys(properties).length > 0) {
    const found = Object.hasOwn(properties, name) ? properties[name] : undefined
    return isObject(found) ? { path: path === '' ? name : `${path}.${name}`, root: root || name, schema: found } : undefined
  }
  return isObject(additionalProperties) ? { path: `${path}[${name}]`, root: root || `[${name}]`, schema: additionalProperties } : undefined
}
