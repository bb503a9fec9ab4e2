// The configuration folder of somebody who has signed in already: what `az login` leaves behind.
import type { JsonObject } from '../base/json.ts'
import { extensionFiles } from './extensions.ts'
import { profileText, type Subscription } from './profile.ts'
import { addTokens, azureCliClientId, type TokenCache, tokenCacheText } from './token-cache.ts'
import { graphScope, managementScope } from './tokens.ts'

/** Who has signed in. */
export interface SeedOptions {
  /** The configuration folder, as `/home/learner/.azure`. */
  readonly folder: string
  /** Time by the clock that az will read, ms. */
  readonly now: number
  readonly user: { readonly objectId: string; readonly name: string }
  readonly tenant: { readonly id: string; readonly domain: string; readonly name: string }
  readonly subscriptions: readonly { readonly id: string; readonly name: string; readonly isDefault: boolean }[]
  readonly refreshToken: string
  /** Extensions that are installed, by what their wheels say of themselves. */
  readonly extensions?: readonly JsonObject[]
  /** Tokens that are at hand without asking; az gets others with the refresh token. */
  readonly accessTokens?: { readonly arm?: string; readonly graph?: string }
}

const lifetime = 86_399

/** Files of the configuration folder: path to text. Each is its owner's alone (mode 600). */
export function seedProfile(options: SeedOptions): Record<string, string> {
  const { folder, tenant, user, accessTokens = {}, refreshToken, now } = options
  const cache: TokenCache = { AccessToken: {}, RefreshToken: {}, IdToken: {}, Account: {}, AppMetadata: {} }
  const owner = { homeAccountId: `${user.objectId}.${tenant.id}`, username: user.name, tenant: tenant.id, clientId: azureCliClientId }
  for (const [scope, token] of [
    [managementScope, accessTokens.arm],
    [graphScope, accessTokens.graph],
  ] as const) {
    addTokens(cache, owner, { access_token: token ?? '', refresh_token: refreshToken, expires_in: lifetime, foci: '1' }, scope, now)
    if (token === undefined) forgetAccessTokens(cache, scope)
  }
  return {
    [`${folder}/azureProfile.json`]: profileText(options.subscriptions.map((one) => subscriptionOf(one, options))),
    [`${folder}/msal_token_cache.json`]: tokenCacheText(cache),
    [`${folder}/config`]: '[cloud]\nname = AzureCloud\n\n[core]\nfirst_run = yes\n\n',
    [`${folder}/clouds.config`]: `[AzureCloud]\nsubscription = ${options.subscriptions.find((one) => one.isDefault)?.id ?? ''}\n\n`,
    [`${folder}/msal_http_cache.bin`]: `organizations\n${tenant.id}\n`,
    ...Object.assign({}, ...(options.extensions ?? []).map((one) => extensionFiles(`${folder}/cliextensions`, String(one.name), String(one.version), one))),
  }
}

function forgetAccessTokens(cache: TokenCache, scope: string): void {
  for (const [key, entry] of Object.entries(cache.AccessToken)) if (entry.target === scope) delete cache.AccessToken[key]
}

function subscriptionOf(one: SeedOptions['subscriptions'][number], { tenant, user }: SeedOptions): Subscription {
  return {
    id: one.id,
    name: one.name,
    state: 'Enabled',
    user: { name: user.name, type: 'user' },
    isDefault: one.isDefault,
    tenantId: tenant.id,
    environmentName: 'AzureCloud',
    homeTenantId: tenant.id,
    tenantDefaultDomain: tenant.domain,
    tenantDisplayName: tenant.name,
    managedByTenants: [],
  }
}
