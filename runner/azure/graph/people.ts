// Users of the tenant.
import type { JsonObject } from '../../base/json.ts'
import type { User } from '../state.ts'
import { matchesFilter } from './filter.ts'
import { graphErrors } from './graph-error.ts'
import { entity, type GraphRequest, type GraphRoute, listOf } from './graph-route.ts'
import { shownUser } from './shown.ts'

/** Routes of users. */
export const peopleRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: 'me', answer: (request) => ({ body: entity('users', shownUser(signedIn(request))) }) },
  { method: 'GET', path: 'users', answer: (request) => ({ body: listOf('users', found(request)) }) },
  { method: 'POST', path: 'users', answer: create },
  { method: 'GET', path: 'users/{id}', answer: (request) => ({ body: entity('users', shownUser(named(request))) }) },
  { method: 'PATCH', path: 'users/{id}', answer: update },
  { method: 'DELETE', path: 'users/{id}', answer: remove },
  { method: 'POST', path: 'users/{id}/getMemberGroups', answer: (request) => memberGroups(request, named(request).objectId) },
  { method: 'GET', path: 'users/{id}/manager', answer: (request) => missingManager(request) },
]

/** Ids of the groups that somebody is in. */
export function memberGroups({ setting }: GraphRequest, objectId: string): { body: JsonObject } {
  return { body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)', value: [...setting.directory.groupsOf(objectId)] } }
}

/** The first of the tenant's people administers it; others, and applications, may not write users. */
export function requireAdministrator({ caller, setting }: GraphRequest): void {
  if (setting.directory.users[0]?.objectId !== caller.oid) throw graphErrors.denied()
}

function signedIn({ caller, setting }: GraphRequest): User {
  const user = setting.directory.user(caller.oid)
  if (!user) throw graphErrors.invalid('/me request is only valid with delegated authentication flow.')
  return user
}

function found({ query, setting }: GraphRequest): JsonObject[] {
  const filter = query.get('$filter')
  const shown = setting.directory.users.map(shownUser)
  return (filter === null ? shown : shown.filter((one) => matchesFilter(one, filter))).slice(0, Number(query.get('$top')) || 100)
}

function named({ names, setting }: GraphRequest): User {
  const user = setting.directory.user(names.id ?? '')
  if (!user) throw graphErrors.missing(names.id ?? '')
  return user
}

function missingManager(request: GraphRequest): never {
  throw graphErrors.missing(`${named(request).userPrincipalName}/manager`)
}

function create(request: GraphRequest): { body: JsonObject; status: 201 } {
  requireAdministrator(request)
  const { body, setting } = request
  const { displayName, userPrincipalName, passwordProfile } = body
  for (const name of ['displayName', 'userPrincipalName', 'mailNickname', 'passwordProfile', 'accountEnabled'])
    if (body[name] === undefined) throw graphErrors.invalid(`A value is required for property '${name}' of resource 'User'.`)
  const name = String(userPrincipalName)
  if (!name.toLowerCase().endsWith(`@${setting.tenant.domain}`))
    throw graphErrors.invalid(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    )
  if (setting.directory.user(name)) throw graphErrors.invalid('Another object with the same value for property userPrincipalName already exists.')
  const user: User = {
    objectId: setting.newId(),
    userPrincipalName: name,
    displayName: String(displayName),
    password: passwordOf(passwordProfile) ?? '',
    said: { givenName: null, surname: null, mail: null },
  }
  setting.directory.change({ users: [...setting.directory.users, user] })
  return { body: entity('users', shownUser(user)), status: 201 }
}

function update(request: GraphRequest): undefined {
  const { body, setting } = request
  const user = named(request)
  requireAdministrator(request)
  const { displayName = user.displayName, userPrincipalName = user.userPrincipalName, passwordProfile, ...said } = body
  const next: User = {
    ...user,
    displayName: String(displayName),
    userPrincipalName: String(userPrincipalName),
    password: passwordOf(passwordProfile) ?? user.password,
    said: { ...user.said, ...said },
  }
  setting.directory.change({ users: setting.directory.users.map((one) => (one === user ? next : one)) })
  return undefined
}

function remove(request: GraphRequest): undefined {
  const user = named(request)
  requireAdministrator(request)
  const { directory } = request.setting
  const left = directory.groups.map((group) => ({ ...group, members: group.members.filter((id) => id !== user.objectId) }))
  directory.change({ users: directory.users.filter((one) => one !== user), groups: left })
  return undefined
}

function passwordOf(profile: unknown): string | undefined {
  const password = typeof profile === 'object' && profile !== null && 'password' in profile ? profile.password : undefined
  return typeof password === 'string' ? password : undefined
}
