// Validation of FlowSchemas (`pkg/apis/flowcontrol/validation`).
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isDns1123Label, isDns1123Subdomain } from '../validation/names.ts'
import { fields, number, objects, present, text, texts } from '../validation/read.ts'
import { optionalName, requiredText } from '../validation/references.ts'

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const methods = ['ByNamespace', 'ByUser']
const subjects: Readonly<Record<string, string>> = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' }

/** Findings on the spec of a FlowSchema. */
export function* validateFlow(spec: JsonObject, name: string): Findings {
  const precedence = number(spec.matchingPrecedence)
  const field = 'spec.matchingPrecedence'
  if (precedence <= 0) yield invalid(field, precedence, 'must be a positive value')
  if (precedence > 10000) yield invalid(field, precedence, 'must not be greater than 10000')
  if (precedence === 1 && name !== 'exempt') yield invalid(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
  const method = spec.distinguisherMethod
  if (present(method) && !methods.includes(text(fields(method).type)))
    yield notSupported('spec.distinguisherMethod.type', internalForm(method, 'flowcontrol.v1.FlowDistinguisherMethod'), methods)
  const level = text(fields(spec.priorityLevelConfiguration).name)
  if (level === '') yield required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
  yield* optionalName('spec.priorityLevelConfiguration.name', level)
  for (const [index, rule] of objects(spec.rules).entries()) yield* validateRule(rule, item('spec.rules', index))
}

function* validateRule(rule: JsonObject, path: string): Findings {
  const [given, resources, others] = [objects(rule.subjects), objects(rule.resourceRules), objects(rule.nonResourceRules)]
  for (const [index, subject] of given.entries()) yield* validateSubject(subject, item(child(path, 'subjects'), index))
  if (given.length === 0) yield required(child(path, 'subjects'), 'subjects must contain at least one value')
  if (resources.length === 0 && others.length === 0) yield required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  for (const [index, one] of resources.entries()) yield* validateResources(one, item(child(path, 'resourceRules'), index))
  for (const [index, one] of others.entries()) yield* validateUrls(one, item(child(path, 'nonResourceRules'), index))
}

function* validateSubject(subject: JsonObject, path: string): Findings {
  const kind = text(subject.kind)
  const own = subjects[kind]
  if (own === undefined) return yield notSupported(child(path, 'kind'), kind, Object.keys(subjects))
  const field = child(path, own)
  if (!present(subject[own])) yield required(field, `${own} is required when subject kind is '${kind}'`)
  else yield* validateNamed(fields(subject[own]), field, own === 'serviceAccount')
  for (const [other, name] of [
    ['ServiceAccount', 'serviceAccount'],
    ['User', 'user'],
    ['Group', 'group'],
  ] as const)
    if (name !== own && present(subject[name])) yield forbidden(child(path, name), `${name} is forbidden when subject kind is not '${other}'`)
}

function* validateNamed({ name, namespace }: JsonObject, path: string, isAccount: boolean): Findings {
  yield* requiredText(child(path, 'name'), name)
  if (!isAccount) return
  if (name !== '*') yield* optionalName(child(path, 'name'), name, isDns1123Subdomain)
  if (text(namespace) === '') yield required(child(path, 'namespace'), 'must specify namespace for service account')
  yield* optionalName(child(path, 'namespace'), namespace, isDns1123Label)
}

function* validateVerbs(given: readonly string[], path: string): Findings {
  if (given.length === 0) yield required(path, 'verbs must contain at least one value')
  else if (given.includes('*')) yield* alone(given, path, 'verbs')
  else if (given.some((verb) => !verbs.includes(verb))) yield notSupported(path, [...given], verbs)
}

function* alone(given: readonly string[], path: string, what: string): Findings {
  if (given.length > 1 && given.includes('*')) yield invalid(path, [...given], `if '*' is present, must not specify other ${what}`)
}

function* validateResources(rule: JsonObject, path: string): Findings {
  yield* validateVerbs(texts(rule.verbs), child(path, 'verbs'))
  yield* validateList(rule.apiGroups, child(path, 'apiGroups'), ['at least one api group', 'api groups'])
  yield* validateList(rule.resources, child(path, 'resources'), ['at least one resource', 'resources'])
  const [namespaces, field] = [texts(rule.namespaces), child(path, 'namespaces')]
  if (namespaces.length === 0 && rule.clusterScope !== true)
    return yield required(field, 'resource rules that are not cluster scoped must supply at least one namespace')
  if (namespaces.includes('*')) return yield* alone(namespaces, field, 'namespaces')
  for (const [index, namespace] of namespaces.entries())
    for (const problem of isDns1123Label(namespace))
      yield invalid(item(field, index), namespace, `each member of this list must be '*' or a DNS-1123 label; ${problem}`)
}

function* validateList(value: Json | undefined, path: string, [some, others]: readonly [string, string]): Findings {
  if (texts(value).length === 0) yield required(path, `resource rules must supply ${some}`)
  else yield* alone(texts(value), path, others)
}

function* validateUrls(rule: JsonObject, path: string): Findings {
  yield* validateVerbs(texts(rule.verbs), child(path, 'verbs'))
  const [urls, field] = [texts(rule.nonResourceURLs), child(path, 'nonResourceURLs')]
  if (urls.length === 0) return yield required(field, 'nonResourceURLs must contain at least one value')
  if (urls.includes('*')) return yield* alone(urls, field, 'non-resource URLs')
  for (const [index, url] of urls.entries()) yield* invalidAll(item(field, index), url, urlProblem(url))
}

function urlProblem(url: string): readonly string[] {
  if (url === '') return ['must not be empty']
  if (url === '/') return []
  if (!url.startsWith('/')) return ['must start with slash']
  if (url.includes(' ')) return ['must not contain white-space']
  if (url.includes('//')) return ['must not contain double slash']
  const wildcards = url.split('*').length - 1
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? ['wildcard can only do suffix matching'] : []
}
