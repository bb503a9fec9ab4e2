// Groups of the tenant, who is in them, and looking ids up.
import type { JsonObject } from '../../base/json.ts'
import type { Group } from '../state.ts'
import { matchesFilter } from './filter.ts'
import { graphErrors } from './graph-error.ts'
import { entity, type GraphRequest, type GraphRoute, graphTime, listOf } from './graph-route.ts'
import { memberGroups } from './people.ts'
import { shownGroup, shownServicePrincipal, shownUser } from './shown.ts'

/** Routes of groups and of objects by id. */
export const groupRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: 'groups', answer: (request) => ({ body: listOf('groups', found(request)) }) },
  { method: 'POST', path: 'groups', answer: create },
  { method: 'GET', path: 'groups/{id}', answer: (request) => ({ body: entity('groups', shownGroup(named(request))) }) },
  { method: 'PATCH', path: 'groups/{id}', answer: update },
  { method: 'DELETE', path: 'groups/{id}', answer: remove },
  ...(['members', 'owners'] as const).flatMap((list): GraphRoute[] => [
    { method: 'GET', path: `groups/{id}/${list}`, answer: (request) => ({ body: listOf('directoryObjects', shownAll(named(request)[list], request)) }) },
    { method: 'POST', path: `groups/{id}/${list}/$ref`, answer: (request) => add(request, list) },
    { method: 'DELETE', path: `groups/{id}/${list}/{member}/$ref`, answer: (request) => take(request, list) },
  ]),
  { method: 'POST', path: 'groups/{id}/getMemberGroups', answer: (request) => memberGroups(request, named(request).objectId) },
  { method: 'POST', path: 'directoryObjects/getByIds', answer: byIds },
  { method: 'POST', path: 'directoryObjects/{id}/checkMemberGroups', answer: check },
  { method: 'POST', path: 'directoryObjects/{id}/getMemberGroups', answer: (request) => memberGroups(request, request.names.id ?? '') },
]

function found({ query, setting }: GraphRequest): JsonObject[] {
  const filter = query.get('$filter')
  const shown = setting.directory.groups.map(shownGroup)
  return filter === null ? shown : shown.filter((one) => matchesFilter(one, filter))
}

function named({ names, setting }: GraphRequest): Group {
  const group = setting.directory.groups.find(({ objectId }) => objectId.toLowerCase() === (names.id ?? '').toLowerCase())
  if (!group) throw graphErrors.missing(names.id ?? '')
  return group
}

function create({ body, caller, setting }: GraphRequest): { body: JsonObject; status: 201 } {
  for (const name of ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'])
    if (body[name] === undefined) throw graphErrors.invalid(`A value is required for property '${name}' of resource 'Group'.`)
  const group: Group = {
    objectId: setting.newId(),
    displayName: String(body.displayName),
    mailNickname: String(body.mailNickname),
    description: typeof body.description === 'string' ? body.description : null,
    createdDateTime: graphTime(setting.now()),
    members: [],
    owners: [caller.oid],
  }
  setting.directory.change({ groups: [...setting.directory.groups, group] })
  return { body: entity('groups', shownGroup(group)), status: 201 }
}

function replace(request: GraphRequest, next: (group: Group) => Group | undefined): undefined {
  const group = named(request)
  const { directory } = request.setting
  directory.change({ groups: directory.groups.flatMap((one) => (one === group ? (next(one) ?? []) : [one])) })
  return undefined
}

function update(request: GraphRequest): undefined {
  const { displayName, description, mailNickname } = request.body
  return replace(request, (group) => ({
    ...group,
    ...(typeof displayName === 'string' ? { displayName } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof mailNickname === 'string' ? { mailNickname } : {}),
  }))
}

function remove(request: GraphRequest): undefined {
  return replace(request, () => undefined)
}

function add(request: GraphRequest, list: 'members' | 'owners'): undefined {
  const id =
    String(request.body['@odata.id'] ?? '')
      .split('/')
      .at(-1) ?? ''
  if (!request.setting.directory.byObjectId(id)) throw graphErrors.missing(id)
  if (named(request)[list].includes(id))
    throw graphErrors.invalid(`One or more added object references already exist for the following modified properties: '${list}'.`)
  return replace(request, (group) => ({ ...group, [list]: [...group[list], id] }))
}

function take(request: GraphRequest, list: 'members' | 'owners'): undefined {
  const id = request.names.member ?? ''
  if (!named(request)[list].includes(id)) throw graphErrors.missing(id)
  return replace(request, (group) => ({ ...group, [list]: group[list].filter((one) => one !== id) }))
}

function check(request: GraphRequest): { body: JsonObject } {
  const { body, names, setting } = request
  const wanted = Array.isArray(body.groupIds) ? body.groupIds.map(String) : []
  const all = setting.directory.groupsOf(names.id ?? '')
  return { body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)', value: wanted.filter((id) => all.includes(id)) } }
}

function byIds(request: GraphRequest): { body: JsonObject } {
  const { body } = request
  if (!Array.isArray(body.ids)) throw graphErrors.unreadable()
  const types = Array.isArray(body.types) ? body.types : undefined
  const shown = shownAll(
    body.ids.filter((id) => typeof id === 'string'),
    request,
  )
  const value = shown.filter((one) => !types || types.includes(String(one['@odata.type']).split('.').at(-1) ?? ''))
  return { body: listOf('directoryObjects', value) }
}

function shownAll(ids: readonly string[], { setting }: GraphRequest): JsonObject[] {
  return ids.flatMap((id) => {
    const principal = setting.directory.byObjectId(id)
    if (!principal) return []
    if (principal.type === 'User') return [{ '@odata.type': '#microsoft.graph.user', ...shownUser(principal.user) }]
    if (principal.type === 'Group') return [{ '@odata.type': '#microsoft.graph.group', ...shownGroup(principal.group) }]
    return [{ '@odata.type': '#microsoft.graph.servicePrincipal', ...shownServicePrincipal(principal.application, setting.tenant.id) }]
  })
}
