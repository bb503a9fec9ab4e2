// RBAC: what roles allow, through the bindings that name a user, one of their groups, or their service account.
import { type AccessAttributes, type AccessDecision, type Authorizer, mastersGroup, type UserInfo } from '../identity.ts'
import type { WriteContext } from '../kind.ts'
import type { KubernetesObject } from '../object.ts'

/** How authorizers and reviews read the cluster: the present state, at no cost. */
export type ClusterReader = Pick<WriteContext, 'get' | 'list'>

/** A rule of a Role or ClusterRole (rbac/v1 PolicyRule). */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

/** A subject of a binding (rbac/v1 Subject). */
export interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** A rule that holds for a user, and the sentence that says through what. */
export interface Grant {
  readonly rule: PolicyRule
  readonly through: string
}

const rbac = 'rbac.authorization.k8s.io/v1'

/** The authorizer of roles and bindings as they are now. */
export function createRbacAuthorizer(read: ClusterReader): Authorizer {
  return { authorize: (attributes) => authorize(read, attributes) }
}

/** What roles and bindings say now. */
export function decideByRoles(read: ClusterReader, attributes: AccessAttributes): AccessDecision {
  return authorize(read, attributes)
}

/** Calls back with every rule that holds for a user in a namespace ('' means cluster-wide only), until one answers true; gives what could not be resolved. */
export function visitRules(
  read: ClusterReader,
  subject: { readonly user: UserInfo; readonly namespace: string },
  visit: (grant: Grant) => boolean,
): readonly string[] {
  const missing: string[] = []
  const bindings = [...read.list(rbac, 'ClusterRoleBinding'), ...(subject.namespace === '' ? [] : read.list(rbac, 'RoleBinding', subject.namespace))]
  for (const binding of bindings) {
    const namespace = binding.metadata.namespace ?? ''
    const applied = subjectsOf(binding).find((each) => appliesTo(each, subject.user, namespace))
    if (!applied) continue
    const role = readRole(read, binding)
    if (!role) missing.push(`${roleRef(binding).kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef(binding).name}" not found`)
    for (const rule of role ? rulesOf(role) : []) if (visit({ rule, through: describe(binding, applied) })) return missing
  }
  return missing
}

/** True if a rule allows what is asked for. */
export function ruleAllows(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (!holds(rule.verbs, attributes.verb)) return false
  if (attributes.type === 'path') return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, attributes.path))
  const { group, resource, subresource, name } = attributes
  return (
    holds(rule.apiGroups ?? [], group) &&
    (rule.resources ?? []).some((pattern) => resourceMatches(pattern, resource, subresource)) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(name))
  )
}

/** Rules of a role; a ClusterRole without any has none. */
export function rulesOf(role: KubernetesObject): readonly PolicyRule[] {
  return (role.rules as readonly PolicyRule[] | undefined | null) ?? []
}

/** What a binding refers to. */
export function roleRef(binding: KubernetesObject): { readonly kind: string; readonly name: string } {
  return binding.roleRef as { kind: string; name: string }
}

/** Subjects of a binding. */
export function subjectsOf(binding: KubernetesObject): readonly Subject[] {
  return (binding.subjects as readonly Subject[] | undefined | null) ?? []
}

function authorize(read: ClusterReader, attributes: AccessAttributes): AccessDecision {
  if (attributes.user.groups.includes(mastersGroup)) return { verdict: 'allow', reason: '' }
  let through: string | undefined
  const namespace = attributes.type === 'resource' ? attributes.namespace : ''
  const missing = visitRules(read, { user: attributes.user, namespace }, (grant) => {
    if (ruleAllows(grant.rule, attributes)) through = grant.through
    return through !== undefined
  })
  if (through !== undefined) return { verdict: 'allow', reason: `RBAC: allowed by ${through}` }
  return { verdict: 'no opinion', reason: missing.length === 0 ? '' : `RBAC: ${aggregate(missing)}` }
}

function readRole(read: ClusterReader, binding: KubernetesObject): KubernetesObject | undefined {
  const { kind, name } = roleRef(binding)
  const { namespace } = binding.metadata
  return read.get(rbac, kind, kind === 'Role' && namespace !== undefined ? { name, namespace } : { name })
}

function appliesTo(subject: Subject, user: UserInfo, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name
    case 'Group':
      return user.groups.includes(subject.name)
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace || bindingNamespace}:${subject.name}`
    default:
      return false
  }
}

function describe(binding: KubernetesObject, subject: Subject): string {
  const { kind, name } = roleRef(binding)
  const { namespace } = binding.metadata
  const own = namespace === undefined ? binding.metadata.name : `${binding.metadata.name}/${namespace}`
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name
  return `${binding.kind} ${JSON.stringify(own)} of ${kind} ${JSON.stringify(name)} to ${subject.kind} ${JSON.stringify(who)}`
}

function holds(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

function resourceMatches(pattern: string, resource: string, subresource: string): boolean {
  if (pattern === '*') return true
  const asked = subresource === '' ? resource : `${resource}/${subresource}`
  return pattern === asked || (subresource !== '' && pattern === `*/${subresource}`)
}

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))
}

/** Several errors as apimachinery's aggregate prints them. */
function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`
}
