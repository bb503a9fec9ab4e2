// The activity log as Azure Monitor answers it: `Microsoft.Insights/eventtypes/management/values`, newest first.
import type { JsonObject } from '../../base/json.ts'
import { error } from '../arm-error.ts'
import type { ArmRequest } from '../arm-request.ts'
import { listResponse, textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { parseId, within } from '../resource-id.ts'
import { preciseTime } from '../resource-writer.ts'
import type { Route } from '../route.ts'
import type { ActivityEvent } from '../state.ts'

/** Routes of the activity log. */
export const activityRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values',
    permission: 'Microsoft.Insights/eventtypes/values/read',
    answer: (request, names, engine) => listResponse(found(request, names.subscription ?? '', engine), request),
  },
  {
    method: 'GET',
    path: '/providers/Microsoft.Insights/eventcategories',
    answer: () => textResponse(JSON.stringify({ value: categories.map((value) => ({ value, localizedValue: value })) })),
  },
]

const categories = ['Administrative', 'Security', 'ServiceHealth', 'Alert', 'Recommendation', 'Policy', 'Autoscale', 'ResourceHealth']

function found(request: ArmRequest, subscription: string, { context, access, activity }: Engine): JsonObject[] {
  const filter = request.query.get('$filter') ?? ''
  if (!/eventTimestamp\s+ge\s+/i.test(filter)) throw error(400, 'BadRequest', 'The filter must have a start time: eventTimestamp ge <time>.')
  const wanted = activity
    .events()
    .filter((event) => within(event.resource, `/subscriptions/${subscription}`) && access.knows(request.caller.objectId, event.resource))
    .filter((event) => matches(event, filter))
  return wanted.toReversed().map((event) => picked(shown(event, context.tenant.id), request.query.get('$select')))
}

function matches(event: ActivityEvent, filter: string): boolean {
  const { group = '', namespace = '' } = parseId(event.resource)
  const actual: Readonly<Record<string, string>> = {
    resourcegroupname: group,
    resourceprovider: namespace,
    correlationid: event.correlationId,
    caller: event.caller.name,
    status: event.state,
    resourceid: event.resource,
    resourceuri: event.resource,
  }
  const time = (value: string): number => Date.parse(/Z$|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`)
  return [...filter.matchAll(/(\w+)\s+(ge|le|eq)\s+'?([^'\s]*)'?/gi)].every(([, name = '', test = '', value = '']) => {
    if (name.toLowerCase() === 'eventtimestamp') return test.toLowerCase() === 'ge' ? event.at >= time(value) : event.at <= time(value)
    return (actual[name.toLowerCase()] ?? value).toLowerCase() === value.toLowerCase()
  })
}

/** `$select=caller,status` keeps those members alone. */
function picked(event: JsonObject, select: string | undefined): JsonObject {
  const names = (select ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names[0] === '' ? event : Object.fromEntries(Object.entries(event).filter(([key]) => names.includes(key.toLowerCase())))
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'NoContent',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
}

function shown(event: ActivityEvent, tenantId: string): JsonObject {
  const { id, at, action, resource, state, status, caller, correlationId, operation } = event
  const { subscription = '', group = '', namespace = 'Microsoft.Resources', types } = parseId(resource)
  const said = (value: string, localizedValue = value): JsonObject => ({ value, localizedValue })
  const reason = reasons[status] ?? (status >= 400 ? 'BadRequest' : 'OK')
  const type = types.length === 0 ? `${namespace}/subscriptions/resourceGroups` : [namespace, ...types].join('/')
  return {
    authorization: { action, scope: resource },
    caller: caller.name,
    channels: 'Operation',
    claims: { 'http://schemas.microsoft.com/identity/claims/objectidentifier': caller.objectId, name: caller.name },
    correlationId,
    description: '',
    eventDataId: id,
    eventName: said('EndRequest', 'End request'),
    category: said('Administrative'),
    id: `${resource}/events/${id}/ticks/${at * 10_000 + 621_355_968_000_000_000}`,
    level: state === 'Failed' ? 'Error' : 'Informational',
    resourceGroupName: group,
    resourceProviderName: said(namespace),
    resourceId: resource,
    resourceType: said(type),
    operationId: operation ?? correlationId,
    operationName: said(action),
    properties: { eventCategory: 'Administrative', entity: resource, message: action, hierarchy: `${tenantId}/${subscription}` },
    status: said(state),
    subStatus: said(reason, `${reason} (HTTP Status Code: ${status})`),
    eventTimestamp: preciseTime(at),
    submissionTimestamp: preciseTime(at),
    subscriptionId: subscription,
    tenantId,
  }
}
