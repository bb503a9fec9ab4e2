// graph.microsoft.com: the signed-in user, users, service principals, and looking ids up.
import { type Host, jsonResponse } from '../../base/host.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { type Directory, shownServicePrincipal, shownUser } from '../entra/directory.ts'
import type { TokenClaims } from '../entra/tokens.ts'
import { matchesFilter } from './filter.ts'

/** What the host needs: the directory, and who a request comes from. */
export interface GraphSetting {
  readonly directory: Directory
  readonly tenant: string
  now(): number
  requestId(): string
  /** The caller's claims, or what is wrong with the token in Graph's words. */
  identify(request: Request): TokenClaims | string
}

/** A refusal in Graph's shape. */
class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const base = 'https://graph.microsoft.com/v1.0/$metadata#'

/** The host of a tenant's Graph. */
export function createGraphHost(setting: GraphSetting): Host {
  return {
    async fetch(request) {
      try {
        return jsonResponse(await answer(request, setting), 200, { 'odata-version': '4.0', 'request-id': setting.requestId() })
      } catch (error) {
        if (!(error instanceof GraphError)) throw error
        return refusal(error, request, setting)
      }
    },
  }
}

function refusal(error: GraphError, request: Request, setting: GraphSetting): Response {
  const id = setting.requestId()
  const innerError = {
    date: new Date(setting.now()).toISOString().slice(0, 19),
    'request-id': id,
    'client-request-id': request.headers.get('client-request-id') ?? id,
  }
  return jsonResponse({ error: { code: error.code, message: error.message, innerError } }, error.status, { 'request-id': id })
}

async function answer(request: Request, setting: GraphSetting): Promise<JsonObject> {
  const caller = setting.identify(request)
  if (typeof caller === 'string') throw new GraphError(401, 'InvalidAuthenticationToken', caller)
  const url = new URL(request.url)
  const [version = '', collection = '', id] = url.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent)
  if (version !== 'v1.0' && version !== 'beta') throw new GraphError(400, 'BadRequest', 'Invalid version.')
  const answers: Readonly<Record<string, (() => JsonObject | Promise<JsonObject>) | undefined>> = {
    me: () => me(caller, setting),
    users: () => (id === undefined ? list('users', users(setting), url) : one('users', shownOrMissing(setting, id))),
    serviceprincipals: () =>
      id === undefined ? list('servicePrincipals', servicePrincipals(setting), url) : one('servicePrincipals', servicePrincipal(setting, id)),
    groups: () => list('groups', [], url),
    applications: () => list('applications', [], url),
    directoryobjects: () => byIds(request, setting),
  }
  const found = answers[collection.toLowerCase()]
  if (!found) throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${collection}'.`)
  return found()
}

function me(caller: TokenClaims, setting: GraphSetting): JsonObject {
  const user = setting.directory.user(caller.oid)
  if (!user) throw new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
  return one('users', shownUser(user))
}

async function byIds(request: Request, setting: GraphSetting): Promise<JsonObject> {
  const body: unknown = await request.json().catch(() => undefined)
  if (!isObject(body) || !Array.isArray(body.ids))
    throw new GraphError(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    )
  const types = Array.isArray(body.types) ? body.types : undefined
  const value = body.ids.flatMap((id) => {
    const principal = typeof id === 'string' ? setting.directory.byObjectId(id) : undefined
    if (!principal) return []
    const type = principal.type === 'User' ? 'user' : 'servicePrincipal'
    if (types && !types.includes(type)) return []
    const shown = principal.type === 'User' ? shownUser(principal.user) : shownServicePrincipal(principal.application, setting.tenant)
    return [{ '@odata.type': `#microsoft.graph.${type}`, ...shown }]
  })
  return { '@odata.context': `${base}directoryObjects`, value }
}

function list(collection: string, all: readonly JsonObject[], url: URL): JsonObject {
  const filter = url.searchParams.get('$filter')
  const found = filter === null ? all : all.filter((one) => matchesFilter(one, filter))
  const top = Number(url.searchParams.get('$top')) || 100
  return { '@odata.context': `${base}${collection}`, value: found.slice(0, top) }
}

function one(collection: string, shown: JsonObject): JsonObject {
  return { '@odata.context': `${base}${collection}/$entity`, ...shown }
}

function users({ directory }: GraphSetting): JsonObject[] {
  return directory.users.map(shownUser)
}

function servicePrincipals({ directory, tenant }: GraphSetting): JsonObject[] {
  return directory.servicePrincipals.map((application) => shownServicePrincipal(application, tenant))
}

function shownOrMissing({ directory }: GraphSetting, id: string): JsonObject {
  const user = directory.user(id)
  if (!user) throw missing(id)
  return shownUser(user)
}

function servicePrincipal({ directory, tenant }: GraphSetting, id: string): JsonObject {
  const principal = directory.byObjectId(id)
  if (principal?.type !== 'ServicePrincipal') throw missing(id)
  return shownServicePrincipal(principal.application, tenant)
}

function missing(id: string): GraphError {
  return new GraphError(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`)
}
