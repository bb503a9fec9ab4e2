// How an Azure is born: a tenant, its people with their roles, a subscription, a key to sign tokens with.

import type { Clock } from '../base/clock.ts'
import { createPrivateKey } from '../base/p256.ts'
import { createRandom, type Random } from '../base/random.ts'
import { assignment } from './providers/authorization/role-assignments.ts'
import { findRole } from './providers/authorization/role-definitions.ts'
import { resourceId } from './resource-id.ts'
import type { AzureState, Resource, ServicePrincipal, Subscription, User } from './state.ts'

/** What may be said of a new Azure; the rest is made up from chance. */
export interface BirthOptions {
  readonly subscription?: { readonly id?: string | undefined; readonly name?: string | undefined }
  readonly otherSubscriptions?: readonly Subscription[]
  readonly tenantId?: string
  /** The tenant's only user: principal name, and names of built-in roles over each subscription. Default: ada@contoso.test, Owner. */
  readonly user?: { readonly name?: string | undefined; readonly roles?: readonly string[] | undefined }
  /** All users, in place of `user`. */
  readonly users?: readonly (User & { readonly roles: readonly string[] })[]
  /** All applications; default: one, `fleet-bot`, Contributor. */
  readonly servicePrincipals?: readonly (ServicePrincipal & { readonly roles: readonly string[] })[]
}

type Setting = BirthOptions & { readonly clock: Clock; readonly random: Random; readonly secret: Random }
type WithRoles<principal> = principal & { readonly roles: readonly string[] }

const passwordAlphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** The state of a new Azure. */
export function birthState(setting: Setting): AzureState {
  const { random, secret } = setting
  const subscriptions = [
    { id: setting.subscription?.id ?? random.uuid(), name: setting.subscription?.name ?? 'Contoso Fleet Lab' },
    ...(setting.otherSubscriptions ?? []),
  ]
  const tenantId = setting.tenantId ?? random.uuid()
  const users = setting.users ?? [onlyUser(setting)]
  const servicePrincipals = setting.servicePrincipals ?? [onlyApplication(setting)]
  const domain = users[0]?.userPrincipalName.split('@')[1] ?? 'contoso.test'
  const resources = [...roles(users, 'User', subscriptions, setting), ...roles(servicePrincipals, 'ServicePrincipal', subscriptions, setting)]
  return {
    tenant: { id: tenantId, displayName: capital(domain.split('.')[0] ?? ''), domain },
    subscriptions,
    users: users.map(withoutRoles),
    servicePrincipals: servicePrincipals.map(withoutRoles),
    signingKey: createPrivateKey(secret),
    requestRandom: createRandom(random.uuid()).state,
    resources,
    operations: [],
    deviceCodes: [],
  }
}

function onlyUser({ user, random, secret }: Setting): WithRoles<User> {
  const userPrincipalName = user?.name ?? 'ada@contoso.test'
  const local = userPrincipalName.split('@')[0] ?? ''
  const displayName = local === 'ada' ? 'Ada Lovelace' : local.split(/[._-]/).map(capital).join(' ')
  return { objectId: random.uuid(), userPrincipalName, displayName, password: secret.letters(16, passwordAlphabet), roles: user?.roles ?? ['Owner'] }
}

function onlyApplication({ clock, random, secret }: Setting): WithRoles<ServicePrincipal> {
  const createdDateTime = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`
  return {
    objectId: random.uuid(),
    appId: random.uuid(),
    displayName: 'fleet-bot',
    secret: secret.letters(40, passwordAlphabet),
    createdDateTime,
    roles: ['Contributor'],
  }
}

function roles(
  principals: readonly WithRoles<{ readonly objectId: string }>[],
  principalType: string,
  subscriptions: readonly Subscription[],
  { clock, random }: Setting,
): Resource[] {
  const now = clock.now()
  return subscriptions.flatMap((subscription) =>
    principals.flatMap(({ objectId, roles: names }) =>
      names.map((name) => {
        const definition = findRole(name, subscription.id)
        if (!definition) throw new Error(`No built-in role "${name}"`)
        const id = resourceId(`/subscriptions/${subscription.id}/providers/Microsoft.Authorization/roleAssignments/${random.uuid()}`)
        return assignment({ id, roleDefinitionId: definition.id, principalId: objectId, principalType, given: {}, by: null, now, effectiveAt: now })
      }),
    ),
  )
}

function withoutRoles<principal>({ roles: _, ...rest }: WithRoles<principal>): Omit<WithRoles<principal>, 'roles'> {
  return rest
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}
