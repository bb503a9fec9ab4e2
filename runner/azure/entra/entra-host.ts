// login.microsoftonline.com: discovery documents and the token endpoints.
import { type Host, jsonResponse } from '../../base/host.ts'
import type { JsonObject } from '../../base/json.ts'
import { EntraError, entraErrors } from './entra-error.ts'
import { deviceCode, type SignInSetting, token } from './sign-in.ts'

const noCache = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' }

/** The host of a tenant; `requestId` makes the ids that errors carry. */
export function createEntraHost(setting: SignInSetting, requestId: () => string): Host {
  return {
    async fetch(request) {
      try {
        return await answer(request, setting)
      } catch (error) {
        if (!(error instanceof EntraError)) throw error
        const correlation = request.headers.get('client-request-id') ?? requestId()
        return jsonResponse(error.toBody(setting.clock.now(), { trace: requestId(), correlation }), error.status, noCache)
      }
    },
  }
}

async function answer(request: Request, setting: SignInSetting): Promise<Response> {
  const url = new URL(request.url)
  const [tenant = '', ...rest] = url.pathname.split('/').filter((segment) => segment !== '')
  const path = rest.join('/').toLowerCase()
  if (path === 'discovery/instance') return jsonResponse(instance)
  checkTenant(tenant, setting)
  if (path.startsWith('userrealm/')) return jsonResponse(realm(decodeURIComponent(rest[1] ?? ''), setting))
  if (path.endsWith('.well-known/openid-configuration')) return jsonResponse(configuration(tenant, url.origin))
  if (/^discovery\/(v2\.0\/)?keys$/.test(path)) return jsonResponse({ keys: [setting.tokens.jwk()] })
  if (request.method === 'POST' && /^oauth2\/(v2\.0\/)?token$/.test(path)) return jsonResponse(token(await formOf(request), setting), 200, noCache)
  if (request.method === 'POST' && /^oauth2\/(v2\.0\/)?devicecode$/.test(path)) return jsonResponse(deviceCode(await formOf(request), setting), 200, noCache)
  return new Response(`${url.host}${url.pathname} is not simulated.\n`, { status: 404, headers: { 'content-type': 'text/plain', 'x-not-simulated': 'true' } })
}

function checkTenant(tenant: string, { tenant: own }: SignInSetting): void {
  const known = ['common', 'organizations', own.id.toLowerCase(), own.domain.toLowerCase()]
  if (!known.includes(tenant.toLowerCase())) throw entraErrors.tenantUnknown(tenant)
}

async function formOf(request: Request): Promise<ReadonlyMap<string, string>> {
  return new Map(new URLSearchParams(await request.text()))
}

function realm(user: string, { tenant }: SignInSetting): JsonObject {
  const domain = user.split('@')[1] ?? ''
  const managed = domain.toLowerCase() === tenant.domain.toLowerCase()
  const common = { ver: '1.0', account_type: managed ? 'Managed' : 'Unknown', domain_name: domain, cloud_instance_name: 'microsoftonline.com' }
  return { ...common, cloud_audience_urn: 'urn:federation:MicrosoftOnline' }
}

const instance: JsonObject = {
  tenant_discovery_endpoint: 'https://login.microsoftonline.com/common/.well-known/openid-configuration',
  'api-version': '1.1',
  metadata: [
    {
      preferred_network: 'login.microsoftonline.com',
      preferred_cache: 'login.windows.net',
      aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
    },
  ],
}

function configuration(tenant: string, origin: string): JsonObject {
  const base = `${origin}/${tenant}`
  const any = ['common', 'organizations'].includes(tenant.toLowerCase())
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${origin}/${any ? '{tenantid}' : tenant}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
  }
}
