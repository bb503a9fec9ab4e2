// ARM's answers: a resource, a page of a list, an operation begun.
import { canonical, type JsonObject } from '../base/json.ts'
import type { ArmRequest } from './arm-request.ts'
import { parseId } from './resource-id.ts'
import type { ResourceType } from './resource-type.ts'
import type { Operation, Resource } from './state.ts'

const pageSize = 1000

/** A body in the row's order of members. */
export function resourceResponse(body: JsonObject, row: ResourceType, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return textResponse(row.sorted ? canonical(body) : JSON.stringify(body), status, headers)
}

/** JSON text that is written already. */
export function textResponse(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } })
}

/** An answer without a body. */
export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers })
}

/** 202, with what is going on where the type shows it. */
export function acceptedResponse(body: JsonObject | undefined, headers: Readonly<Record<string, string>>, row: ResourceType): Response {
  return body === undefined ? emptyResponse(202, headers) : resourceResponse(body, row, 202, headers)
}

/** One page of a list. `$top` sets its size; `nextLink` leads on. */
export function listResponse(items: readonly (Resource | JsonObject)[], request: ArmRequest, row?: ResourceType): Response {
  const bodies = items.map((item) => (isResource(item) ? item.body : item))
  const start = Number(request.query.get('$skiptoken') ?? 0) || 0
  const size = Number(request.query.get('$top')) || pageSize
  const value = bodies.slice(start, start + size)
  const end = start + size
  const page = end < bodies.length ? { value, nextLink: nextLink(request, end) } : { value }
  return textResponse(row?.sorted ? canonical(page) : JSON.stringify(page))
}

/** Headers that tell a client how to follow an operation. */
export function operationHeaders(operation: Operation, request: ArmRequest, row: ResourceType, withLocation: boolean): Record<string, string> {
  const { subscription, namespace } = parseId(operation.resource)
  const base = `${request.origin}/subscriptions/${subscription ?? ''}`
  if (row.asyncVersion === undefined) return { location: `${base}/operationresults/${operation.id}?api-version=${request.apiVersion}`, 'retry-after': '1' }
  if (row.operationsBelow !== undefined) {
    const below = `${request.origin}${operation.resource}/${row.operationsBelow}/${operation.id}?api-version=${request.apiVersion}`
    return { 'azure-asyncoperation': below, ...(withLocation ? { location: below } : {}), 'retry-after': '1' }
  }
  const place = `${base}/providers/${namespace ?? ''}/locations/${operation.location}`
  const query = `api-version=${row.asyncVersion}&t=${operation.startTime * 10_000 + 621_355_968_000_000_000}`
  return {
    'azure-asyncoperation': `${place}/operations/${operation.id}?${query}`,
    ...(withLocation ? { location: `${place}/operationresults/${operation.id}?${query}` } : {}),
    'retry-after': '1',
  }
}

function nextLink(request: ArmRequest, from: number): string {
  const query = new URLSearchParams([...request.query].filter(([name]) => name !== '$skiptoken'))
  query.set('$skiptoken', String(from))
  return `${request.origin}${request.path}?${query.toString()}`
}

function isResource(item: Resource | JsonObject): item is Resource {
  return 'body' in item && 'id' in item
}
