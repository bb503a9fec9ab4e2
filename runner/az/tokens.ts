// Access tokens as MSAL gets them: from the cache, else with the refresh token over HTTP.
import { AzError } from './cli-error.ts'
import { configFolder } from './config.ts'
import type { AzContext } from './context.ts'
import type { Subscription } from './profile.ts'
import {
  addTokens,
  azureCliClientId,
  findAccessToken,
  findAccount,
  findRefreshToken,
  loadTokenCache,
  saveTokenCache,
  type TokenAnswer,
  type TokenCache,
  type TokenOwner,
} from './token-cache.ts'

/** Scope of Azure Resource Manager. */
export const managementScope = 'https://management.core.windows.net//.default'
/** Scope of Microsoft Graph. */
export const graphScope = 'https://graph.microsoft.com//.default'

/** What MSAL says of itself on every request. */
const headers = { 'user-agent': 'python-requests/2.34.2', accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
const login = 'https://login.microsoftonline.com'
const userScopes = 'offline_access openid profile'
/** Tells the authority that this client understands claims challenges. */
export const claims = '{"access_token": {"xms_cc": {"values": ["CP1"]}}}'

/** A token and when it ends, in seconds. */
export interface AccessToken {
  readonly token: string
  readonly expiresOn: number
}

/** Gets a token for a scope, for the account of a subscription; `fresh`: not the one that is kept. */
export async function acquireToken(context: AzContext, subscription: Subscription, scope: string, fresh = false): Promise<AccessToken> {
  const cache = await loadTokenCache(context)
  const owner = ownerOf(cache, subscription)
  const cached = fresh ? undefined : findAccessToken(cache, owner, scope, context.now())
  if (cached !== undefined) return cached
  if (subscription.user.type === 'servicePrincipal') return principalToken(context, subscription, scope)
  const refresh = findRefreshToken(cache, owner)
  if (refresh === undefined) throw new AzError(`User '${subscription.user.name}' does not exist in MSAL token cache. Run \`az login\`.`)
  const answer = await requestToken(context, owner.tenant, {
    clientId: azureCliClientId,
    grant: 'refresh_token',
    form: { refresh_token: refresh, scope: `${scope} ${userScopes}` },
  })
  addTokens(cache, owner, answer, scope, context.now())
  await saveTokenCache(context, cache)
  return { token: answer.access_token, expiresOn: Math.floor(context.now() / 1000) + answer.expires_in }
}

function ownerOf(cache: TokenCache, subscription: Subscription): TokenOwner {
  const isUser = subscription.user.type === 'user'
  const account = isUser ? findAccount(cache, subscription.user.name) : undefined
  return {
    homeAccountId: String(account?.home_account_id ?? ''),
    username: subscription.user.name,
    tenant: subscription.tenantId,
    clientId: isUser ? azureCliClientId : subscription.user.name,
  }
}

/** What a token request asks for. */
export interface TokenRequest {
  readonly clientId: string
  readonly grant: string
  readonly form: Readonly<Record<string, string>>
}

/** POSTs to the token endpoint of a tenant; an error answer becomes az's error. */
export async function requestToken(context: AzContext, tenant: string, request: TokenRequest): Promise<TokenAnswer> {
  const answer = await askToken(context, tenant, request)
  if ('access_token' in answer) return answer
  throw new AzError(answer.error_description, {
    recommendations: ['Run the command below to authenticate interactively; additional arguments may be added as needed:\naz logout\naz login'],
  })
}

/** The token endpoint's answer, as it is. */
export async function askToken(context: AzContext, tenant: string, request: TokenRequest): Promise<TokenAnswer | { error: string; error_description: string }> {
  await ensureAuthority(context, tenant)
  const fields = { client_id: request.clientId, grant_type: request.grant, client_info: '1', claims, ...request.form }
  const response = await context.fetch({
    url: `${login}/${tenant}/oauth2/v2.0/token`,
    method: 'POST',
    headers,
    body: new URLSearchParams(fields).toString(),
  })
  return (await response.json()) as TokenAnswer | { error: string; error_description: string }
}

/** Asks for a tenant's endpoints once; MSAL keeps the answer in the configuration folder. */
async function ensureAuthority(context: AzContext, tenant: string): Promise<void> {
  const path = `${configFolder(context)}/msal_http_cache.bin`
  const known = ((await context.files.read(path)) ?? '').split('\n').filter((line) => line !== '')
  if (known.includes(tenant)) return
  const url = `${login}/${tenant}/v2.0/.well-known/openid-configuration`
  const response = await context.fetch({ url, headers: { 'user-agent': headers['user-agent'], accept: '*/*' } })
  if (response.status >= 400) {
    throw new AzError(
      `Unable to get authority configuration for ${login}/${tenant}. Authority would typically be in a format of https://login.microsoftonline.com/your_tenant or https://tenant_name.ciamlogin.com or https://tenant_name.b2clogin.com/tenant.onmicrosoft.com/policy. Also please double check your tenant name or GUID is correct.`,
    )
  }
  await context.files.write(path, `${[...known, tenant].join('\n')}\n`, 0o600)
}

/** Tokens of a service principal: with the secret that az keeps beside the profile. */
async function principalToken(context: AzContext, subscription: Subscription, scope: string): Promise<AccessToken> {
  const path = `${configFolder(context)}/service_principal_entries.json`
  const entries = JSON.parse((await context.files.read(path)) ?? '[]') as readonly Record<string, string>[]
  const entry = entries.find((candidate) => candidate.client_id === subscription.user.name)
  if (entry?.client_secret === undefined) {
    throw new AzError(
      `Could not retrieve credential from local cache for service principal ${subscription.user.name}. Run \`az login\` for this service principal.`,
    )
  }
  const owner: TokenOwner = { homeAccountId: '', username: subscription.user.name, tenant: subscription.tenantId, clientId: subscription.user.name }
  const answer = await requestToken(context, subscription.tenantId, {
    clientId: owner.clientId,
    grant: 'client_credentials',
    form: { client_secret: entry.client_secret, scope },
  })
  const cache = await loadTokenCache(context)
  addTokens(cache, owner, answer, scope, context.now())
  await saveTokenCache(context, cache)
  return { token: answer.access_token, expiresOn: Math.floor(context.now() / 1000) + answer.expires_in }
}
