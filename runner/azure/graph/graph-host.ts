// graph.microsoft.com: users, groups, applications and service principals of the tenant.
import { type Host, jsonResponse } from '../../base/host.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { matchPath } from '../route.ts'
import { applicationRoutes } from './applications.ts'
import { GraphError, graphErrors } from './graph-error.ts'
import type { GraphAnswer, GraphRequest, GraphRoute, GraphSetting } from './graph-route.ts'
import { groupRoutes } from './groups.ts'
import { peopleRoutes } from './people.ts'

const routes: readonly GraphRoute[] = [...peopleRoutes, ...groupRoutes, ...applicationRoutes]

/** The host of a tenant's Graph. */
export function createGraphHost(setting: GraphSetting): Host {
  return {
    async fetch(request) {
      try {
        const answered = await answer(request, setting)
        const headers = { 'odata-version': '4.0', 'request-id': setting.requestId() }
        return answered ? jsonResponse(answered.body, answered.status ?? 200, headers) : new Response(null, { status: 204, headers })
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

async function answer(request: Request, setting: GraphSetting): Promise<GraphAnswer> {
  const caller = setting.identify(request)
  if (typeof caller === 'string') throw new GraphError(401, 'InvalidAuthenticationToken', caller)
  const url = new URL(request.url)
  const [version = '', ...segments] = url.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent)
  if (version !== 'v1.0' && version !== 'beta') throw new GraphError(400, 'BadRequest', 'Invalid version.')
  for (const route of routes) {
    const names = route.method === request.method ? matchPath(route.path, segments) : undefined
    if (names) return route.answer({ names, body: await bodyOf(request), query: url.searchParams, caller, setting })
  }
  if (routes.some(({ path }) => matchPath(path, segments)))
    throw new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.')
  throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${segments[0] ?? ''}'.`)
}

async function bodyOf(request: Request): Promise<GraphRequest['body']> {
  if (request.method === 'GET' || request.method === 'DELETE') return {}
  const text = await request.text()
  if (text.trim() === '') return {}
  const value: unknown = parsed(text)
  if (!isObject(value)) throw graphErrors.unreadable()
  return value as JsonObject
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw graphErrors.unreadable()
  }
}
