// An Azure on a stopped clock, with one owner and one user without rights, and short ways to speak to it.
import { type Azure, createAzure } from '#runner/azure/arm-server.ts'
import type { AzureHooks } from '#runner/azure/hooks.ts'
import type { AzureState } from '#runner/azure/state.ts'
import { createActivity } from '#runner/base/activity.ts'
import { createClock, type WorldClock } from '#runner/base/clock.ts'
import { localPeer } from '#runner/base/host.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'

export const subscriptionId = '0b1f6471-1bf0-4dda-aec3-cb9272f09590'
export const adaId = '3a1c9f52-6a0e-4d0f-9d5f-7f5f3c2e8b10'
export const charlesId = 'f0d7b6a1-5c1d-4b0e-8d70-4a57c7d0b6a2'
export const groupPath = `/subscriptions/${subscriptionId}/resourceGroups/rg-aks-fleet-lab`
export const fleetPath = `${groupPath}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`
export const clusterAdmin = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/18ab4d3d-a1bf-4477-8ad9-8359bc988f69`

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any
}

export interface SmallAzure {
  readonly azure: Azure
  readonly clock: WorldClock
  /** A token for ARM. */
  token(user?: string): string
  fetch(request: Request): Promise<Response>
  /** Sends a JSON request to ARM as Ada, or as who is named. */
  send(method: string, path: string, options?: { body?: JsonObject; as?: string; headers?: Record<string, string>; version?: string }): Promise<Answer>
  cluster(name: string): Parameters<Azure['seed']>[0][number]
}

export async function createSmallAzure(
  options: { hooks?: AzureHooks; durations?: 'short' | 'real'; state?: AzureState; now?: number } = {},
): Promise<SmallAzure> {
  const activity = createActivity()
  const clock = createClock(
    { now: options.now ?? Date.parse('2026-11-23T09:00:00Z'), pace: 1, timers: [] },
    { activity, pulse: { monotonic: () => 0, after: () => () => undefined } },
  )
  const azure = createAzure({
    clock,
    activity,
    random: createRandom('azure'),
    secret: createRandom('azure secret'),
    durations: options.durations ?? 'short',
    ...(options.hooks ? { hooks: options.hooks } : {}),
    ...(options.state ? { state: options.state } : {}),
    subscription: { id: subscriptionId, name: 'Contoso Fleet Lab' },
    tenantId: '54826b22-38d6-4fb2-bad9-b7b93a3e9c5a',
    users: [
      { objectId: adaId, userPrincipalName: 'ada@contoso.test', displayName: 'Ada Lovelace', password: 'x', roles: ['Owner'] },
      { objectId: charlesId, userPrincipalName: 'charles@contoso.test', displayName: 'Charles Babbage', password: 'y', roles: ['Reader'] },
    ],
  })
  const token = (user = 'ada@contoso.test'): string => azure.tokenFor(user, 'https://management.core.windows.net/')
  const fetch = async (request: Request): Promise<Response> => {
    const host = azure.hosts[new URL(request.url).hostname]
    if (!host) throw new Error(`No host for ${request.url}`)
    return host.fetch(request, localPeer)
  }
  return {
    azure,
    clock,
    token,
    fetch,
    async send(method, path, { body, as, headers = {}, version = '2025-08-01-preview' } = {}) {
      const url = path.startsWith('https://') ? path : `https://management.azure.com${path}${path.includes('?') ? '&' : '?'}api-version=${version}`
      const all = { authorization: `Bearer ${token(as)}`, 'content-type': 'application/json', ...headers }
      const answer = await fetch(new Request(url, { method, headers: all, ...(body ? { body: JSON.stringify(body) } : {}) }))
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
    cluster: (name) => ({
      id: `${groupPath}/providers/Microsoft.ContainerService/managedClusters/${name}`,
      location: 'eastus',
      properties: { dnsPrefix: name, agentPoolProfiles: [{ name: 'nodepool1', count: 1, mode: 'System' }] },
    }),
  }
}
