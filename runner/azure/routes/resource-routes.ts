// What a group or a subscription holds, whatever its type.
import { isObject, type JsonObject } from '../../base/json.ts'
import { armErrors } from '../arm-error.ts'
import type { ArmRequest } from '../arm-request.ts'
import { listResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { resourceTypes } from '../providers/index.ts'
import { matchesTag } from '../providers/resources/resource-groups.ts'
import { groupIdOf, nameOf } from '../resource-id.ts'
import { provisioningState } from '../resource-type.ts'
import type { Route } from '../route.ts'
import type { Resource } from '../state.ts'

/** Routes of resources of any type. */
export const resourceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/resources',
    answer: (request, names, engine) => list(request, `/subscriptions/${names.subscription ?? ''}`, engine),
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups/{group}/resources',
    answer(request, names, engine) {
      const group = `/subscriptions/${names.subscription ?? ''}/resourceGroups/${names.group ?? ''}`
      if (!engine.context.store.get(group)) throw armErrors.groupNotFound(names.group ?? '')
      return list(request, group, engine)
    },
  },
]

function list(request: ArmRequest, scope: string, engine: Engine): Response {
  const tracked = new Set(resourceTypes.filter((row) => row.tracked).map((row) => row.type))
  const found = engine.context.store
    .below(scope)
    .filter((resource) => tracked.has(resource.type) && engine.access.allows(request.caller.objectId, resource.id, `${resource.type}/read`))
    .filter((resource) => matches(resource, request.query.get('$filter') ?? ''))
  const expand = (request.query.get('$expand') ?? '').toLowerCase()
  return listResponse(
    found.map((resource) => summary(resource, expand)),
    request,
  )
}

function matches(resource: Resource, filter: string): boolean {
  const { resourcegroup, resourcetype, location, name } = conditions(filter)
  return (
    same(resourcegroup, nameOf(groupIdOf(resource.id) ?? '')) &&
    same(resourcetype, resource.type) &&
    same(location, resource.body.location ?? '') &&
    same(name, resource.body.name) &&
    matchesTag(resource, filter)
  )
}

function conditions(filter: string): Partial<Record<string, string>> {
  return Object.fromEntries([...filter.matchAll(/(\w+)\s+eq\s+'([^']*)'/gi)].map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}

function same(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual.toLowerCase()
}

function summary(resource: Resource, expand: string): JsonObject {
  const { name, location, tags, identity, sku, kind, systemData } = resource.body
  const created = isObject(systemData) ? systemData : {}
  return {
    id: resource.id.replace('/resourcegroups/', '/resourceGroups/'),
    name,
    type: resource.type,
    ...(kind === undefined ? {} : { kind }),
    location: location ?? '',
    tags: tags ?? {},
    ...(identity === undefined ? {} : { identity }),
    ...(sku === undefined ? {} : { sku }),
    ...(expand.includes('createdtime') && created.createdAt ? { createdTime: created.createdAt } : {}),
    ...(expand.includes('changedtime') && created.lastModifiedAt ? { changedTime: created.lastModifiedAt } : {}),
    ...(expand.includes('provisioningstate') ? { provisioningState: provisioningState(resource) } : {}),
  }
}
