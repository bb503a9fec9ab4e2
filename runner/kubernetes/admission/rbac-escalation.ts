// Nobody gives away what they do not have: roles and bindings are held against what their writer may do (`registry/rbac/escalation_check.go`).

import { type PolicyRule, roleRef, rulesOf, visitRules } from '../authorization/rbac.ts'
import { mastersGroup } from '../identity.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { refusal } from './refusal.ts'

const group = 'rbac.authorization.k8s.io'
const roles = ['roles', 'clusterroles']

export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  validate(request) {
    const { resource, object, user, subresource, operation } = request
    if (!object || resource.group !== group || subresource !== '' || operation === 'DELETE' || user.groups.includes(mastersGroup)) return
    const role = roles.includes(resource.plural)
    if (mayAnyway(request, object, role)) return
    const granted = role ? rulesOf(object) : rulesOfReference(request, object)
    const missing = granted.flatMap(brokenDown).filter((rule) => !isHeld(rule, held(request)))
    if (missing.length === 0) return
    const groups = user.groups.map((each) => JSON.stringify(each)).join(' ')
    const words = [...new Set(compacted(missing).map(printed))].sort().join('\n')
    throw refusal(request, `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${words}`)
  },
}

/** Who may `escalate` roles, or `bind` the role that a binding names, need not hold what it gives. */
function mayAnyway({ resource, key, user, context }: AdmissionRequest, object: KubernetesObject, role: boolean): boolean {
  const ask = { type: 'resource', user, group, version: 'v1', subresource: '' } as const
  const reference = role ? undefined : roleRef(object)
  const plural = reference ? (reference.kind === 'ClusterRole' ? 'clusterroles' : 'roles') : resource.plural
  const name = reference?.name ?? object.metadata.name ?? key.name
  return context.decide?.({ ...ask, verb: role ? 'escalate' : 'bind', resource: plural, name, namespace: key.namespace ?? '' }).verdict === 'allow'
}

function rulesOfReference({ context, key }: AdmissionRequest, binding: KubernetesObject): readonly PolicyRule[] {
  const { kind, name } = roleRef(binding)
  const found = context.get(`${group}/v1`, kind, kind === 'Role' && key.namespace !== undefined ? { name, namespace: key.namespace } : { name })
  return found ? rulesOf(found) : []
}

function held({ context, key, user }: AdmissionRequest): readonly PolicyRule[] {
  const rules: PolicyRule[] = []
  visitRules(context, { user, namespace: key.namespace ?? '' }, ({ rule }) => {
    rules.push(rule)
    return false
  })
  return rules
}

/** One rule for each verb, group, resource and name. */
function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) => rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })))
  const names = (rule.resourceNames ?? []).length > 0 ? (rule.resourceNames ?? []).map((name) => [name]) : [undefined]
  const things = (rule.apiGroups ?? []).flatMap((each) =>
    (rule.resources ?? []).flatMap((resource) =>
      names.flatMap((name) => rule.verbs.map((verb) => ({ verbs: [verb], apiGroups: [each], resources: [resource], ...(name && { resourceNames: name }) }))),
    ),
  )
  return [...urls, ...things]
}

function isHeld(asked: PolicyRule, rules: readonly PolicyRule[]): boolean {
  const has = (list: readonly string[] | undefined, wanted: string): boolean => list?.includes('*') === true || list?.includes(wanted) === true
  return rules.some((rule) => {
    if (!has(rule.verbs, asked.verbs[0] ?? '')) return false
    const [url] = asked.nonResourceURLs ?? []
    if (url !== undefined) return (rule.nonResourceURLs ?? []).some((each) => each === url || (each.endsWith('*') && url.startsWith(each.slice(0, -1))))
    const resource = asked.resources?.[0] ?? ''
    const [, part] = resource.split('/')
    const known = has(rule.resources, resource) || (part !== undefined && rule.resources?.includes(`*/${part}`) === true)
    const names = rule.resourceNames ?? []
    return has(rule.apiGroups, asked.apiGroups?.[0] ?? '') && known && (names.length === 0 || names.includes(asked.resourceNames?.[0] ?? ''))
  })
}

/** Verbs on the same thing as one rule. */
function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const same = Map.groupBy(rules, ({ verbs: _, ...rest }) => JSON.stringify(rest))
  return [...same.values()].flatMap((alike) => (alike[0] ? [{ ...alike[0], verbs: alike.flatMap(({ verbs }) => verbs) }] : []))
}

function printed({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): string {
  const list = (name: string, values: readonly string[] | undefined): readonly string[] =>
    values === undefined || values.length === 0 ? [] : [`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`.replaceAll('" "', '", "')]
  const parts = [
    ...list('APIGroups', apiGroups),
    ...list('Resources', resources),
    ...list('ResourceNames', resourceNames),
    ...list('NonResourceURLs', nonResourceURLs),
    ...list('Verbs', verbs),
  ]
  return `{${parts.join(', ')}}`
}
