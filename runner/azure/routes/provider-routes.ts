// Resource providers: which namespaces there are, their types and versions, and whether a subscription has registered them.
import type { JsonObject } from '../../base/json.ts'
import { armErrors } from '../arm-error.ts'
import { listResponse, textResponse } from '../arm-response.ts'
import { resourceTypes } from '../providers/index.ts'
import locations from '../providers/resources/locations.json' with { type: 'json' }
import type { Route } from '../route.ts'

const namespaces = [...new Set(resourceTypes.map((row) => row.type.split('/')[0] ?? ''))]

/** Routes of providers. */
export const providerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers',
    answer: (request, names) =>
      listResponse(
        namespaces.map((namespace) => provider(namespace, names.subscription ?? '')),
        request,
      ),
  },
  { method: 'GET', path: '/subscriptions/{subscription}/providers/{namespace}', answer: (_request, names) => one(names) },
  {
    method: 'POST',
    path: '/subscriptions/{subscription}/providers/{namespace}/register',
    permission: 'Microsoft.ContainerService/register/action',
    answer: (_request, names) => one(names),
  },
]

function one(names: Readonly<Record<string, string>>): Response {
  const wanted = names.namespace ?? ''
  const namespace = namespaces.find((each) => each.toLowerCase() === wanted.toLowerCase())
  if (namespace === undefined) throw armErrors.namespaceInvalid(wanted)
  return textResponse(JSON.stringify(provider(namespace, names.subscription ?? '')))
}

function provider(namespace: string, subscription: string): JsonObject {
  const regions = locations.map((location) => location.displayName)
  const rows = resourceTypes.filter((row) => row.type.startsWith(`${namespace}/`))
  const types = rows.map((row) => ({
    resourceType: row.type.slice(namespace.length + 1),
    locations: regions,
    apiVersions: [...row.apiVersions],
    defaultApiVersion: row.apiVersions[0] ?? '',
    capabilities: row.tracked ? 'CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation' : 'None',
  }))
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: types,
    registrationState: 'Registered',
  }
}
