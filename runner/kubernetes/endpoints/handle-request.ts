// The HTTP door: who asks, may they, what answers; and a line for the request log.

import { readGoDuration } from '../../base/go-duration.ts'
import { goJson } from '../../base/go-json.ts'
import { localPeer, type Peer, type Upgrade } from '../../base/host.ts'
import type { AccessAttributes, UserInfo } from '../identity.ts'
import type { ResourceInfo } from '../kind.ts'
import { builtInGroups } from '../openapi/facts.ts'
import { readObject, readObjects } from '../registry/engine.ts'
import { badRequest, methodNotAllowed, noSuchResource } from '../registry/errors.ts'
import { withWebhooks } from '../registry/suspended.ts'
import { StatusError } from '../status-error.ts'
import { admitConnect } from './admit-connect.ts'
import { answerAggregated } from './aggregate.ts'
import { authenticate, impersonate } from './authenticate.ts'
import type { Call } from './call.ts'
import { handleResource } from './handle-resource.ts'
import { tally } from './metrics.ts'
import { errorFormat, isPretty } from './negotiate.ts'
import { pageNotFound } from './page-not-found.ts'
import { readBytes } from './read-body.ts'
import { withRemoteOpenApi } from './remote-openapi.ts'
import { remoteResources } from './remote-resources.ts'
import { type RequestInfo, type ResourceRequest, readRequestInfo } from './request-info.ts'
import { respondError } from './respond.ts'
import { commonHeaders } from './response-headers.ts'
import type { Route, RouteRequest, RouteServer } from './route.ts'
import { authorize, type Server } from './server.ts'
import type { WatchTimers } from './watch-stream.ts'

/** What is known of a request while it is handled. */
interface Handling {
  readonly server: Server
  readonly timers: WatchTimers | undefined
  readonly request: Request
  readonly url: URL
  readonly info: RequestInfo
  readonly warnings: string[]
  readonly outcome: Call['outcome']
  user: UserInfo
  /** Set once the request was let in: later refusals are the handlers' own. */
  admitted: boolean
}

/** Answers every request of a server. */
export function createHandler(server: Server, timers: WatchTimers): (request: Request, peer?: Peer) => Promise<Response> {
  return (request, peer = localPeer) =>
    server.activity.run(async () => {
      const url = new URL(request.url)
      const started = server.clock.now()
      const nobody: UserInfo = { name: '', groups: [] }
      const info = readRequestInfo(request.method, url)
      const handling: Handling = { server, timers, request, url, info, warnings: [], outcome: {}, user: nobody, admitted: false }
      const response = await answer(handling, peer).catch((error: unknown) => refusal(handling, error))
      server.count.requests += 1
      const whole = commonHeaders(server, response, { user: handling.user, info, warnings: handling.warnings })
      logRequest(handling, response.status, started)
      return whole
    })
}

/** Answers a request to take its connection over: who may not is refused, and what cannot be is answered like any request. */
export function answerUpgrade(server: Server, request: Request, peer: Peer, take: (asked: ResourceRequest) => Upgrade | undefined): Promise<Upgrade> {
  return server.activity.run(async () => {
    const url = new URL(request.url)
    const started = server.clock.now()
    const nobody: UserInfo = { name: '', groups: [] }
    const info = readRequestInfo(request.method, url)
    const handling: Handling = { server, timers: undefined, request, url, info, warnings: [], outcome: {}, user: nobody, admitted: false }
    const taken = await upgrade(handling, peer, take).catch((error: unknown): Upgrade => ({ accepted: false, response: refusal(handling, error) }))
    server.count.requests += 1
    if (taken.accepted) {
      logRequest(handling, 101, started)
      return taken
    }
    const response = commonHeaders(server, taken.response, { user: handling.user, info, warnings: handling.warnings })
    logRequest(handling, response.status, started)
    return { accepted: false, response }
  })
}

/** Whoever opens a stream into a pod by GET must also be allowed to create one. */
async function upgrade(handling: Handling, peer: Peer, take: (asked: ResourceRequest) => Upgrade | undefined): Promise<Upgrade> {
  const { server, request, info } = handling
  handling.user = await impersonate(server, await authenticate(server, request.headers, peer), request.headers)
  const attributes = attributesOf(info, handling.user)
  await authorize(server, attributes)
  if (info.type === 'resource' && request.method === 'GET') await authorize(server, { ...attributes, verb: 'create' })
  handling.admitted = true
  const asked = { user: handling.user, query: handling.url.searchParams }
  if (info.type === 'resource') await withWebhooks(server, (engine) => admitConnect(engine, info, asked))
  const taken = info.type === 'resource' ? take(info) : undefined
  if (!taken) throw badRequest('unable to upgrade: unable to negotiate protocol')
  return taken
}

async function answer(handling: Handling, peer: Peer): Promise<Response> {
  const { server, request, info } = handling
  checkTimeout(handling)
  const real = await authenticate(server, request.headers, peer)
  handling.user = real
  handling.user = await impersonate(server, real, request.headers)
  await authorize(server, attributesOf(info, handling.user))
  handling.admitted = true
  return info.type === 'path' ? answerPath(handling) : answerResource(handling, info)
}

const streaming = ['attach', 'exec', 'log', 'portforward', 'proxy']

/** A request that is answered at once may say how long it waits: in Go's words for durations. */
function checkTimeout({ info, url }: Handling): void {
  const timeout = url.searchParams.get('timeout') ?? ''
  if (timeout === '' || info.verb === 'watch' || (info.type === 'resource' && streaming.includes(info.subresource))) return
  if (readGoDuration(timeout) === undefined)
    throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(timeout)}`)
}

function attributesOf(info: RequestInfo, user: UserInfo): AccessAttributes {
  if (info.type === 'path') return { type: 'path', user, verb: info.verb, path: info.path }
  const { verb, group, version, resource, subresource, namespace, askedName: name } = info
  return { type: 'resource', user, verb, group, version, resource, subresource, namespace, name }
}

async function answerResource(handling: Handling, asked: ResourceRequest): Promise<Response> {
  const { server, timers, request, url, warnings, outcome, user } = handling
  const resource = server.registry.find(asked.group, asked.version, asked.resource)
  if (!resource) {
    const aggregated = await answerAggregated(handling, asked)
    if (aggregated) return aggregated
    if (builtInGroups().some(({ group }) => group === asked.group)) throw noSuchResource()
    outcome.notSimulated = true
    return pageNotFound()
  }
  if (!timers) throw noSuchResource()
  const body = request.method === 'GET' || request.method === 'HEAD' ? new Uint8Array() : await readBytes(request)
  const deprecation = resource.custom?.deprecationWarning
  if (deprecation !== undefined) warnings.push(deprecation)
  const call: Call = { server, timers, resource, asked, user, headers: request.headers, query: url.searchParams, body, warnings, outcome }
  return handleResource(call, request.method)
}

async function answerPath(handling: Handling): Promise<Response> {
  const { server, request, url, user, outcome } = handling
  const path = url.pathname
  const rows = server.routes.filter((route) => matches(route, path))
  const row = rows.find(({ method }) => method === 'any' || method === request.method)
  if (!row) {
    if (rows.length > 0) throw methodNotAllowed()
    outcome.notSimulated = true
    return pageNotFound()
  }
  const remote = /^\/apis(\/|$)/.test(path) ? await remoteResources(server) : []
  const asked = { method: request.method, path, query: url.searchParams, headers: request.headers, user, server: routeServer(server, remote), host: url.host }
  const answer = await row.handle(asked)
  return indented(path.startsWith('/openapi/v3') ? await withRemoteOpenApi(server, path, answer) : answer, asked)
}

/** Small answers are always indented, discovery for people only. */
async function indented(response: Response, { path, headers, query }: Pick<RouteRequest, 'path' | 'headers' | 'query'>): Promise<Response> {
  const always = path === '/' || path === '/version'
  const discovery = /^\/apis?(\/|$)/.test(path) && isPretty(headers, query)
  if (response.status !== 200 || !(always || discovery)) return response
  return new Response(goJson(await response.json(), true), { headers: response.headers })
}

function matches({ path: pattern }: Route, path: string): boolean {
  return pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
}

function routeServer(server: Server, remote: readonly ResourceInfo[]): RouteServer {
  return {
    clock: server.clock,
    gitVersion: server.gitVersion,
    describe: server.describe,
    resources: () => (remote.length === 0 ? server.registry.resources() : [...server.registry.resources(), ...remote]),
    customSchemas: () => server.registry.customSchemas(),
    list: (apiVersion, kind, namespace) => readObjects(server, apiVersion, kind, namespace),
    get: (apiVersion, kind, key) => readObject(server, apiVersion, kind, key),
    // What others serve may change from one answer to the next.
    servedVersion: remote.length === 0 ? server.registry.version : {},
    tallies: server.tallies,
    stored: () => new Map(server.store.resources().map((resource) => [resource, server.store.list(resource).length])),
  }
}

/** Any failure is answered with a Status; one that nobody meant says so. */
function refusal({ request, url, admitted }: Handling, error: unknown): Response {
  const format = errorFormat(request.headers, url.searchParams)
  if (error instanceof StatusError) {
    const response = respondError(error, format)
    if (!admitted && error.code !== 401) response.headers.set('x-content-type-options', 'nosniff')
    return response
  }
  const message = error instanceof Error ? error.message : String(error)
  return respondError(new StatusError('InternalError', `Internal error occurred: ${message}`), format)
}

function logRequest({ server, request, url, info, outcome, user }: Handling, status: number, started: number): void {
  tally(server, info, { method: request.method, status })
  const userAgent = request.headers.get('user-agent')
  const time = server.clock.now()
  server.log?.({
    time,
    user: user.name,
    groups: user.groups,
    verb: info.verb,
    path: `${url.pathname}${url.search}`,
    status,
    durationMs: time - started,
    host: url.host,
    ...(userAgent === null ? {} : { userAgent }),
    ...(outcome.resourceVersion === undefined ? {} : { resourceVersion: outcome.resourceVersion }),
    ...(outcome.notSimulated ? { note: 'not simulated' } : {}),
  })
}
