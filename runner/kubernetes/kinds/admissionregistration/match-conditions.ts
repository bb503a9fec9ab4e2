// Match conditions of webhooks and policies: CEL expressions that say whether a request is meant at all.
import type { Json } from '../../../base/json.ts'
import { compile } from '../../custom-resources/cel/compile.ts'
import { child, duplicate, type Findings, invalid, item, required, tooMany } from '../validation/findings.ts'
import { isQualifiedName } from '../validation/names.ts'
import { objects, text } from '../validation/read.ts'

const most = 64
const ofWebhooks = ['object', 'oldObject', 'request', 'authorizer', 'authorizer.requestResource']

/** Findings on a list of match conditions; policies let them speak of `params` too. */
export function* validateMatchConditions(conditions: Json | undefined, path: string, more: readonly string[] = []): Findings {
  const given = objects(conditions)
  if (given.length > most) yield tooMany(path, given.length, most)
  const variables = new Map([...ofWebhooks, ...more].map((name) => [name, undefined] as const))
  const names = new Set<string>()
  for (const [index, { name, expression }] of given.entries()) {
    const at = item(path, index)
    yield* validateCondition(text(expression).trim(), child(at, 'expression'), variables)
    if (text(name) === '') yield required(child(at, 'name'))
    else for (const problem of isQualifiedName(text(name))) yield invalid(child(at, 'name'), name, problem)
    if (text(name) !== '' && names.has(text(name))) yield duplicate(child(at, 'name'), name)
    names.add(text(name))
  }
}

function* validateCondition(expression: string, field: string, variables: ReadonlyMap<string, undefined>): Findings {
  if (expression === '') return yield required(field)
  const compiled = compile(expression, { variables })
  if ('error' in compiled) yield invalid(field, expression, compiled.error)
  else if (compiled.type !== 'bool' && (compiled.type !== 'dyn' || compiled.open))
    yield invalid(field, expression, `must evaluate to bool but got ${compiled.type}`)
}
