// Tags of any resource or group, under `Microsoft.Resources/tags/default`, and the names that a subscription uses.
import { isObject, type JsonObject } from '../../base/json.ts'
import { armErrors } from '../arm-error.ts'
import type { ArmRequest } from '../arm-request.ts'
import { emptyResponse, listResponse, textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { type ResourceId, resourceId } from '../resource-id.ts'
import type { Route } from '../route.ts'
import type { Resource } from '../state.ts'

const suffix = 'providers/Microsoft.Resources/tags/default'
const scopes = [
  '/subscriptions/{subscription}/resourceGroups/{group}',
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}',
]

/** Routes of tags. */
export const tagRoutes: readonly Route[] = [
  ...scopes.flatMap((scope) =>
    ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
      method,
      path: `${scope}/${suffix}`,
      permission: `Microsoft.Resources/tags/${method === 'GET' ? 'read' : 'write'}`,
      answer: tags,
    })),
  ),
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/tagNames',
    answer: (request, names, engine) => listResponse(tagNames(names.subscription ?? '', engine), request),
  },
]

function tags(request: ArmRequest, _names: Readonly<Record<string, string>>, engine: Engine): Response {
  const resource = holder(request, engine)
  const now = tagsOf(resource)
  const given = isObject(request.body.properties) && isObject(request.body.properties.tags) ? request.body.properties.tags : {}
  const changes: Record<string, () => JsonObject> = {
    GET: () => now,
    PUT: () => given,
    PATCH: () => patched(now, given, String(request.body.operation ?? 'Merge')),
    DELETE: () => ({}),
  }
  const next = changes[request.method]?.() ?? now
  if (request.method !== 'GET') engine.context.store.put({ ...resource, body: { ...resource.body, tags: next } })
  if (request.method === 'DELETE') return emptyResponse(200)
  return textResponse(
    JSON.stringify({ id: `${shownId(resource.id)}/${suffix}`, name: 'default', type: 'Microsoft.Resources/tags', properties: { tags: next } }),
  )
}

function patched(now: JsonObject, given: JsonObject, operation: string): JsonObject {
  if (operation === 'Replace') return given
  if (operation === 'Delete') return Object.fromEntries(Object.entries(now).filter(([key, value]) => given[key] !== value))
  return { ...now, ...given }
}

function holder(request: ArmRequest, engine: Engine): Resource {
  const id = resourceId(request.segments.slice(0, -4).join('/'))
  const resource = engine.context.store.get(id)
  if (resource) return resource
  if (request.segments.length === 8) throw armErrors.groupNotFound(request.segments[3] ?? '')
  throw engine.writer.notFound(id)
}

function tagNames(subscription: string, engine: Engine): JsonObject[] {
  const used = engine.context.store.below(`/subscriptions/${subscription}`).flatMap((resource) => Object.keys(tagsOf(resource)))
  return [...new Set(used)].map((name) => ({
    id: `/subscriptions/${subscription}/tagNames/${name}`,
    tagName: name,
    count: { type: 'Total', value: used.filter((one) => one === name).length },
    values: [],
  }))
}

function tagsOf(resource: Resource): JsonObject {
  return isObject(resource.body.tags) ? resource.body.tags : {}
}

function shownId(id: ResourceId): string {
  return id.replace('/resourcegroups/', '/resourceGroups/')
}
