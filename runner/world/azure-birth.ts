// The Azure of a world file: whose subscription it is, and who is signed in.
import type { Azure, AzureOptions } from '../azure/arm-server.ts'
import { createRandom } from '../base/random.ts'
import { at } from '../kubernetes/object.ts'
import type { WorldFile } from '../labs/world-file.ts'

/** The person that a world has when its file names none. */
const usual = { name: 'ada@contoso.test', displayName: 'Ada Lovelace', subscription: 'Contoso Fleet Lab', roles: ['Owner'] }

/** Subscription, tenant and people of a world file; ids come from its seed, the password from its secret. */
export function azurePeople(file: WorldFile, secret: string): Pick<AzureOptions, 'subscription' | 'tenantId' | 'users' | 'servicePrincipals'> {
  const random = createRandom(`${file.seed}/people`)
  const passwords = createRandom(`${secret}/people`)
  const tenantId = random.uuid()
  const { subscription = {}, user = {} } = file.azure ?? {}
  const name = user.name ?? usual.name
  const displayName = name === usual.name ? usual.displayName : (name.split('@')[0] ?? name)
  const application = {
    objectId: random.uuid(),
    appId: random.uuid(),
    displayName: 'drydock-client',
    secret: passwords.letters(40, letters),
    createdDateTime: file.clock.start ?? '2026-01-05T08:00:00Z',
  }
  return {
    subscription: { id: subscription.id ?? random.uuid(), name: subscription.name ?? usual.subscription },
    tenantId,
    users: [{ objectId: random.uuid(), userPrincipalName: name, displayName, password: passwords.letters(20, letters), roles: user.roles ?? usual.roles }],
    servicePrincipals: [{ ...application, roles: ['Contributor'] }],
  }
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'

const audiences = {
  arm: 'https://management.core.windows.net/',
  aks: '6dae42f8-4368-4678-94ff-3960e28e3630',
  graph: 'https://graph.microsoft.com/',
} as const

/** An access token of the first person of an Azure. No grant is made for it: a world goes on as if nobody had asked. */
export function ownerToken(azure: Azure | undefined, audience: keyof typeof audiences): string {
  const [owner] = azure?.state().users ?? []
  if (!azure || !owner) throw new Error('This world has no Azure')
  return azure.tokenFor(owner.userPrincipalName, audiences[audience])
}

/** Id of the subscription that a world's people work in. */
export function subscriptionOf(azure: Azure): string {
  return azure.state().subscriptions[0]?.id ?? ''
}

/** Ids of clusters that stand still, as the world spells them. */
export function stoppedClusters(azure: Azure | undefined): ReadonlySet<string> {
  const clusters = azure?.resources.list('Microsoft.ContainerService/managedClusters') ?? []
  return new Set(clusters.filter((cluster) => at(cluster.body, 'properties', 'powerState', 'code') === 'Stopped').map(({ id }) => id.toLowerCase()))
}
