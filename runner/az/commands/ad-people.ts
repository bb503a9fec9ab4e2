// az ad signed-in-user, user and group.
import { isObject, type Json } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, type Handler, required, text } from '../command.ts'
import { filterQuery, graphList, graphSend, objectsByIds, quoted } from '../graph.ts'

/** Commands about people and their groups. */
export const handlers: Readonly<Record<string, Handler>> = {
  'ad signed-in-user show': (call) => graphSend(call, 'GET', '/me'),
  'ad signed-in-user list-owned-objects': ownedObjects,
  'ad user show': (call) => graphSend(call, 'GET', userPath(call)),
  'ad user list': listUsers,
  'ad user create': createUser,
  'ad user update': updateUser,
  'ad user get-member-groups': async (call) => memberGroups(call, userPath(call)),
  'ad user delete': async (call) => void (await graphSend(call, 'DELETE', userPath(call))),
  'ad group show': async (call) => graphSend(call, 'GET', `/groups/${await groupId(call)}`),
  'ad group list': listGroups,
  'ad group create': createGroup,
  'ad group delete': async (call) => void (await graphSend(call, 'DELETE', `/groups/${await groupId(call)}`)),
  'ad group member list': async (call) => graphList(call, `/groups/${await groupId(call)}/members`),
  'ad group member add': addMember,
  'ad group member remove': async (call) =>
    void (await graphSend(call, 'DELETE', `/groups/${await groupId(call)}/members/${required(call.values, 'member_object_id')}/$ref`)),
  'ad group member check': checkMember,
  'ad group owner list': async (call) => graphList(call, `/groups/${await groupId(call)}/owners`),
  'ad group owner add': addOwner,
  'ad group owner remove': async (call) =>
    void (await graphSend(call, 'DELETE', `/groups/${await groupId(call)}/owners/${required(call.values, 'owner_object_id')}/$ref`)),
  'ad group get-member-groups': async (call) => memberGroups(call, `/groups/${await groupId(call)}`),
}

function userPath(call: Call): string {
  return `/users/${encodeURIComponent(required(call.values, 'upn_or_object_id')).replaceAll('%40', '@')}`
}

async function ownedObjects(call: Call): Promise<readonly Json[]> {
  const type = text(call.values, 'object_type')
  const objects = await graphList(call, '/me/ownedObjects')
  return type === undefined ? objects : objects.filter((item) => isObject(item) && String(item['@odata.type']).toLowerCase().endsWith(type.toLowerCase()))
}

/** Conditions of a list's arguments, joined by `and`. */
function listPath(path: string, conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined)
  return given.length === 0 ? path : `${path}?${filterQuery(given.join(' and '))}`
}

async function listUsers(call: Call): Promise<readonly Json[]> {
  const { values } = call
  const name = text(values, 'display_name')
  const upn = text(values, 'upn')
  return graphList(
    call,
    listPath('/users', [
      text(values, 'query_filter'),
      name === undefined ? undefined : `startswith(displayName,${quoted(name)})`,
      upn === undefined ? undefined : `userPrincipalName eq ${quoted(upn)}`,
    ]),
  )
}

async function createUser(call: Call): Promise<Json | undefined> {
  const { values } = call
  const upn = required(values, 'user_principal_name')
  const immutable = text(values, 'immutable_id')
  return graphSend(call, 'POST', '/users', {
    userPrincipalName: upn,
    displayName: required(values, 'display_name'),
    ...(immutable === undefined ? {} : { onPremisesImmutableId: immutable }),
    mailNickname: text(values, 'mail_nickname') ?? upn.split('@')[0] ?? '',
    passwordProfile: { forceChangePasswordNextSignIn: flag(values, 'force_change_password_next_sign_in'), password: required(values, 'password') },
    accountEnabled: true,
  })
}

async function listGroups(call: Call): Promise<readonly Json[]> {
  const name = text(call.values, 'display_name')
  return graphList(call, listPath('/groups', [text(call.values, 'query_filter'), name === undefined ? undefined : `startswith(displayName,${quoted(name)})`]))
}

async function findGroup(call: Call, id: string): Promise<Json | undefined> {
  if (/^[0-9a-f-]{36}$/i.test(id)) return { id }
  const found = await graphList(call, `/groups?${filterQuery(`displayName eq ${quoted(id)}`)}`)
  if (found.length === 1) return found[0]
  throw new AzError(found.length === 0 ? `No group matches the name of '${id}'` : `More than one group match the name of '${id}'`)
}

/** Commands name their group by one of two arguments. */
function groupName({ values }: Call): string {
  return text(values, 'object_id') ?? required(values, 'group_id')
}

async function groupId(call: Call): Promise<string> {
  const found = await findGroup(call, groupName(call))
  return isObject(found) ? String(found.id) : ''
}

async function createGroup(call: Call): Promise<Json | undefined> {
  const { values } = call
  const description = text(values, 'description')
  const body = { displayName: required(values, 'display_name'), mailNickname: required(values, 'mail_nickname'), mailEnabled: false, securityEnabled: true }
  return graphSend(call, 'POST', '/groups', { ...body, ...(description === undefined ? {} : { description }) })
}

async function addMember(call: Call): Promise<void> {
  const member = required(call.values, 'member_object_id')
  await graphSend(call, 'POST', `/groups/${await groupId(call)}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${member}` })
}

async function checkMember(call: Call): Promise<Json> {
  const id = await groupId(call)
  const groups = await graphSend(call, 'POST', `/directoryObjects/${required(call.values, 'member_object_id')}/checkMemberGroups`, { groupIds: [id] })
  const found = isObject(groups) && Array.isArray(groups.value) ? groups.value : []
  return { value: found.includes(id) }
}

async function updateUser(call: Call): Promise<void> {
  const { values } = call
  const password = text(values, 'password')
  const force = values.force_change_password_next_sign_in
  const profile = {
    ...(force === undefined || force === null ? {} : { forceChangePasswordNextSignIn: force }),
    ...(password === undefined ? {} : { password }),
  }
  const said = { displayName: text(values, 'display_name'), mailNickname: text(values, 'mail_nickname'), accountEnabled: values.account_enabled }
  const body = Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, value]])))
  await graphSend(call, 'PATCH', userPath(call), { ...body, ...(Object.keys(profile).length === 0 ? {} : { passwordProfile: profile }) })
}

async function memberGroups(call: Call, path: string): Promise<readonly Json[]> {
  const answer = await graphSend(call, 'POST', `${path}/getMemberGroups`, { securityEnabledOnly: flag(call.values, 'security_enabled_only') })
  const ids = isObject(answer) && Array.isArray(answer.value) ? answer.value.map(String) : []
  const names = new Map((ids.length === 0 ? [] : await objectsByIds(call, ids)).filter(isObject).map((one) => [String(one.id), one.displayName ?? null]))
  return ids.map((id) => ({ displayName: names.get(id) ?? null, id }))
}

async function addOwner(call: Call): Promise<void> {
  const owner = required(call.values, 'owner_object_id')
  const path = `/groups/${await groupId(call)}/owners`
  if ((await graphList(call, path)).some((one) => isObject(one) && one.id === owner)) return
  await graphSend(call, 'POST', `${path}/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${owner}` })
}
