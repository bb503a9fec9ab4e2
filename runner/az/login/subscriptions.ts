// Finding the tenants and subscriptions of whoever signed in.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ArmClient } from '../arm-client.ts'
import type { Call } from '../command.ts'
import type { Subscription } from '../profile.ts'

/** A tenant as ARM lists it. */
export interface Tenant {
  readonly id: string
  readonly domain: string | null
  readonly name: string | null
}

/** Tenants that the signed-in user belongs to. */
export async function listTenants(arm: ArmClient): Promise<readonly Tenant[]> {
  const items = await arm.list('https://management.azure.com/tenants?api-version=2022-12-01')
  return items.filter(isObject).map((item) => ({
    id: String(item.tenantId ?? ''),
    domain: typeof item.defaultDomain === 'string' ? item.defaultDomain : null,
    name: typeof item.displayName === 'string' ? item.displayName : null,
  }))
}

/** Subscriptions of a tenant as the profile keeps them. */
export async function listSubscriptions(arm: ArmClient, user: Subscription['user'], tenant: Tenant | string): Promise<readonly Subscription[]> {
  const items = await arm.list('https://management.azure.com/subscriptions?api-version=2022-12-01')
  return items.filter(isObject).map((item) => profileEntry(item, user, tenant))
}

function profileEntry(item: JsonObject, user: Subscription['user'], tenant: Tenant | string): Subscription {
  const managed = Array.isArray(item.managedByTenants) ? item.managedByTenants.filter(isObject) : []
  const id = typeof tenant === 'string' ? tenant : tenant.id
  return {
    id: String(item.subscriptionId ?? ''),
    name: String(item.displayName ?? ''),
    state: String(item.state ?? 'Enabled'),
    user,
    isDefault: false,
    tenantId: id,
    environmentName: 'AzureCloud',
    homeTenantId: String(item.tenantId ?? id),
    ...(typeof tenant === 'string' ? {} : { tenantDefaultDomain: tenant.domain, tenantDisplayName: tenant.name }),
    managedByTenants: managed.map((entry) => ({ tenantId: entry.tenantId ?? null })),
  }
}

/** `az account list --refresh`: reads everything again and keeps the default subscription. */
export async function refreshSubscriptions(call: Call): Promise<void> {
  const before = call.profile.all()
  const first = before[0]
  if (first === undefined) return
  const found: Subscription[] = []
  for (const tenant of await listTenants(call.arm)) found.push(...(await listSubscriptions(call.arm, first.user, tenant)))
  const chosen = before.find((entry) => entry.isDefault)?.id
  await call.profile.save(withDefault(found, chosen))
}

/** Marks one subscription as the default one: the named one, else the first that is enabled. */
export function withDefault(subscriptions: readonly Subscription[], id: string | undefined): readonly Subscription[] {
  const named = subscriptions.find((entry) => entry.id === id)
  const chosen = named ?? subscriptions.find((entry) => entry.state === 'Enabled') ?? subscriptions[0]
  return subscriptions.map((entry) => ({ ...entry, isDefault: entry === chosen }))
}

/** A subscription list as `az login` prints it. */
export function loginOutput(subscriptions: readonly Subscription[]): Json {
  return subscriptions.map(({ environmentName, ...rest }) => ({ cloudName: environmentName, ...rest }) as JsonObject)
}
