// A simulated world as checks see it: its clusters and its Azure over fetch, with the administrator's own tokens.
import { localPeer } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import { createFetchClient } from '../kubernetes/fetch-client.ts'
import type { World } from '../world/world.ts'
import { Unreachable } from './verdict.ts'
import type { AzureSource, ClusterSource, Surroundings } from './view.ts'

type WorldCluster = ReturnType<World['clusters']>[number]

/** Surroundings made over a world. */
export function surroundingsOf(world: World): Surroundings {
  const clients = new Map<string, Client>()

  function clientOf(cluster: WorldCluster): Client {
    const known = clients.get(cluster.spec.id)
    if (known) return known
    const headers = { authorization: `Bearer ${cluster.adminToken}`, 'user-agent': 'drydock-checks' }
    const client = createFetchClient({ server: `https://${cluster.spec.host}`, fetch: (request) => fetchOn(world, request), headers })
    clients.set(cluster.spec.id, client)
    return client
  }

  function clusters(): readonly ClusterSource[] {
    const all = world.clusters()
    const hubs = all.filter(({ spec }) => spec.flavor === 'hub')
    const members = world.memberships().flatMap(({ member, cluster }) => {
      const found = all.find(({ spec }) => spec.id === cluster)
      return found ? [{ role: 'member' as const, name: member, client: clientOf(found) }] : []
    })
    return [...hubs.map((hub) => ({ role: 'hub' as const, name: hub.spec.name, client: clientOf(hub) })), ...members]
  }

  const { azure } = world
  return {
    clusters,
    onChange: (listener) => world.onChange(listener),
    writer(name, resourceVersion) {
      const cluster = world.memberships().find(({ member }) => member === name)?.cluster
      const found = world.clusters().find(({ spec }) => spec.id === cluster)
      return found && world.writer(found.spec.id, resourceVersion)
    },
    ...(azure ? { azure: azureOf(world, azure) } : {}),
  }
}

function azureOf(world: World, azure: NonNullable<World['azure']>): AzureSource {
  return {
    async get(path) {
      const url = `https://management.azure.com/subscriptions/${azure.state().subscriptions[0]?.id}${path}`
      const response = await fetchOn(world, new Request(url, { headers: { authorization: `Bearer ${world.token('arm')}` } }))
      return { status: response.status, body: (await response.json()) as JsonObject }
    },
    onChange: (listener) => azure.onChange(listener),
  }
}

async function fetchOn(world: World, request: Request): Promise<Response> {
  const { hostname } = new URL(request.url)
  const host = world.internet.host(hostname)
  if (!host) throw new Unreachable(hostname, 'this world has no such host')
  return host.fetch(request, localPeer)
}
