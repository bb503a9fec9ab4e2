// Which flow schema a request falls under (apiserver `util/flowcontrol/rule.go`): the first that matches, by precedence, then by name.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { UserInfo } from '../identity.ts'
import { at, type KubernetesObject } from '../object.ts'
import type { RequestInfo } from './request-info.ts'

/** What is classified. */
export interface Classified {
  readonly user: UserInfo
  readonly info: RequestInfo
}

/** The schema that a request falls under; undefined where none matches. */
export function flowSchemaFor(schemas: readonly KubernetesObject[], request: Classified): KubernetesObject | undefined {
  let best: KubernetesObject | undefined
  for (const schema of schemas) if ((!best || comesBefore(schema, best)) && matches(schema, request)) best = schema
  return best
}

function comesBefore(one: KubernetesObject, other: KubernetesObject): boolean {
  const [left, right] = [one, other].map((schema) => Number(at(schema, 'spec', 'matchingPrecedence') ?? 1000))
  return left === right ? (one.metadata.name ?? '') < (other.metadata.name ?? '') : (left ?? 0) < (right ?? 0)
}

function matches(schema: KubernetesObject, { user, info }: Classified): boolean {
  return objects(at(schema, 'spec', 'rules')).some((rule) => {
    if (!objects(rule.subjects).some((subject) => isSubject(subject, user))) return false
    return info.type === 'resource'
      ? objects(rule.resourceRules).some((each) => coversResource(each, info))
      : objects(rule.nonResourceRules).some(
          (each) => has(each.verbs, info.verb) && texts(each.nonResourceURLs).some((pattern) => coversPath(pattern, info.path)),
        )
  })
}

const accountPrefix = 'system:serviceaccount:'

function isSubject(subject: JsonObject, { name, groups }: UserInfo): boolean {
  if (subject.kind === 'User') return at(subject, 'user', 'name') === '*' || at(subject, 'user', 'name') === name
  if (subject.kind === 'Group') return at(subject, 'group', 'name') === '*' || groups.includes(String(at(subject, 'group', 'name')))
  if (!name.startsWith(accountPrefix)) return false
  const [namespace, account] = name.slice(accountPrefix.length).split(':')
  const wanted = at(subject, 'serviceAccount', 'name')
  return at(subject, 'serviceAccount', 'namespace') === namespace && (wanted === '*' || wanted === account)
}

function coversResource(rule: JsonObject, info: Extract<RequestInfo, { readonly type: 'resource' }>): boolean {
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  if (!has(rule.verbs, info.verb) || !has(rule.apiGroups, info.group) || !has(rule.resources, resource)) return false
  return info.namespace === '' ? rule.clusterScope === true : has(rule.namespaces, info.namespace)
}

function coversPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true
  return pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))
}

function has(list: Json | undefined, value: string): boolean {
  const values = texts(list)
  return values.includes('*') || values.includes(value)
}

function texts(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.map(String) : []
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}
