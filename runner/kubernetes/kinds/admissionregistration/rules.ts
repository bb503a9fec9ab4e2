// Which requests a webhook or policy looks at.
import type { JsonObject } from '../../../base/json.ts'
import { child, type Findings, invalid, item, notSupported, required } from '../validation/findings.ts'
import { present, text, texts } from '../validation/read.ts'

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']

/** Findings on a rule with operations. */
export function* validateOperations(rule: JsonObject, path: string): Findings {
  const given = texts(rule.operations)
  const field = child(path, 'operations')
  if (given.length === 0) yield required(field)
  if (given.length > 1 && given.includes('*')) yield invalid(field, given, "if '*' is present, must not specify other operations")
  for (const [index, operation] of given.entries()) if (!operations.includes(operation)) yield notSupported(item(field, index), operation, operations)
  yield* validateRule(rule, path)
}

function* validateRule(rule: JsonObject, path: string): Findings {
  for (const [name, words] of [
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
  ] as const) {
    const given = texts(rule[name])
    if (given.length === 0) yield required(child(path, name))
    if (given.length > 1 && given.includes('*')) yield invalid(child(path, name), given, `if '*' is present, must not specify other ${words}`)
    if (name === 'apiVersions') for (const [index, version] of given.entries()) if (version === '') yield required(item(child(path, name), index))
  }
  const resources = texts(rule.resources)
  if (resources.length === 0) yield required(child(path, 'resources'))
  if (resources.length > 1 && resources.includes('*/*'))
    yield invalid(child(path, 'resources'), resources, "if '*/*' is present, must not specify other resources")
  for (const [index, resource] of resources.entries()) if (resource === '') yield required(item(child(path, 'resources'), index))
  if (present(rule.scope) && !scopes.includes(text(rule.scope))) yield notSupported(child(path, 'scope'), rule.scope, scopes)
}
