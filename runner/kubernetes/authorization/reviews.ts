// Who am I, may I, what may I, whose token: reviews are created, answered, and kept nowhere.
import { isObject, type JsonObject } from '../../base/json.ts'
import { defaultIssuer } from '../authentication/service-account-tokens.ts'
import type { VirtualResources, VirtualServer } from '../endpoints/virtual-resources.ts'
import { type AccessAttributes, type AccessDecision, mastersGroup, type TokenAuthenticator, type UserInfo } from '../identity.ts'
import { fields, text, texts } from '../kinds/validation/read.ts'
import { formatTime, type KubernetesObject } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { type ReviewOf, refusedReview, unreadSelectors } from './check-review.ts'
import { type ClusterReader, visitRules } from './rbac.ts'

/** All reviews by `group/version/plural`. */
export const reviews: VirtualResources = {
  'authentication.k8s.io/v1/selfsubjectreviews': async (body, user, server) => selfSubject(body, user, server.now()),
  'authentication.k8s.io/v1/tokenreviews': (body, _user, server) => tokenReview(server.tokens, body),
  'authorization.k8s.io/v1/localsubjectaccessreviews': (body, _user, server) => accessReview(body, 'local', namedUser(body), server),
  'authorization.k8s.io/v1/selfsubjectaccessreviews': (body, user, server) => accessReview(body, 'self', user, server),
  'authorization.k8s.io/v1/selfsubjectrulesreviews': async (body, user, server) => rulesReview(server, body, user),
  'authorization.k8s.io/v1/subjectaccessreviews': (body, _user, server) => accessReview(body, 'subject', namedUser(body), server),
}

async function accessReview(body: KubernetesObject, of: ReviewOf, user: UserInfo, server: VirtualServer): Promise<KubernetesObject> {
  const refusal = refusedReview(body, of)
  if (refusal) throw refusal
  const unread = unreadSelectors(body)
  const status = accessStatus(await server.authorize(attributesOf(body, user)))
  return { ...body, status: { ...status, ...(unread !== '' && { evaluationError: unread }) } }
}

function selfSubject(body: KubernetesObject, user: UserInfo, now: number): KubernetesObject {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: body.apiVersion,
    metadata: { creationTimestamp: formatTime(now) },
    status: { userInfo: userInfo(user) },
  }
}

function userInfo(user: UserInfo): JsonObject {
  const { name, uid, groups, extra } = user
  return { username: name, ...(uid !== undefined && { uid }), groups, ...(extra && Object.keys(extra).length > 0 && { extra }) }
}

async function tokenReview(tokens: readonly TokenAuthenticator[], body: KubernetesObject): Promise<KubernetesObject> {
  const spec = fields(body.spec)
  if (text(spec.token) === '') throw new StatusError('BadRequest', 'token is required for TokenReview in authentication')
  const wanted = texts(spec.audiences).length > 0 ? texts(spec.audiences) : [defaultIssuer]
  const token = bearerToken(text(spec.token))
  if (token === '')
    return { ...body, status: { authenticated: true, user: { username: 'system:anonymous', groups: ['system:unauthenticated'] }, audiences: wanted } }
  const problems = ['invalid bearer token']
  for (const authenticator of tokens) {
    const given = authenticator.audiencesOf?.(token) ?? [defaultIssuer]
    const audiences = given.filter((audience) => wanted.includes(audience))
    const user = audiences.length === 0 ? undefined : await authenticator.authenticate(token, wanted)
    if (user) return { ...body, status: { authenticated: true, user: userInfo(withAuthenticated(user)), audiences } }
    if (authenticator.audiencesOf && given.length > 0 && audiences.length === 0)
      problems.push(`token audiences ${quoted(given)} is invalid for the target audiences ${quoted(wanted)}`)
  }
  return { ...body, status: { user: {}, error: problems.length === 1 ? problems[0] : `[${problems.join(', ')}]` } }
}

/** The token as a header would carry it: what follows a space is none of it (`bearertoken.go`). */
function bearerToken(token: string): string {
  return `Bearer ${token}`.trim().split(' ')[1] ?? ''
}

function quoted(list: readonly string[]): string {
  return `[${list.map((each) => JSON.stringify(each)).join(' ')}]`
}

/** Every user who proved who they are is in `system:authenticated`. */
function withAuthenticated(user: UserInfo): UserInfo {
  const group = 'system:authenticated'
  return user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] }
}

function accessStatus({ verdict, reason }: AccessDecision): JsonObject {
  return { allowed: verdict === 'allow', ...(verdict === 'deny' && { denied: true }), ...(reason !== '' && { reason }) }
}

function namedUser(body: KubernetesObject): UserInfo {
  const { user, groups, uid, extra } = fields(body.spec)
  const told = { ...(text(uid) !== '' && { uid: text(uid) }), ...(isObject(extra) && { extra: extra as Readonly<Record<string, readonly string[]>> }) }
  return { name: text(user), groups: texts(groups), ...told }
}

function attributesOf(body: KubernetesObject, user: UserInfo): AccessAttributes {
  const { resourceAttributes: resource, nonResourceAttributes: path } = fields(body.spec)
  if (isObject(path)) return { type: 'path', user, verb: text(path.verb), path: text(path.path) }
  const asked = fields(resource)
  return {
    type: 'resource',
    user,
    verb: text(asked.verb),
    group: text(asked.group),
    version: text(asked.version),
    resource: text(asked.resource),
    subresource: text(asked.subresource),
    namespace: text(asked.namespace),
    name: text(asked.name),
  }
}

function rulesReview(read: ClusterReader, body: KubernetesObject, user: UserInfo): KubernetesObject {
  const spec = isObject(body.spec) ? body.spec : {}
  const namespace = typeof spec.namespace === 'string' ? spec.namespace : ''
  if (namespace === '') throw new StatusError('BadRequest', 'no namespace on request')
  const resourceRules: JsonObject[] = []
  const nonResourceRules: JsonObject[] = []
  if (user.groups.includes(mastersGroup) && !holdsEverything(read)) resourceRules.push({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })
  const missing = visitRules(read, { user, namespace }, ({ rule }) => {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule
    if (resources?.length) resourceRules.push({ verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) })
    if (nonResourceURLs?.length) nonResourceRules.push({ verbs, nonResourceURLs })
    return false
  })
  const evaluationError = missing.length > 0 ? { evaluationError: missing.join(', ') } : {}
  return {
    kind: body.kind,
    apiVersion: body.apiVersion,
    metadata: {},
    spec: {},
    status: { resourceRules, nonResourceRules, incomplete: false, ...evaluationError },
  }
}

function holdsEverything(read: ClusterReader): boolean {
  return read.get('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { name: 'cluster-admin' }) !== undefined
}
