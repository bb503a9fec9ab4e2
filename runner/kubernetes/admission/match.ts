// Which requests a webhook or a policy looks at: rules, and selectors of namespaces and objects (apiserver `admission/plugin/policy/matching`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../object.ts'
import { labelSelectorMatcher } from '../selectors.ts'
import type { AdmissionRequest } from './plugin.ts'

/** What matching reads of a webhook, of `matchConstraints`, and of `matchResources`. */
export interface Constraints {
  readonly rules: readonly JsonObject[]
  readonly excluded: readonly JsonObject[]
  readonly namespaceSelector: unknown
  readonly objectSelector: unknown
}

/** The constraints of a policy or binding. */
export function constraintsOf(value: unknown): Constraints {
  const given = isObject(value) ? value : {}
  return {
    rules: objectsOf(given.resourceRules),
    excluded: objectsOf(given.excludeResourceRules),
    namespaceSelector: given.namespaceSelector,
    objectSelector: given.objectSelector,
  }
}

/** True if a request is looked at; without rules any is, as far as rules go. */
export function concerns(request: AdmissionRequest, { rules, excluded, namespaceSelector, objectSelector }: Constraints): boolean {
  if (rules.length > 0 && !rules.some((rule) => ruleMatches(request, rule))) return false
  if (excluded.some((rule) => ruleMatches(request, rule))) return false
  return namespaceMatches(request, namespaceSelector) && objectMatches(request, objectSelector)
}

function ruleMatches(request: AdmissionRequest, rule: JsonObject): boolean {
  const { operation, resource, key, object, old } = request
  const holds = (list: unknown, value: string): boolean => Array.isArray(list) && (list.includes('*') || list.includes(value))
  const inNamespace = resource.namespaced
  const scope = rule.scope ?? '*'
  const names = rule.resourceNames
  const name = key.name || object?.metadata.name || old?.metadata.name || ''
  return (
    holds(rule.operations, operation) &&
    holds(rule.apiGroups, resource.group) &&
    (holds(rule.apiVersions, resource.version) || holds(rule.apiVersions, resource.storageVersion)) &&
    (Array.isArray(rule.resources) ? rule.resources : []).some((pattern) => resourceMatches(request, String(pattern))) &&
    (scope === '*' || (scope === 'Namespaced') === inNamespace) &&
    (!Array.isArray(names) || names.length === 0 || names.includes(name))
  )
}

function resourceMatches({ resource, subresource }: AdmissionRequest, pattern: string): boolean {
  const [plural = '', part = ''] = pattern.split('/')
  return (plural === '*' || plural === resource.plural) && (part === '*' ? pattern === '*/*' || subresource !== '' : part === subresource)
}

/** Objects without a namespace pass; a Namespace is judged by its own labels. */
function namespaceMatches({ resource, key, object, old, context }: AdmissionRequest, selector: unknown): boolean {
  if (!isObject(selector) || Object.keys(selector).length === 0) return true
  const own = resource.group === '' && resource.plural === 'namespaces'
  if (!own && key.namespace === undefined) return true
  const namespace = own ? (object ?? old) : context.get('v1', 'Namespace', { name: key.namespace ?? '' })
  return labelSelectorMatcher(selector).matches(namespace?.metadata.labels ?? {})
}

function objectMatches({ object, old }: AdmissionRequest, selector: unknown): boolean {
  if (!isObject(selector) || Object.keys(selector).length === 0) return true
  const matcher = labelSelectorMatcher(selector)
  return [object, old].some((each) => each !== undefined && matcher.matches(each.metadata.labels ?? {}))
}

/** The objects of a list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A request as admission reviews and expressions see it (admission/v1 AdmissionRequest), without its objects. */
export function requestView(request: AdmissionRequest): JsonObject {
  const { operation, resource, subresource, key, object, user, context } = request
  const { group, version, kind, plural } = resource
  const { responseKind } = resource.subresources.find((part) => part.name === subresource) ?? {}
  const own = responseKind ? { ...responseKind } : { group, version, kind }
  const what = { group, version, resource: plural }
  const name = key.name || object?.metadata.name || ''
  return {
    kind: own,
    resource: what,
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: own,
    requestResource: what,
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(key.namespace !== undefined && { namespace: key.namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid !== undefined && { uid: user.uid }),
      groups: [...user.groups],
      ...(user.extra && { extra: user.extra }),
    },
    dryRun: context.dryRun,
  }
}

/** The namespace of a request as expressions see it. */
export function namespaceView({ key, context, resource, object, old }: AdmissionRequest): KubernetesObject | undefined {
  if (resource.group === '' && resource.plural === 'namespaces') return object ?? old
  return key.namespace === undefined ? undefined : context.get('v1', 'Namespace', { name: key.namespace })
}

/** The labels and fields of an object that a message may name. */
export function nameOf(object: KubernetesObject): string {
  return String(at(object, 'metadata', 'name') ?? '')
}
