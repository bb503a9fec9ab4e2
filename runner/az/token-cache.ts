// MSAL's token cache: access tokens by resource and tenant, refresh tokens by user, in msal_token_cache.json.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { configFolder } from './config.ts'
import type { AzContext } from './context.ts'
import { pythonJson } from './python.ts'

/** The client id that az signs in as. */
export const azureCliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Whose tokens are meant, and in which tenant. */
export interface TokenOwner {
  readonly homeAccountId: string
  readonly username: string
  readonly tenant: string
  readonly clientId: string
}

/** An answer of the token endpoint. */
export interface TokenAnswer {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly client_info?: string
  readonly expires_in: number
  readonly foci?: string
}

type Section = Record<string, JsonObject>

/** The cache's file, section by section. */
export interface TokenCache {
  readonly AccessToken: Section
  readonly RefreshToken: Section
  readonly IdToken: Section
  readonly Account: Section
  readonly AppMetadata: Section
}

const authority = 'login.microsoftonline.com'

/** Reads the cache; an absent or broken file is an empty one. */
export async function loadTokenCache(context: AzContext): Promise<TokenCache> {
  const text = await context.files.read(cachePath(context))
  let value: unknown
  try {
    value = JSON.parse(text ?? '{}')
  } catch {
    value = {}
  }
  const section = (name: string): Section => {
    const found = isObject(value) ? value[name] : undefined
    return isObject(found) ? { ...(found as Section) } : {}
  }
  return {
    AccessToken: section('AccessToken'),
    RefreshToken: section('RefreshToken'),
    IdToken: section('IdToken'),
    Account: section('Account'),
    AppMetadata: section('AppMetadata'),
  }
}

/** Writes the cache, readable by its owner alone. */
export async function saveTokenCache(context: AzContext, cache: TokenCache): Promise<void> {
  await context.files.write(cachePath(context), tokenCacheText(cache), 0o600)
}

/** Text of the cache's file. */
export function tokenCacheText(cache: TokenCache): string {
  return pythonJson(cache)
}

function cachePath(context: AzContext): string {
  return `${configFolder(context)}/msal_token_cache.json`
}

/** An access token that is good for five minutes more. */
export function findAccessToken(cache: TokenCache, owner: TokenOwner, scope: string, now: number): { token: string; expiresOn: number } | undefined {
  const found = Object.values(cache.AccessToken).find(
    (entry) =>
      entry.home_account_id === owner.homeAccountId &&
      entry.realm === owner.tenant &&
      String(entry.target).split(' ').includes(scope) &&
      Number(entry.expires_on) * 1000 > now + 300_000,
  )
  return found === undefined ? undefined : { token: String(found.secret), expiresOn: Number(found.expires_on) }
}

/** The user's refresh token. */
export function findRefreshToken(cache: TokenCache, owner: TokenOwner): string | undefined {
  const found = Object.values(cache.RefreshToken).find((entry) => entry.home_account_id === owner.homeAccountId)
  return found === undefined ? undefined : String(found.secret)
}

/** The account of a user name, or of whoever signed in alone. */
export function findAccount(cache: TokenCache, username: string): JsonObject | undefined {
  const accounts = Object.values(cache.Account)
  return accounts.find((entry) => String(entry.username).toLowerCase() === username.toLowerCase())
}

/** Adds an answer's tokens, as MSAL does. */
export function addTokens(cache: TokenCache, owner: TokenOwner, answer: TokenAnswer, scope: string, now: number): void {
  const at = Math.floor(now / 1000)
  const base = { home_account_id: owner.homeAccountId, environment: authority, client_id: owner.clientId }
  const key = (...parts: readonly string[]): string => parts.join('-').toLowerCase()
  cache.AccessToken[key(owner.homeAccountId, authority, 'accesstoken', owner.clientId, owner.tenant, scope)] = {
    credential_type: 'AccessToken',
    secret: answer.access_token,
    ...base,
    target: scope,
    realm: owner.tenant,
    token_type: 'Bearer',
    cached_at: String(at),
    expires_on: String(at + answer.expires_in),
    extended_expires_on: String(at + answer.expires_in),
  }
  if (owner.homeAccountId === '') return
  addUser(cache, owner, answer, base, key)
}

function addUser(cache: TokenCache, owner: TokenOwner, answer: TokenAnswer, base: Record<string, Json>, key: (...parts: readonly string[]) => string): void {
  const { homeAccountId, tenant, clientId } = owner
  if (answer.id_token !== undefined) {
    const id = key(homeAccountId, authority, 'idtoken', clientId, tenant, '')
    cache.IdToken[id] = { credential_type: 'IdToken', secret: answer.id_token, ...base, realm: tenant }
  }
  const local = homeAccountId.split('.')[0] ?? ''
  cache.Account[key(homeAccountId, authority, tenant)] = {
    home_account_id: homeAccountId,
    environment: authority,
    realm: tenant,
    local_account_id: local,
    username: owner.username,
    authority_type: 'MSSTS',
    account_source: 'authorization_code',
  }
  if (answer.refresh_token !== undefined) {
    const id = key(homeAccountId, authority, 'refreshtoken', answer.foci ?? clientId, '', '')
    cache.RefreshToken[id] = {
      credential_type: 'RefreshToken',
      secret: answer.refresh_token,
      ...base,
      target: '',
      last_modification_time: '0',
      family_id: answer.foci ?? null,
    }
  }
  cache.AppMetadata[key('appmetadata', authority, clientId)] = { client_id: clientId, environment: authority, family_id: answer.foci ?? null }
}
