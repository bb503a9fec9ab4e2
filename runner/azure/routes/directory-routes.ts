// Tenants, subscriptions, locations: what a client learns first after logging in.
import type { JsonObject } from '../../base/json.ts'
import { listResponse, textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import locations from '../providers/resources/locations.json' with { type: 'json' }
import type { Route } from '../route.ts'
import type { Subscription } from '../state.ts'

/** Routes of the directory and its subscriptions. */
export const directoryRoutes: readonly Route[] = [
  { method: 'GET', path: '/tenants', answer: (request, _names, engine) => listResponse([tenant(engine)], request) },
  {
    method: 'GET',
    path: '/subscriptions',
    answer({ caller }, _names, engine) {
      const value = engine.subscriptions
        .filter((one) => engine.access.knows(caller.objectId, `/subscriptions/${one.id}`))
        .map((one) => subscription(one, engine))
      return textResponse(JSON.stringify({ value, count: { type: 'Total', value: value.length } }))
    },
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}',
    answer(_request, names, engine) {
      const found = engine.subscriptions.find((one) => one.id.toLowerCase() === names.subscription?.toLowerCase())
      return textResponse(JSON.stringify(found ? subscription(found, engine) : {}))
    },
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/locations',
    answer: (request, names) =>
      listResponse(
        locations.map((one) => location(one, names.subscription ?? '')),
        request,
      ),
  },
]

function tenant({ context }: Engine): JsonObject {
  const { id, displayName, domain } = context.tenant
  return {
    id: `/tenants/${id}`,
    tenantId: id,
    countryCode: 'GB',
    displayName,
    domains: [domain],
    tenantCategory: 'Home',
    defaultDomain: domain,
    tenantType: 'AAD',
  }
}

function subscription({ id, name }: Subscription, { context }: Engine): JsonObject {
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: id,
    tenantId: context.tenant.id,
    displayName: name,
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
  }
}

function location(one: (typeof locations)[number], subscriptionId: string): JsonObject {
  const pair = one.pairedRegion === null ? [] : [{ name: one.pairedRegion, id: `/subscriptions/${subscriptionId}/locations/${one.pairedRegion}` }]
  return {
    id: `/subscriptions/${subscriptionId}/locations/${one.name}`,
    name: one.name,
    type: 'Region',
    displayName: one.displayName,
    regionalDisplayName: `(${one.geographyGroup}) ${one.displayName}`,
    metadata: {
      regionType: 'Physical',
      regionCategory: one.category,
      geography: one.geography,
      geographyGroup: one.geographyGroup,
      longitude: one.longitude,
      latitude: one.latitude,
      physicalLocation: one.physicalLocation,
      pairedRegion: pair,
    },
  }
}
