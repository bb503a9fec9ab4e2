// Fleets of 10, 100 and 1,000 light members: joined in bulk, a namespace with twenty objects placed on all, the hub's list of members.
import { localPeer } from '#runner/base/host.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import type { Cluster } from '#runner/world/cluster.ts'
import { createWorld, type World } from '#runner/world/world.ts'
import { type Figure, heapUsed, medianMs } from './measure.ts'

const sizes = [10, 100, 1000]
const budgets = { place: 15_000, list: 100, heap: 200 }

/** Figures of fleets; budgets are for the largest. */
export async function fleetFigures(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of sizes) figures.push(...(await figuresOf(size, size === sizes.at(-1))))
  return figures
}

async function figuresOf(size: number, largest: boolean): Promise<Figure[]> {
  const before = heapUsed()
  const members = { count: size, name: 'member-{0000}', nodes: 0 }
  const file = parseWorldFile(JSON.stringify({ fleet: { members } }), 'fleet.yaml')
  const began = performance.now()
  const world = await createWorld(file, { secret: 'bench' })
  world.clock.stop()
  const hub = world.clusters().find(({ spec }) => spec.flavor === 'hub')
  if (!hub) return []
  const client = hub.clientOf(hub.admin)
  await until(world, async () => (await joinedIn(client)) === size)
  const joined = performance.now() - began
  const heap = (heapUsed() - before) / 1024 / size
  const placed = await place(world, client)
  const list = await medianMs(() => tableOfMembers(hub), 10)
  world.close()
  const budget = <value>(value: value): value | undefined => (largest ? value : undefined)
  return [
    { what: `fleet of ${size} born and joined`, budget: undefined, measured: joined, unit: 'ms' },
    { what: `heap a light member of ${size}, hub and shared parts in`, budget: budget(budgets.heap), measured: heap, unit: 'KiB' },
    { what: `20 objects placed on all ${size}, applied and reported`, budget: budget(budgets.place), measured: placed, unit: 'ms' },
    { what: `kubectl get memberclusters of ${size}`, budget: budget(budgets.list), measured: list, unit: 'ms' },
  ]
}

async function joinedIn(client: Client): Promise<number> {
  const { items } = await client.list({
    group: 'cluster.kubernetes-fleet.io',
    version: 'v1',
    plural: 'memberclusters',
    kind: 'MemberCluster',
    namespaced: false,
  })
  return items.filter((member) => conditionOf(member, 'Joined')).length
}

async function place(world: World, client: Client): Promise<number> {
  const began = performance.now()
  const create = async (object: KubernetesObject): Promise<void> => {
    const resource = await client.resourceFor(object.apiVersion, object.kind)
    if (resource) await client.create(resource, object)
  }
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app' } })
  for (let index = 1; index < 20; index += 1) {
    await create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `settings-${index}`, namespace: 'app' },
      data: { value: 'x'.repeat(100) },
    } as KubernetesObject)
  }
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'Namespace', name: 'app' }]
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } }
  const apiVersion = 'placement.kubernetes-fleet.io/v1'
  const spec = { resourceSelectors, policy: { placementType: 'PickAll' }, strategy }
  await create({ apiVersion, kind: 'ClusterResourcePlacement', metadata: { name: 'app' }, spec })
  const placements = await client.resourceFor(apiVersion, 'ClusterResourcePlacement')
  await until(world, async () => {
    const placement = placements && (await client.get(placements, { name: 'app' }))
    return placement !== undefined && conditionOf(placement, 'ClusterResourcePlacementAvailable')
  })
  return performance.now() - began
}

function conditionOf(object: KubernetesObject, type: string): boolean {
  const conditions = at(object, 'status', 'conditions')
  return Array.isArray(conditions) && conditions.some((condition) => at(condition, 'type') === type && at(condition, 'status') === 'True')
}

/** Moves the world's time on until something holds. */
async function until(world: World, holds: () => Promise<boolean>): Promise<void> {
  for (let second = 0; !(await holds()); second += 1) {
    if (second > 600) throw new Error('Not within ten minutes of the world')
    await world.clock.advance(1000)
  }
}

async function tableOfMembers(hub: Cluster): Promise<void> {
  const headers = { authorization: `Bearer ${hub.adminToken}`, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }
  const url = `https://${hub.spec.host}/apis/cluster.kubernetes-fleet.io/v1/memberclusters`
  const answer = await hub.server.host.fetch(new Request(url, { headers }), localPeer)
  await answer.text()
}
