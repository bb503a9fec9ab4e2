// Service accounts' bearer tokens: issued by TokenRequest, signed with the cluster's key, checked on every use.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { PrivateKey } from '../../base/p256.ts'
import type { ClusterReader } from '../authorization/rbac.ts'
import type { TokenAuthenticator, UserInfo } from '../identity.ts'
import { texts } from '../kinds/validation/read.ts'
import { at, formatTime, type KubernetesObject } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { publicJwk, signToken, verifyToken } from './json-web-token.ts'

/** The issuer and default audience of a cluster's tokens. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local'

/** What tokens are made and checked with. */
export interface TokenOptions {
  readonly key: PrivateKey
  readonly read: ClusterReader
  now(): number
  uuid(): string
  readonly issuer?: string
}

/** Issues and checks the tokens of one cluster's service accounts. */
export interface ServiceAccountTokens extends TokenAuthenticator {
  /** Answers a TokenRequest on a service account's `token` subresource. */
  request(account: KubernetesObject, body: KubernetesObject): KubernetesObject
  /** What `/.well-known/openid-configuration` and `/openid/v1/jwks` show. */
  configuration(serverAddress: string): JsonObject
  keySet(): JsonObject
}

/** Service account tokens with the cluster's signing key. */
export function createServiceAccountTokens(options: TokenOptions): ServiceAccountTokens {
  const issuer = options.issuer ?? defaultIssuer
  return {
    authenticate: (token, audiences = [issuer]) => authenticate(options, issuer, { token, audiences }),
    audiencesOf: (token) => texts(verifyToken(options.key, token)?.aud),
    request: (account, body) => answerRequest(options, issuer, { account, body }),
    configuration: (serverAddress) => ({
      issuer,
      jwks_uri: `https://${serverAddress}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
    keySet: () => ({ keys: [publicJwk(options.key)] }),
  }
}

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    ...(uid !== undefined && { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
}

function answerRequest(options: TokenOptions, issuer: string, { account, body }: { account: KubernetesObject; body: KubernetesObject }): KubernetesObject {
  const spec = isObject(body.spec) ? body.spec : {}
  const seconds = typeof spec.expirationSeconds === 'number' ? spec.expirationSeconds : 3600
  checkDuration(seconds)
  const audiences = Array.isArray(spec.audiences) && spec.audiences.length > 0 ? spec.audiences : [issuer]
  const { name = '', namespace = '', uid = '' } = account.metadata
  const issued = Math.floor(options.now() / 1000)
  const bound = boundObject(options.read, namespace, spec.boundObjectRef)
  const claims: JsonObject = {
    aud: audiences,
    exp: issued + seconds,
    iat: issued,
    iss: issuer,
    jti: options.uuid(),
    'kubernetes.io': { namespace, ...bound, serviceaccount: { name, uid } },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
  const { managedFields } = body.metadata
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: formatTime(options.now()), ...(managedFields && { managedFields }) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token: signToken(options.key, claims), expirationTimestamp: formatTime((issued + seconds) * 1000) },
  }
}

function checkDuration(seconds: number): void {
  const problem =
    seconds < 600 ? 'may not specify a duration less than 10 minutes' : seconds > 2 ** 32 ? 'may not specify a duration larger than 2^32 seconds' : undefined
  if (problem === undefined) return
  const message = `Invalid value: ${seconds}: ${problem}`
  const field = 'spec.expirationSeconds'
  throw new StatusError('Invalid', `TokenRequest.authentication.k8s.io "" is invalid: ${field}: ${message}`, {
    details: { group: 'authentication.k8s.io', kind: 'TokenRequest', causes: [{ reason: 'FieldValueInvalid', message, field }] },
  })
}

const bindable: Readonly<Record<string, { readonly plural: string; readonly claim: string }>> = {
  Pod: { plural: 'pods', claim: 'pod' },
  Secret: { plural: 'secrets', claim: 'secret' },
  Node: { plural: 'nodes', claim: 'node' },
}

/** The claim of the object that the token is to live no longer than. */
function boundObject(read: ClusterReader, namespace: string, reference: unknown): JsonObject {
  if (!isObject(reference)) return {}
  const kind = String(reference.kind)
  const name = String(reference.name ?? '')
  const sort = bindable[kind]
  if (!sort) throw new StatusError('BadRequest', `cannot bind token to object of type /v1, Kind=${kind}`)
  const object = read.get('v1', kind, kind === 'Node' ? { name } : { name, namespace })
  if (!object) throw new StatusError('NotFound', `${sort.plural} "${name}" not found`, { details: { name, kind: sort.plural } })
  const node = kind === 'Pod' ? at(object, 'spec', 'nodeName') : undefined
  const uid = typeof node === 'string' ? read.get('v1', 'Node', { name: node })?.metadata.uid : undefined
  return { [sort.claim]: { name, uid: object.metadata.uid }, ...(uid !== undefined && { node: { name: node, uid } }) }
}

function authenticate(options: TokenOptions, issuer: string, { token, audiences }: { token: string; audiences: readonly string[] }): UserInfo | undefined {
  const claims = verifyToken(options.key, token)
  const now = options.now() / 1000
  if (!claims || claims.iss !== issuer || Number(claims.exp) <= now || Number(claims.nbf) > now) return undefined
  if (!texts(claims.aud).some((audience) => audiences.includes(audience))) return undefined
  const bound = claims['kubernetes.io']
  const namespace = String(at(bound, 'namespace'))
  const name = String(at(bound, 'serviceaccount', 'name'))
  const uid = String(at(bound, 'serviceaccount', 'uid'))
  if (options.read.get('v1', 'ServiceAccount', { name, namespace })?.metadata.uid !== uid) return undefined
  const extra = boundExtra(options.read, namespace, bound)
  if (!extra) return undefined
  return { ...serviceAccountUser(namespace, name, uid), extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`], ...extra } }
}

const extraPrefix = 'authentication.kubernetes.io'

/** What the user's extra says of the bound pod and its node; undefined when the bound object is gone. */
function boundExtra(read: ClusterReader, namespace: string, bound: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  for (const [kind, { claim }] of Object.entries(bindable)) {
    const name = at(bound, claim, 'name')
    if (typeof name !== 'string') continue
    const uid = String(at(bound, claim, 'uid'))
    if (read.get('v1', kind, kind === 'Node' ? { name } : { name, namespace })?.metadata.uid !== uid) return undefined
    const [node, nodeUid] = [at(bound, 'node', 'name'), at(bound, 'node', 'uid')]
    const onNode = typeof node === 'string' && { [`${extraPrefix}/node-name`]: [node], [`${extraPrefix}/node-uid`]: [String(nodeUid)] }
    if (kind === 'Pod') return { ...onNode, [`${extraPrefix}/pod-name`]: [name], [`${extraPrefix}/pod-uid`]: [uid] }
    if (kind === 'Node') return { ...onNode }
  }
  return {}
}
