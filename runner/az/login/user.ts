// Signing in as a user: with a password, or with a code typed into a browser elsewhere.
import { isObject } from '../../base/json.ts'
import type { ArmClient } from '../arm-client.ts'
import { createArmClient } from '../arm-client.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, text } from '../command.ts'
import { configFolder } from '../config.ts'
import { randomUuid } from '../context.ts'
import type { Subscription } from '../profile.ts'
import { createProgress } from '../progress.ts'
import { askPassword } from '../prompts.ts'
import { addTokens, azureCliClientId, findAccessToken, loadTokenCache, saveTokenCache, type TokenAnswer, type TokenOwner } from '../token-cache.ts'
import { askToken, claims, requestToken, type TokenRequest } from '../tokens.ts'
import { listSubscriptions, listTenants, type Tenant, withDefault } from './subscriptions.ts'
import { tenantAuthority } from './tenant.ts'

const userScopes = 'offline_access openid profile'
const agent = 'python-requests/2.34.2'
const host = 'https://login.microsoftonline.com'

/** Signs in and finds the user's subscriptions; the profile then holds them. */
export async function signInUser(call: Call, scope: string): Promise<readonly Subscription[]> {
  const username = text(call.values, 'username')
  const authority = await tenantAuthority(call)
  const answer = username === undefined ? await byDeviceCode(call, authority, scope) : await byPassword(call, authority, { username, scope })
  const identity = identityOf(answer, username)
  const tenants = await findTenants(call, authority, { answer, identity, scope, byCode: username === undefined })
  const found: Subscription[] = []
  const empty: Tenant[] = []
  for (const tenant of tenants) {
    const token = await tokenFor(call, { ...identity, tenant: tenant.id }, { scope, refresh: answer.refresh_token ?? '' })
    const list = await listSubscriptions(
      clientWith(call, token),
      { name: identity.username, type: 'user' },
      text(call.values, 'tenant') === undefined ? tenant : tenant.id,
    )
    found.push(...list)
    if (list.length === 0) empty.push(tenant)
  }
  warnOfEmpty(call, empty)
  return remember(call, found, { name: identity.username, type: 'user' }, empty)
}

function clientWith(call: Call, token: string): ArmClient {
  return createArmClient({
    context: call.context,
    command: 'login',
    parameters: call.parameters,
    requestId: randomUuid(call.context),
    progress: createProgress(call.context, false),
    subscriptionId: () => '',
    token: async () => token,
  })
}

async function byPassword(call: Call, authority: string, user: { username: string; scope: string }): Promise<TokenAnswer> {
  const password = text(call.values, 'password') ?? (await askPassword(call.context))
  await ensureRealm(call, authority, user.username)
  const form = { username: user.username, password, scope: `${user.scope} ${userScopes}` }
  return requestToken(call.context, authority, { clientId: azureCliClientId, grant: 'password', form })
}

/** Whether the user's domain is managed here or federated; asked once for each user. */
async function ensureRealm(call: Call, authority: string, username: string): Promise<void> {
  const path = `${configFolder(call.context)}/msal_http_cache.bin`
  const known = ((await call.context.files.read(path)) ?? '').split('\n')
  if (known.includes(username)) return
  if (!known.includes(authority)) await getJson(call, `${host}/${authority}/v2.0/.well-known/openid-configuration`, '*/*')
  await getJson(call, `${host}/common/userrealm/${username}?api-version=1.0`, 'application/json')
  await call.context.files.write(path, `${[...new Set([...known.filter((line) => line !== ''), authority, username])].join('\n')}\n`, 0o600)
}

async function getJson(call: Call, url: string, accept: string): Promise<unknown> {
  const response = await call.context.fetch({ url, headers: { accept, 'user-agent': agent } })
  return response.json()
}

interface DeviceCode {
  readonly device_code: string
  readonly message: string
  readonly interval?: number
}

async function byDeviceCode(call: Call, authority: string, scope: string): Promise<TokenAnswer> {
  const fields = new URLSearchParams({ client_id: azureCliClientId, scope: `${scope} ${userScopes}`, claims })
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: '*/*', 'user-agent': agent }
  const response = await call.context.fetch({ url: `${host}/${authority}/oauth2/v2.0/devicecode`, method: 'POST', headers, body: fields.toString() })
  const code = (await response.json()) as DeviceCode
  call.context.stderr(call.log.color ? `\u001b[93m${code.message}\u001b[0m\n` : `${code.message}\n`)
  const request: TokenRequest = {
    clientId: azureCliClientId,
    grant: 'urn:ietf:params:oauth:grant-type:device_code',
    form: { code: code.device_code, device_code: code.device_code },
  }
  for (;;) {
    const answer = await askToken(call.context, authority, request)
    if ('access_token' in answer) return answer
    if (answer.error !== 'authorization_pending' && answer.error !== 'slow_down') throw new AzError(answer.error_description)
    await call.context.sleep((code.interval ?? 5) * 1000)
  }
}

/** Who the token is of: from `client_info` and the id token. */
function identityOf(answer: TokenAnswer, username: string | undefined): TokenOwner {
  const info = decode(answer.client_info)
  const claimed = decode(answer.id_token?.split('.')[1])
  const name = username ?? String(claimed.preferred_username ?? claimed.upn ?? claimed.unique_name ?? '')
  return { homeAccountId: `${String(info.uid ?? '')}.${String(info.utid ?? '')}`, username: name, tenant: String(info.utid ?? ''), clientId: azureCliClientId }
}

function decode(part: string | undefined): Record<string, unknown> {
  try {
    const bytes = Uint8Array.from(atob((part ?? '').replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

interface SignedIn {
  readonly answer: TokenAnswer
  readonly identity: TokenOwner
  readonly scope: string
  readonly byCode: boolean
}

async function findTenants(call: Call, authority: string, signedIn: SignedIn): Promise<readonly Tenant[]> {
  const { answer, identity, scope, byCode } = signedIn
  if (authority !== 'organizations') {
    await store(call, identity, answer, scope)
    return [{ id: identity.tenant, domain: null, name: null }]
  }
  const refresh = { clientId: azureCliClientId, grant: 'refresh_token', form: { refresh_token: answer.refresh_token ?? '', scope: `${scope} ${userScopes}` } }
  const token = byCode ? await requestToken(call.context, 'organizations', refresh) : answer
  return listTenants(clientWith(call, token.access_token))
}

/** A token for one tenant: kept from before, else with the refresh token. */
async function tokenFor(call: Call, owner: TokenOwner, options: { scope: string; refresh: string }): Promise<string> {
  const kept = findAccessToken(await loadTokenCache(call.context), owner, options.scope, call.context.now())
  if (kept !== undefined) return kept.token
  const form = { refresh_token: options.refresh, scope: `${options.scope} ${userScopes}` }
  const answer = await requestToken(call.context, owner.tenant, { clientId: azureCliClientId, grant: 'refresh_token', form })
  await store(call, owner, answer, options.scope)
  return answer.access_token
}

async function store(call: Call, owner: TokenOwner, answer: TokenAnswer, scope: string): Promise<void> {
  const cache = await loadTokenCache(call.context)
  addTokens(cache, owner, answer, scope, call.context.now())
  await saveTokenCache(call.context, cache)
}

function warnOfEmpty(call: Call, tenants: readonly Tenant[]): void {
  if (tenants.length === 0) return
  call.log.warning("The following tenants don't contain accessible subscriptions. Use `az login --allow-no-subscriptions` to have tenant level access.")
  for (const tenant of tenants) call.log.warning(tenant.name === null ? tenant.id : `${tenant.id} '${tenant.name}'`)
}

/** Puts what was found into the profile, beside what others have there. */
export async function remember(
  call: Call,
  found: readonly Subscription[],
  user: Subscription['user'],
  empty: readonly Tenant[],
): Promise<readonly Subscription[]> {
  const tenantOnly = empty.map(
    (tenant): Subscription => ({
      id: tenant.id,
      name: 'N/A(tenant level account)',
      state: 'Enabled',
      user,
      isDefault: false,
      tenantId: tenant.id,
      environmentName: 'AzureCloud',
    }),
  )
  if (found.length === 0 && !flag(call.values, 'allow_no_subscriptions')) throw new AzError(`No subscriptions found for ${user.name}.`)
  const mine = withDefault([...found, ...(flag(call.values, 'allow_no_subscriptions') ? tenantOnly : [])], text(call.values, 'subscription'))
  const others = call.profile.all().filter((entry) => !mine.some((own) => own.id === entry.id && own.tenantId === entry.tenantId))
  await call.profile.save([...others.map((entry) => ({ ...entry, isDefault: false })), ...mine])
  return mine
}
