// Entra's refusals: a table of AADSTS numbers with OAuth's word, the status and the sentence.
import type { JsonObject } from '../../base/json.ts'

/** A refused request for a token. */
export class EntraError extends Error {
  override readonly name = 'EntraError'
  readonly number: number
  readonly code: string
  readonly status: number

  constructor(number: number, facts: { readonly code: string; readonly status?: number; readonly text: string }) {
    super(`AADSTS${number}: ${facts.text}`)
    this.number = number
    this.code = facts.code
    this.status = facts.status ?? 400
  }

  toBody(now: number, ids: { readonly trace: string; readonly correlation: string }): JsonObject {
    const timestamp = new Date(now).toISOString().slice(0, 19).replace('T', ' ').concat('Z')
    return {
      error: this.code,
      error_description: `${this.message} Trace ID: ${ids.trace} Correlation ID: ${ids.correlation} Timestamp: ${timestamp}`,
      error_codes: [this.number],
      timestamp,
      trace_id: ids.trace,
      correlation_id: ids.correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${this.number}`,
    }
  }
}

/** Every refusal. */
export const entraErrors = {
  authorizationPending: () =>
    new EntraError(70016, { code: 'authorization_pending', text: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.' }),
  deviceCodeExpired: () =>
    new EntraError(70020, {
      code: 'expired_token',
      text: "The provided value for the input parameter 'device_code' is not valid. The device code has expired.",
    }),
  deviceCodeInvalid: () => new EntraError(70000, { code: 'invalid_grant', text: "The provided value for the input parameter 'device_code' is not valid." }),
  grantUnsupported: (grant: string) =>
    new EntraError(70003, { code: 'unsupported_grant_type', text: `The app requested an unsupported grant type '${grant}'.` }),
  parameterMissing: (name: string) =>
    new EntraError(900144, { code: 'invalid_request', text: `The request body must contain the following parameter: '${name}'.` }),
  passwordWrong: () => new EntraError(50126, { code: 'invalid_grant', text: 'Error validating credentials due to invalid username or password.' }),
  refreshTokenInvalid: () => new EntraError(9002313, { code: 'invalid_grant', text: 'Invalid request. Request is malformed or invalid.' }),
  refreshTokenExpired: () => new EntraError(700082, { code: 'invalid_grant', text: 'The refresh token has expired due to inactivity.' }),
  secretWrong: (app: string) =>
    new EntraError(7000215, {
      code: 'invalid_client',
      status: 401,
      text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app}'.`,
    }),
  tenantUnknown: (tenant: string) =>
    new EntraError(90002, {
      code: 'invalid_tenant',
      text: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    }),
  applicationUnknown: (app: string, tenant: string) =>
    new EntraError(700016, {
      code: 'unauthorized_client',
      text: `Application with identifier '${app}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    }),
  userUnknown: (tenant: string) =>
    new EntraError(50034, {
      code: 'invalid_grant',
      text: `The user account {EUII Hidden} does not exist in the ${tenant} directory. To sign into this application, the account must be added to the directory.`,
    }),
} as const
