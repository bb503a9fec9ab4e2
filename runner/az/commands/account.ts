// az account: the subscriptions of whoever is signed in.
import type { Json } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, text } from '../command.ts'
import { refreshSubscriptions } from '../login/subscriptions.ts'
import { matchesSubscription, printedSubscription } from '../profile.ts'
import { saveTokenCache } from '../token-cache.ts'
import { acquireToken, managementScope } from '../tokens.ts'

/** Commands of `az account`. */
export const group: CommandGroup = {
  handlers: {
    'account show': show,
    'account list': listAccounts,
    'account set': set,
    'account clear': clear,
    'account list-locations': listLocations,
    'account get-access-token': getAccessToken,
  },
  tables: { transform_account_list: (result) => accountRows(result) },
}

async function show(call: Call): Promise<unknown> {
  return { ...call.profile.subscription(text(call.values, 'subscription')) }
}

async function listAccounts(call: Call): Promise<unknown> {
  if (flag(call.values, 'refresh')) await refreshSubscriptions(call)
  const all = call.profile.all()
  if (all.length === 0) call.log.warning('Please run "az login" to access your accounts.')
  const shown = flag(call.values, 'all') ? all : all.filter((entry) => entry.state === 'Enabled')
  if (shown.length < all.length) call.log.warning("A few accounts are skipped as they don't have 'Enabled' state. Use '--all' to display them.")
  return shown.map((entry) => ({ ...printedSubscription(entry) }))
}

function accountRows(result: unknown): unknown {
  const entries = Array.isArray(result) ? (result as readonly Record<string, Json>[]) : []
  return entries.map((entry) => ({
    Name: entry.name,
    CloudName: entry.cloudName,
    SubscriptionId: entry.id,
    TenantId: entry.tenantId,
    State: entry.state,
    IsDefault: entry.isDefault,
  }))
}

async function set(call: Call): Promise<void> {
  const wanted = required(call.values, 'subscription')
  const all = call.profile.all()
  const found = all.filter((entry) => matchesSubscription(entry, wanted))
  if (found.length === 0) throw new AzError(`The subscription of '${wanted}' doesn't exist in cloud 'AzureCloud'.`)
  if (found.length > 1) call.log.warning(`Multiple subscriptions with the name '${wanted}' found. Please specify the subscription ID.`)
  const chosen = found[0]
  await call.profile.save(all.map((entry) => ({ ...entry, isDefault: entry === chosen })))
}

async function clear(call: Call): Promise<void> {
  await call.profile.save([])
  await saveTokenCache(call.context, { AccessToken: {}, RefreshToken: {}, IdToken: {}, Account: {}, AppMetadata: {} })
}

async function listLocations(call: Call): Promise<unknown> {
  const extended = flag(call.values, 'include_extended_locations') ? '&includeExtendedLocations=true' : ''
  return call.arm.list(`${call.arm.scope()}/locations?${extended === '' ? '' : 'includeExtendedLocations=true&'}api-version=2022-12-01`)
}

async function getAccessToken(call: Call): Promise<unknown> {
  const { values, context, profile } = call
  const resource = text(values, 'resource')
  const scope = list(values, 'scopes')?.[0] ?? (resource === undefined ? managementScope : `${resource}/.default`)
  const subscription = profile.subscription(text(values, 'subscription') ?? text(values, '_subscription'))
  const tenant = text(values, 'tenant')
  const token = await acquireToken(context, tenant === undefined ? subscription : { ...subscription, tenantId: tenant }, scope)
  const result: Record<string, Json> = { accessToken: token.token, expiresOn: localTime(token.expiresOn), expires_on: token.expiresOn }
  if (tenant === undefined) result.subscription = subscription.id
  return { ...result, tenant: tenant ?? subscription.tenantId, tokenType: 'Bearer' }
}

function localTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}.000000`
}
