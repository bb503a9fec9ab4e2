// The token endpoint: each OAuth grant as a function from its form to a principal, and the answer that clients of Microsoft's libraries expect.
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { AzureState, DeviceCode, User } from '../state.ts'
import type { Directory, Principal } from './directory.ts'
import { entraErrors } from './entra-error.ts'
import { encode, type Tokens } from './tokens.ts'

/** What signing in needs. */
export interface SignInSetting {
  readonly clock: Clock
  readonly secret: Random
  readonly tenant: AzureState['tenant']
  readonly directory: Directory
  readonly tokens: Tokens
  /** Codes that clients wait on; changed as they come and go. */
  readonly deviceCodes: Map<string, DeviceCode>
}

const lifetime = 86_399
const refreshLifetime = 90 * 86_400
const deviceCodeLifetime = 900_000
const deviceInterval = 1
const cliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Answers a form posted to a token endpoint; throws `EntraError`. */
export function token(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const grant = form.get('grant_type') ?? ''
  const grants: Readonly<Record<string, ((form: ReadonlyMap<string, string>, setting: SignInSetting) => JsonObject) | undefined>> = {
    password: byPassword,
    client_credentials: bySecret,
    refresh_token: byRefreshToken,
    'urn:ietf:params:oauth:grant-type:device_code': byDeviceCode,
    device_code: byDeviceCode,
  }
  const answer = grants[grant]
  if (grant === '') throw entraErrors.parameterMissing('grant_type')
  if (!answer) throw entraErrors.grantUnsupported(grant)
  return answer(form, setting)
}

/** Answers a request for a device code. The simulated user confirms it after a moment, whatever page the code is typed into. */
export function deviceCode(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const issuedAt = setting.clock.now()
  for (const old of setting.deviceCodes.values()) if (old.issuedAt + deviceCodeLifetime < issuedAt) setting.deviceCodes.delete(old.code)
  const code = encode(setting.secret.bytes(32))
  const userCode = setting.secret.letters(9, 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789')
  setting.deviceCodes.set(code, { code, userCode, clientId: form.get('client_id') ?? '', scope: form.get('scope') ?? form.get('resource') ?? '', issuedAt })
  return {
    user_code: userCode,
    device_code: code,
    verification_uri: 'https://microsoft.com/devicelogin',
    expires_in: deviceCodeLifetime / 1000,
    interval: deviceInterval,
    message: `To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ${userCode} to authenticate.`,
  }
}

/** The answer that a user who signed in gets: tokens for `scope`. */
export function userAnswer(user: User, request: { readonly clientId: string; readonly scope: string }, setting: SignInSetting): JsonObject {
  const { tenant, tokens } = setting
  const refresh = {
    aud: 'refresh',
    oid: user.objectId,
    tid: tenant.id,
    appid: request.clientId,
    exp: seconds(setting) + refreshLifetime,
    uti: uti(setting),
  }
  return {
    token_type: 'Bearer',
    scope: request.scope,
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: tokens.issue({ ...userClaims(user, audienceOf(request.scope), request.clientId, setting), uti: uti(setting) }),
    refresh_token: tokens.issue(refresh),
    id_token: tokens.issue(idClaims(user, request.clientId, setting)),
    client_info: encode(new TextEncoder().encode(JSON.stringify({ uid: user.objectId, utid: tenant.id }))),
  }
}

/** An access token for a user, without any grant; always the same at the same time. */
export function tokenWithout(user: User, audience: string, setting: SignInSetting): string {
  return setting.tokens.issue({ ...userClaims(user, audience, cliClientId, setting), uti: '' })
}

function byPassword(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const user = setting.directory.user(required(form, 'username'))
  if (!user) throw entraErrors.userUnknown(setting.tenant.id)
  if (user.password !== required(form, 'password')) throw entraErrors.passwordWrong()
  return userAnswer(user, { clientId: required(form, 'client_id'), scope: scopeOf(form) }, setting)
}

function bySecret(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const appId = required(form, 'client_id')
  const application = setting.directory.application(appId)
  if (!application) throw entraErrors.applicationUnknown(appId, setting.tenant.displayName)
  if (!setting.directory.opens(appId, form.get('client_secret') ?? '', setting.clock.now())) throw entraErrors.secretWrong(appId)
  const claims = {
    ...common(audienceOf(scopeOf(form)), setting),
    uti: uti(setting),
    appid: application.appId,
    appidacr: '1',
    idp: `https://sts.windows.net/${setting.tenant.id}/`,
    idtyp: 'app',
    oid: application.objectId,
    sub: application.objectId,
  }
  return { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: setting.tokens.issue(claims) }
}

function byRefreshToken(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const claims = setting.tokens.read(required(form, 'refresh_token'))
  if (claims?.aud !== 'refresh') throw entraErrors.refreshTokenInvalid()
  if (claims.exp < seconds(setting)) throw entraErrors.refreshTokenExpired()
  const principal: Principal | undefined = setting.directory.byObjectId(claims.oid)
  if (principal?.type !== 'User') throw entraErrors.userUnknown(setting.tenant.id)
  const clientId = form.get('client_id') ?? claims.appid ?? ''
  return { ...userAnswer(principal.user, { clientId, scope: scopeOf(form) }, setting), foci: '1' }
}

function byDeviceCode(form: ReadonlyMap<string, string>, setting: SignInSetting): JsonObject {
  const code = setting.deviceCodes.get(form.get('device_code') ?? form.get('code') ?? '')
  const [user] = setting.directory.users
  if (!code || !user) throw entraErrors.deviceCodeInvalid()
  const age = setting.clock.now() - code.issuedAt
  if (age > deviceCodeLifetime) throw entraErrors.deviceCodeExpired()
  if (age < deviceInterval * 1000) throw entraErrors.authorizationPending()
  setting.deviceCodes.delete(code.code)
  return userAnswer(user, { clientId: code.clientId, scope: code.scope }, setting)
}

/** `https://graph.microsoft.com//.default offline_access` is for `https://graph.microsoft.com/`; bare scopes are Graph's. */
export function audienceOf(scope: string): string {
  const [first = ''] = scope.split(' ').filter((one) => !['openid', 'profile', 'email', 'offline_access'].includes(one))
  if (first.endsWith('/.default')) return first.slice(0, -'/.default'.length)
  if (/^https?:\/\//.test(first)) return new URL(first).pathname.length > 1 ? first.slice(0, first.lastIndexOf('/')) : first
  return /^[0-9a-f-]{36}/i.test(first) ? first.slice(0, 36) : 'https://graph.microsoft.com'
}

function userClaims(user: User, audience: string, clientId: string, setting: SignInSetting): JsonObject {
  return {
    ...common(audience, setting),
    acr: '1',
    amr: ['pwd'],
    appid: clientId,
    appidacr: '0',
    idtyp: 'user',
    name: user.displayName,
    oid: user.objectId,
    scp: 'user_impersonation',
    sub: user.objectId,
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
  }
}

function idClaims(user: User, clientId: string, setting: SignInSetting): JsonObject {
  const { tenant } = setting
  return {
    aud: clientId,
    iss: `https://login.microsoftonline.com/${tenant.id}/v2.0`,
    ...times(setting),
    name: user.displayName,
    oid: user.objectId,
    preferred_username: user.userPrincipalName,
    sub: user.objectId,
    tid: tenant.id,
    ver: '2.0',
  }
}

function common(audience: string, setting: SignInSetting): JsonObject {
  const { tenant } = setting
  return { aud: audience, iss: `https://sts.windows.net/${tenant.id}/`, ...times(setting), tid: tenant.id, ver: '1.0' }
}

function uti({ secret }: SignInSetting): string {
  return encode(secret.bytes(16))
}

function times(setting: SignInSetting): JsonObject {
  const now = seconds(setting)
  return { iat: now, nbf: now, exp: now + lifetime }
}

function seconds({ clock }: SignInSetting): number {
  return Math.floor(clock.now() / 1000)
}

function scopeOf(form: ReadonlyMap<string, string>): string {
  const scope = form.get('scope') ?? form.get('resource')
  if (scope === undefined || scope === '') throw entraErrors.parameterMissing('scope')
  return scope
}

function required(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name)
  if (value === undefined || value === '') throw entraErrors.parameterMissing(name)
  return value
}
