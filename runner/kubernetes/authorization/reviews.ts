// Who am I, may I, what may I, whose token: reviews are created, answered, and kept nowhere.
import { isObject, type JsonObject } from '../../base/json.ts'
import { defaultIssuer } from '../authentication/service-account-tokens.ts'
import type { VirtualResources, VirtualServer } from '../endpoints/virtual-resources.ts'
import { type AccessAttributes, type AccessDecision, mastersGroup, type TokenAuthenticator, type UserInfo } from '../identity.ts'
import { internalForm } from '../kinds/validation/internal-form.ts'
import { formatTime, type KubernetesObject, parseApiVersion } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { type ClusterReader, visitRules } from './rbac.ts'

/** All reviews by `group/version/plural`. */
export const reviews: VirtualResources = {
  'authentication.k8s.io/v1/selfsubjectreviews': async (body, user, server) => selfSubject(body, user, server.now()),
  'authentication.k8s.io/v1/tokenreviews': (body, _user, server) => tokenReview(server.tokens, body),
  'authorization.k8s.io/v1/localsubjectaccessreviews': (body, _user, server) => accessReview(inNamespace(body), namedUser(body), server),
  'authorization.k8s.io/v1/selfsubjectaccessreviews': (body, user, server) => accessReview(body, user, server),
  'authorization.k8s.io/v1/selfsubjectrulesreviews': async (body, user, server) => rulesReview(server, body, user),
  'authorization.k8s.io/v1/subjectaccessreviews': (body, _user, server) => accessReview(body, namedUser(body), server),
}

async function accessReview(body: KubernetesObject, user: UserInfo, server: VirtualServer): Promise<KubernetesObject> {
  const attributes = attributesOf(body, user)
  checkMetadata(body)
  return { ...body, status: accessStatus(await server.authorize(attributes)) }
}

/** A review asks about the namespace that it is made in, and about no path. */
function inNamespace(body: KubernetesObject): KubernetesObject {
  const { resourceAttributes: resource, nonResourceAttributes: path } = isObject(body.spec) ? body.spec : {}
  if (isObject(path) && !isObject(resource))
    throw invalid(body, 'spec.nonResourceAttributes', `Invalid value: ${printed(path)}: disallowed on this kind of request`)
  const asked = isObject(resource) ? String(resource.namespace ?? '') : ''
  if (asked !== body.metadata.namespace)
    throw invalid(body, 'spec.resourceAttributes.namespace', `Invalid value: ${JSON.stringify(asked)}: must match metadata.namespace`)
  return body
}

/** Nothing but its fields' managers, and a namespace where it has one, may be said of a review. */
function checkMetadata(body: KubernetesObject): void {
  const { managedFields: _fields, namespace: _namespace, ...said } = body.metadata
  if (Object.keys(said).length > 0) throw invalid(body, 'metadata', `Invalid value: ${JSON.stringify(body.metadata)}: must be empty`)
}

function printed(path: JsonObject): string {
  return JSON.stringify(internalForm(path, 'authorization.v1.NonResourceAttributes'))
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
  const spec = isObject(body.spec) ? body.spec : {}
  const token = String(spec.token ?? '')
  if (token === '') throw new StatusError('BadRequest', 'token is required for TokenReview in authentication')
  for (const authenticator of tokens) {
    const user = await authenticator.authenticate(token)
    if (user) return { ...body, status: { authenticated: true, user: userInfo(withAuthenticated(user)), audiences: spec.audiences ?? [defaultIssuer] } }
  }
  return { ...body, status: { user: {}, error: 'invalid bearer token' } }
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
  const spec = isObject(body.spec) ? body.spec : {}
  const groups = (spec.groups as readonly string[] | undefined) ?? []
  const name = String(spec.user ?? '')
  if (name === '' && groups.length === 0) throw invalid(body, 'spec.user', `Invalid value: "": at least one of user or group must be specified`)
  return { name, groups }
}

function attributesOf(body: KubernetesObject, user: UserInfo): AccessAttributes {
  const spec = isObject(body.spec) ? body.spec : {}
  const resource = spec.resourceAttributes
  const path = spec.nonResourceAttributes
  if (isObject(resource) === isObject(path)) {
    const shown = isObject(resource) ? 'cannot be specified in combination with resourceAttributes' : undefined
    if (shown !== undefined) throw invalid(body, 'spec.nonResourceAttributes', `Invalid value: ${printed(isObject(path) ? path : {})}: ${shown}`)
    throw invalid(body, 'spec.resourceAttributes', 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified')
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  if (isObject(path)) return { type: 'path', user, verb: text(path.verb), path: text(path.path) }
  const asked = isObject(resource) ? resource : {}
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

/** These reviews are refused before their kind is known to the error: it names the group alone. */
function invalid(body: KubernetesObject, field: string, message: string): StatusError {
  const { group } = parseApiVersion(body.apiVersion)
  return new StatusError('Invalid', `.${group} "" is invalid: ${field}: ${message}`, {
    details: { group, causes: [{ reason: 'FieldValueInvalid', message, field }] },
  })
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
