// Who asks: a client certificate, a bearer token, or nobody; then whoever they act for.
import { type Peer, valueEnd } from '../../base/host.ts'
import type { AccessAttributes, UserInfo } from '../identity.ts'
import { badRequest } from '../registry/errors.ts'
import { StatusError } from '../status-error.ts'
import { authorize, type Server } from './server.ts'

const authenticated = 'system:authenticated'

/** The user of a request; throws 401 for a wrong token, and for none where nobody is let in. */
export async function authenticate(server: Server, headers: Headers, peer: Peer): Promise<UserInfo> {
  const user = certificateUser(peer) ?? (await tokenUser(server, headers.get('authorization') ?? ''))
  if (user) return user
  if (!server.anonymous) throw unauthorized()
  return { name: 'system:anonymous', groups: ['system:unauthenticated'] }
}

/** The user that the request acts for, by its `Impersonate-` headers, if the real one may. */
export async function impersonate(server: Server, user: UserInfo, headers: Headers): Promise<UserInfo> {
  const name = headers.get('impersonate-user') ?? ''
  const groups = readList(headers, 'impersonate-group')
  const uid = headers.get('impersonate-uid') ?? ''
  const extra = readExtra(headers)
  if (name === '') {
    if (groups.length === 0 && uid === '' && extra.size === 0) return user
    throw badRequest(`requested [${describe({ groups, uid, extra })}] without impersonating a user`)
  }
  for (const asked of requests(user, { name, groups, uid, extra })) await authorize(server, asked)
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: withDefaultGroups(name, groups),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  }
}

function certificateUser({ certificate }: Peer): UserInfo | undefined {
  return certificate && { name: certificate.commonName, groups: withGroup(certificate.organizations) }
}

async function tokenUser({ tokens }: Server, authorization: string): Promise<UserInfo | undefined> {
  const [scheme = '', token = ''] = authorization.trim().split(/\s+/)
  if (scheme.toLowerCase() !== 'bearer' || token === '') return undefined
  for (const authenticator of tokens) {
    const user = await authenticator.authenticate(token)
    if (user) return { ...user, groups: withGroup(user.groups) }
  }
  throw unauthorized()
}

function withGroup(groups: readonly string[]): readonly string[] {
  return groups.includes(authenticated) ? groups : [...groups, authenticated]
}

function unauthorized(): StatusError {
  return new StatusError('Unauthorized', 'Unauthorized')
}

interface Impersonated {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid: string
  readonly extra: ReadonlyMap<string, readonly string[]>
}

/** Each part of the other identity must be allowed by itself. */
function* requests(user: UserInfo, { name, groups, uid, extra }: Impersonated): Generator<AccessAttributes> {
  const ask = (group: string, resource: string, asked: { name: string; namespace?: string; subresource?: string }): AccessAttributes => ({
    type: 'resource',
    user,
    verb: 'impersonate',
    group,
    version: 'v1',
    resource,
    subresource: asked.subresource ?? '',
    namespace: asked.namespace ?? '',
    name: asked.name,
  })
  const [, namespace, account] = name.match(/^system:serviceaccount:([^:]+):([^:]+)$/) ?? []
  if (namespace !== undefined && account !== undefined) yield ask('', 'serviceaccounts', { name: account, namespace })
  else yield ask('', 'users', { name })
  for (const group of groups) yield ask('', 'groups', { name: group })
  for (const [key, values] of extra) for (const value of values) yield ask('authentication.k8s.io', 'userextras', { name: value, subresource: key })
  if (uid !== '') yield ask('authentication.k8s.io', 'uids', { name: uid })
}

function withDefaultGroups(name: string, groups: readonly string[]): readonly string[] {
  if (name === 'system:anonymous') return groups.includes('system:unauthenticated') ? groups : [...groups, 'system:unauthenticated']
  const [, namespace] = name.match(/^system:serviceaccount:([^:]+):[^:]+$/) ?? []
  const own = namespace !== undefined && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : groups
  return withGroup(own)
}

function readList(headers: Headers, name: string): readonly string[] {
  const value = headers.get(name) ?? ''
  if (value.includes(valueEnd)) return value.split(valueEnd).slice(0, -1)
  return value
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

function readExtra(headers: Headers): ReadonlyMap<string, readonly string[]> {
  const prefix = 'impersonate-extra-'
  const extra = new Map<string, readonly string[]>()
  for (const [name] of headers) if (name.startsWith(prefix)) extra.set(unescaped(name.slice(prefix.length)), readList(headers, name))
  return extra
}

/** A key that is wrongly escaped is taken as it stands (apiserver `impersonation.go`, `unescapeExtraKey`). */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** Object references as Go prints them. */
function describe({ groups, uid, extra }: Omit<Impersonated, 'name'>): string {
  const references = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...[...extra].flatMap(([key, values]) => values.map((value) => `{UserExtra  ${value} authentication.k8s.io/v1   ${key}}`)),
    ...(uid === '' ? [] : [`{UID  ${uid} authentication.k8s.io/v1   }`]),
  ]
  return references.join(' ')
}
