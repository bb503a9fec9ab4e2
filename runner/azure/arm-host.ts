// management.azure.com: who asks is checked, then a route or the table of resource types answers.
import type { Host } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import { ArmError, armErrors } from './arm-error.ts'
import type { ArmRequest } from './arm-request.ts'
import { readArmRequest } from './arm-request.ts'
import { textResponse } from './arm-response.ts'
import { checkSubscription } from './checks.ts'
import type { Engine } from './engine.ts'
import type { TokenClaims } from './entra/tokens.ts'
import { resourceTypes } from './providers/index.ts'
import { resourceId } from './resource-id.ts'
import { manageResource, wantedAction } from './resource-manager.ts'
import type { Caller } from './resource-type.ts'
import { findRoute, type RouteMatch } from './route.ts'
import cloudEndpoints from './routes/cloud-endpoints.json' with { type: 'json' }
import { routes } from './routes/index.ts'
import { findTarget, type Target } from './target.ts'
import { createThrottle, sortOf, type Throttle } from './throttle.ts'

/** Audiences that a token for ARM may name. */
export const armAudiences = [
  'https://management.core.windows.net/',
  'https://management.core.windows.net',
  'https://management.azure.com/',
  'https://management.azure.com',
] as const

/** The host of an Azure; `read` gives the claims of a token that the tenant signed. */
export function createArmHost(engine: Engine, read: (token: string) => TokenClaims | undefined): Host {
  const throttle = createThrottle(() => engine.context.clock.now())
  return {
    async fetch(request) {
      const correlationId = request.headers.get('x-ms-correlation-request-id') ?? engine.context.requestId()
      const response = await answer(request, correlationId, { engine, read, throttle })
      return withHeaders(response, request, correlationId)
    },
  }
}

async function answer(
  request: Request,
  correlationId: string,
  { engine, read, throttle }: { engine: Engine; read: (token: string) => TokenClaims | undefined; throttle: Throttle },
): Promise<Response> {
  try {
    const url = new URL(request.url)
    if (/^\/metadata\/endpoints\/?$/i.test(url.pathname)) return textResponse(JSON.stringify({ ...cloudEndpoints, resourceManager: `${url.origin}/` }))
    const caller = identify(request, engine, read)
    const [, first = '', subscription = ''] = url.pathname.split('/')
    const counted = first.toLowerCase() === 'subscriptions' && subscription !== ''
    const sort = sortOf(request.method)
    const left = counted ? throttle.take(sort, { subscription, principal: caller.objectId }) : undefined
    const response = await dispatch(await readArmRequest(request, caller, correlationId), engine)
    if (left !== undefined) response.headers.set(`x-ms-ratelimit-remaining-subscription-${sort}`, String(left))
    return response
  } catch (error) {
    if (!(error instanceof ArmError)) throw error
    const body = JSON.stringify(error.toBody())
    return request.method === 'HEAD'
      ? new Response(null, { status: error.status })
      : textResponse(body, error.status, { 'x-ms-failure-cause': 'gateway', ...error.headers })
  }
}

/** A request from within, as somebody: what a deployment writes. Never throws for what ARM refuses. */
export async function sendWithin(
  engine: Engine,
  { method, path, body, caller }: Parameters<Engine['context']['send']>[0],
): Promise<{ readonly status: number; readonly body: JsonObject }> {
  try {
    const correlationId = engine.context.requestId()
    const request = new Request(`https://management.azure.com${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const response = await dispatch(await readArmRequest(request, caller, correlationId), engine)
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) }
  } catch (error) {
    if (!(error instanceof ArmError)) throw error
    return { status: error.status, body: error.toBody() as unknown as JsonObject }
  }
}

async function dispatch(request: ArmRequest, engine: Engine): Promise<Response> {
  const route = findRoute(request.method, request.segments, routes)
  if (route) return answerRoute(request, route, engine)
  const target = findTarget(request.segments, resourceTypes)
  if (target && target.kind !== 'unknown') return noted(request, target, engine)
  if (!target) throw notSimulated(armErrors.pathInvalid(request.path))
  const rows = resourceTypes.filter((row) => row.type.toLowerCase().startsWith(`${target.namespace.toLowerCase()}/`))
  if (rows.length === 0) throw notSimulated(armErrors.namespaceInvalid(target.namespace))
  const [first = ''] = target.type.split('/')
  const near = rows.find((row) => row.type.split('/')[1]?.toLowerCase() === first.toLowerCase()) ?? rows[0]
  throw notSimulated(armErrors.typeInvalid(target.type, target.namespace, request.apiVersion, [...(near?.apiVersions ?? [])]))
}

/** What is written or done to a resource stands in the activity log, whatever came of it. */
async function noted(request: ArmRequest, target: Exclude<Target, { kind: 'unknown' }>, engine: Engine): Promise<Response> {
  if (request.method === 'GET' || request.method === 'HEAD' || target.kind === 'collection') return manageResource(request, target, engine)
  const what = { action: wantedAction(request.method, target), resource: target.id }
  try {
    const response = await manageResource(request, target, engine)
    const operation = /\/(?:operations|operationStatuses|operationresults)\/([0-9a-f-]{36})/i.exec(
      response.headers.get('azure-asyncoperation') ?? response.headers.get('location') ?? '',
    )?.[1]
    engine.activity.note(request, { ...what, status: response.status, ...(operation === undefined ? {} : { operation }) })
    return response
  } catch (thrown) {
    if (thrown instanceof ArmError && thrown.status !== 404) engine.activity.note(request, { ...what, status: thrown.status })
    throw thrown
  }
}

/** What the request log marks: no row and no route answers here. */
function notSimulated(error: ArmError): ArmError {
  return new ArmError(error.status, error.body, { ...error.headers, 'x-not-simulated': 'true' })
}

function answerRoute(request: ArmRequest, { route, names }: RouteMatch, engine: Engine): Response | Promise<Response> {
  const { caller } = request
  const scope = names.subscription === undefined ? '/' : `/subscriptions/${names.subscription}`
  checkSubscription(scope, caller, engine)
  if (route.permission !== undefined) {
    const over = names.group === undefined ? resourceId(scope) : resourceId(`${scope}/resourceGroups/${names.group}`)
    if (!engine.access.allows(caller.objectId, over, route.permission)) throw armErrors.forbidden(caller.name, caller.objectId, route.permission, over)
  }
  return route.answer(request, names, engine)
}

function identify(request: Request, engine: Engine, read: (token: string) => TokenClaims | undefined): Caller {
  const { tenant, clock, directory } = engine.context
  const header = request.headers.get('authorization')
  if (header === null || header === '') throw armErrors.authenticationHeaderMissing(tenant.id)
  const claims = read(header.replace(/^Bearer\s+/i, ''))
  if (!claims) throw armErrors.tokenInvalid(tenant.id)
  if (!armAudiences.some((audience) => audience === claims.aud)) throw armErrors.tokenAudience(tenant.id, claims.aud, armAudiences)
  if (claims.exp * 1000 <= clock.now()) throw armErrors.tokenExpired(tenant.id, americanTime(claims.exp * 1000), americanTime(clock.now()))
  const principal = directory.byObjectId(claims.oid)
  if (!principal) throw armErrors.tokenInvalid(tenant.id)
  if (principal.type === 'User') return { objectId: principal.user.objectId, name: principal.user.userPrincipalName, kind: 'User' }
  if (principal.type === 'Group') throw armErrors.tokenInvalid(tenant.id)
  return { objectId: principal.application.objectId, name: principal.application.appId, kind: 'Application' }
}

/** `11/23/2026 9:00:00 AM`, as the service writes times in this one message. */
function americanTime(ms: number): string {
  const time = new Date(ms)
  const hour = time.getUTCHours()
  const clock = [hour % 12 || 12, time.getUTCMinutes(), time.getUTCSeconds()].map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
  return `${time.getUTCMonth() + 1}/${time.getUTCDate()}/${time.getUTCFullYear()} ${clock.join(':')} ${hour < 12 ? 'AM' : 'PM'}`
}

function withHeaders(response: Response, request: Request, correlationId: string): Response {
  const headers = new Headers(response.headers)
  const clientId = request.headers.get('x-ms-client-request-id')
  if (clientId !== null) headers.set('x-ms-client-request-id', clientId)
  headers.set('x-ms-request-id', correlationId)
  headers.set('x-ms-correlation-request-id', correlationId)
  headers.set('cache-control', 'no-cache')
  headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains')
  headers.set('x-content-type-options', 'nosniff')
  return new Response(response.body, { status: response.status, headers })
}
