// az ad sp and app: service principals and the applications behind them.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type Call, flag, type Handler, list, required, text } from '../command.ts'
import { filterQuery, graphList, graphSend, quoted } from '../graph.ts'
import { applicationId, principalId } from './ad-ids.ts'
import { applyUpdates } from './generic-update.ts'

/** Commands about principals and applications. */
export const handlers: Readonly<Record<string, Handler>> = {
  'ad sp list': listPrincipals,
  'ad sp show': async (call) => graphSend(call, 'GET', `/servicePrincipals/${await principalId(call)}`),
  'ad sp create': createPrincipal,
  'ad sp delete': async (call) => void (await graphSend(call, 'DELETE', `/servicePrincipals/${await principalId(call)}`)),
  'ad app list': listApplications,
  'ad app show': async (call) => graphSend(call, 'GET', `/applications/${await applicationId(call)}`),
  'ad app create': (call) => graphSend(call, 'POST', '/applications', { displayName: required(call.values, 'display_name') }),
  'ad app update': updateApplication,
  'ad sp owner list': async (call) => graphList(call, `/servicePrincipals/${await principalId(call)}/owners`),
  'ad app owner list': async (call) => graphList(call, `/applications/${await applicationId(call)}/owners`),
  'ad app delete': async (call) => void (await graphSend(call, 'DELETE', `/applications/${await applicationId(call)}`)),
}

function conditions(call: Call, spn: string): readonly string[] {
  const name = text(call.values, 'display_name')
  const uri = text(call.values, spn)
  const filter = text(call.values, 'query_filter')
  return [
    ...(filter === undefined ? [] : [filter]),
    ...(uri === undefined ? [] : [spn === 'spn' ? `servicePrincipalNames/any(c:c eq ${quoted(uri)})` : `identifierUris/any(s:s eq ${quoted(uri)})`]),
    ...(name === undefined ? [] : [`startswith(displayName,${quoted(name)})`]),
  ]
}

async function listAll(call: Call, path: string, given: readonly string[]): Promise<readonly Json[]> {
  if (flag(call.values, 'show_mine')) return owned(call, path === '/applications' ? 'application' : 'servicePrincipal')
  const all = flag(call.values, 'include_all') || given.length > 0
  if (!all)
    call.log.warning(
      "The result is not complete. You can still use '--all' to get all of them with long latency expected, or provide a filter through command arguments",
    )
  const query = given.length > 0 ? `?${filterQuery(given.join(' and '))}` : all ? '' : '?$top=100'
  return graphList(call, `${path}${query}`)
}

/** What the signed-in user owns, of one type. */
async function owned(call: Call, type: string): Promise<readonly Json[]> {
  return (await graphList(call, '/me/ownedObjects')).filter((one) => isObject(one) && one['@odata.type'] === `#microsoft.graph.${type}`)
}

async function listPrincipals(call: Call): Promise<readonly Json[]> {
  return listAll(call, '/servicePrincipals', conditions(call, 'spn'))
}

async function listApplications(call: Call): Promise<readonly Json[]> {
  const app = text(call.values, 'app_id')
  return listAll(call, '/applications', [...(app === undefined ? [] : [`appId eq ${quoted(app)}`]), ...conditions(call, 'identifier_uri')])
}

async function createPrincipal(call: Call): Promise<Json | undefined> {
  const body: JsonObject = { appId: required(call.values, 'identifier'), accountEnabled: true }
  return graphSend(call, 'POST', '/servicePrincipals', body)
}

async function updateApplication(call: Call): Promise<void> {
  const path = `/applications/${await applicationId(call)}`
  const name = text(call.values, 'display_name')
  const uris = list(call.values, 'identifier_uris')
  const audience = text(call.values, 'sign_in_audience')
  const said = {
    ...(name === undefined ? {} : { displayName: name }),
    ...(uris === undefined ? {} : { identifierUris: [...uris] }),
    ...(audience === undefined ? {} : { signInAudience: audience }),
  }
  const set = applyUpdates(call, {})
  await graphSend(call, 'PATCH', path, { ...said, ...set })
}
