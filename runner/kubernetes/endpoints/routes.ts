// Every path of a server that is no resource, one owner a line.
import { goJson } from '../../base/go-json.ts'
import type { ServiceAccountTokens } from '../authentication/service-account-tokens.ts'
import { StatusError } from '../status-error.ts'
import { discoveryRoutes } from './discovery.ts'
import { healthRoutes } from './health.ts'
import { metricsRoutes } from './metrics.ts'
import { openApiRoutes } from './openapi.ts'
import type { Route } from './route.ts'
import { versionRoutes } from './version.ts'

/** The table of routes; a server that issues tokens shows how they are checked. */
export function serverRoutes(accounts: ServiceAccountTokens | undefined): readonly Route[] {
  return [...discoveryRoutes, ...healthRoutes, ...metricsRoutes, ...versionRoutes, ...openApiRoutes, ...(accounts ? issuerRoutes(accounts) : [])]
}

function issuerRoutes(accounts: ServiceAccountTokens): readonly Route[] {
  const caching = { 'cache-control': 'public, max-age=3600' }
  return [
    {
      method: 'GET',
      path: '/.well-known/openid-configuration',
      handle: ({ host }) => new Response(goJson(accounts.configuration(host)), { headers: { ...caching, 'content-type': 'application/json' } }),
    },
    {
      method: 'GET',
      path: '/openid/v1/jwks',
      handle({ headers }) {
        const type = 'application/jwk-set+json'
        if (![type, '*/*', ''].some((accepted) => (headers.get('accept') ?? '') === accepted))
          throw new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${type}`, { details: {} })
        return new Response(goJson(accounts.keySet()), { headers: { ...caching, 'content-type': type } })
      },
    },
  ]
}
