// A fleet that things happen to by chance: members come and go, placements and what they place are edited, members drift,
// API servers fail. Once it is left alone, each placement's status must say what is really on the members.
import { equal } from '#runner/base/json.ts'
import { createRandom, type Random } from '#runner/base/random.ts'
import { conditionsOf, findCondition, isTrueAt } from '#runner/controllers/fleet/conditions.ts'
import { bindings, clusterResourcePlacements, memberClusters, works } from '#runner/controllers/fleet/resources.ts'
import { namespaces } from '#runner/controllers/resources.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { StatusError } from '#runner/kubernetes/status-error.ts'
import { fleetObject, placementOf } from './fleet-objects.ts'
import { startFleet, type TestFleet } from './start-fleet.ts'

/** What a simulation came to. */
export interface SimulationResult {
  /** What was done, in order. */
  readonly log: readonly string[]
  /** Where a status and the members part; empty if nowhere. */
  readonly problems: readonly string[]
  /** The statuses of all placements at the end. */
  readonly statuses: unknown
}

interface World {
  readonly fleet: TestFleet
  readonly random: Random
  readonly faults: { on: boolean }
  readonly log: string[]
  /** Members that have left once: what was placed there stays there. */
  readonly left: Set<string>
}

const apps = ['app-a', 'app-b', 'app-c']
const configMaps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }

/** Lets chance of this seed do so many things to a fleet of three members, then an hour pass, and compares. */
export async function simulate(seed: number, options: { readonly actions?: number } = {}): Promise<SimulationResult> {
  const random = createRandom(`simulation ${seed}`)
  const faults = { on: false }
  const members = { 'm-1': { tier: 'gold' }, 'm-2': { tier: 'iron' }, 'm-3': { tier: 'gold' } }
  const fleet = await startFleet({ members, nodes: 0, seed: `fleet ${seed}`, between: (client) => unreliable(client, random, faults) })
  const world: World = { fleet, random, faults, log: [], left: new Set() }
  for (const name of apps) {
    await fleet.hub.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await fleet.hub.client.create(configMaps, configMap(name, 'settings', 'blue'))
  }
  for (let done = 0; done < (options.actions ?? 20); done += 1) {
    await act(world)
    await fleet.settle(random.below(3) === 0 ? random.below(40_000) : random.below(2000))
  }
  faults.on = false
  await fleet.settle(3_600_000)
  const placements = (await fleet.hub.client.list(clusterResourcePlacements)).items
  return { log: world.log, problems: await compare(world, placements), statuses: placements.map(({ metadata, status }) => ({ name: metadata.name, status })) }
}

/** A client whose writes fail now and then, while faults are on. */
function unreliable(client: Client, random: Random, faults: { readonly on: boolean }): Client {
  const risk = async <result>(write: () => Promise<result>): Promise<result> => {
    if (faults.on && random.next() < 0.25) throw new StatusError('ServiceUnavailable', 'the server is currently unable to handle the request')
    return write()
  }
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    postSubresource: (...args) => client.postSubresource(...args),
    resourceFor: (...args) => client.resourceFor(...args),
    resources: () => client.resources(),
    create: (...args) => risk(() => client.create(...args)),
    update: (...args) => risk(() => client.update(...args)),
    patch: (...args) => risk(() => client.patch(...args)),
    delete: (...args) => risk(() => client.delete(...args)),
  }
}

function configMap(namespace: string, name: string, color: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { color } } as KubernetesObject
}

type Action = (world: World) => Promise<string | undefined>

async function act(world: World): Promise<void> {
  const names = Object.keys(actions)
  const name = pick(names, world.random)
  try {
    const told = await actions[name]?.(world)
    if (told !== undefined) world.log.push(`${name} ${told}`)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    world.log.push(`${name} refused: ${error.message}`)
  }
}

function pick<item>(items: readonly item[], random: Random): item {
  return items[random.below(items.length)] as item
}

async function someMember({ fleet, random }: World): Promise<KubernetesObject | undefined> {
  const { items } = await fleet.hub.client.list(memberClusters)
  return items.length === 0 ? undefined : pick(items, random)
}

const policies: readonly ((random: Random) => object)[] = [
  () => ({ placementType: 'PickAll' }),
  () => ({
    placementType: 'PickAll',
    affinity: {
      clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [{ labelSelector: { matchLabels: { tier: 'gold' } } }] } },
    },
  }),
  (random) => ({ placementType: 'PickN', numberOfClusters: random.below(4) }),
  (random) => ({ placementType: 'PickFixed', clusterNames: [`m-${1 + random.below(4)}`] }),
]

const actions: Readonly<Record<string, Action>> = {
  async place({ fleet, random }) {
    const name = pick(apps, random)
    await fleet.hub.client.create(clusterResourcePlacements, placementOf(name, { policy: pick(policies, random)(random) }))
    return name
  },
  async scale({ fleet, random }) {
    const name = pick(apps, random)
    const placement = await fleet.hub.client.get(clusterResourcePlacements, { name })
    if (at(placement, 'spec', 'policy', 'placementType') !== 'PickN') return undefined
    const numberOfClusters = random.below(4)
    await fleet.hub.client.patch(clusterResourcePlacements, { name }, { spec: { policy: { numberOfClusters } } }, { type: 'merge' })
    return `${name} to ${numberOfClusters}`
  },
  async unplace({ fleet, random }) {
    const name = pick(apps, random)
    await fleet.hub.client.delete(clusterResourcePlacements, { name })
    return name
  },
  async edit({ fleet, random }) {
    const [namespace, color] = [pick(apps, random), pick(['red', 'green', 'white'], random)]
    await fleet.hub.client.patch(configMaps, { namespace, name: 'settings' }, { data: { color } }, { type: 'merge' })
    return `${namespace} ${color}`
  },
  async add({ fleet, random }) {
    const [namespace, name] = [pick(apps, random), `extra-${random.below(3)}`]
    await fleet.hub.client.create(configMaps, configMap(namespace, name, 'blue'))
    return `${namespace}/${name}`
  },
  async drop({ fleet, random }) {
    const [namespace, name] = [pick(apps, random), `extra-${random.below(3)}`]
    await fleet.hub.client.delete(configMaps, { namespace, name })
    return `${namespace}/${name}`
  },
  async drift({ fleet, random }) {
    const [member, namespace] = [pick(Object.keys(fleet.members), random), pick(apps, random)]
    const client = fleet.members[member]?.client
    await client?.patch(configMaps, { namespace, name: 'settings' }, { data: { color: 'drifted' } }, { type: 'merge' })
    return `${member} ${namespace}`
  },
  async destroy({ fleet, random }) {
    const [member, namespace] = [pick(Object.keys(fleet.members), random), pick(apps, random)]
    const client = fleet.members[member]?.client
    if (random.below(2) === 0) await client?.delete(configMaps, { namespace, name: 'settings' })
    else await client?.delete(namespaces, { name: namespace })
    return `${member} ${namespace}`
  },
  async label(world) {
    const member = await someMember(world)
    if (!member) return undefined
    const tier = pick(['gold', 'iron'], world.random)
    await world.fleet.hub.client.patch(memberClusters, { name: member.metadata.name ?? '' }, { metadata: { labels: { tier } } }, { type: 'merge' })
    return `${member.metadata.name} ${tier}`
  },
  async taint(world) {
    const member = await someMember(world)
    if (!member) return undefined
    const taints = world.random.below(2) === 0 ? [] : [{ key: 'repair', value: 'yes', effect: 'NoSchedule' }]
    await world.fleet.hub.client.patch(memberClusters, { name: member.metadata.name ?? '' }, { spec: { taints } }, { type: 'merge' })
    return `${member.metadata.name} ${taints.length}`
  },
  async leave(world) {
    const member = await someMember(world)
    if (!member) return undefined
    await world.fleet.hub.client.delete(memberClusters, { name: member.metadata.name ?? '' })
    world.left.add(member.metadata.name ?? '')
    return member.metadata.name
  },
  async join({ fleet, random }) {
    const name = `m-${1 + random.below(5)}`
    await fleet.join(name, { tier: pick(['gold', 'iron'], random) })
    return name
  },
  async evict(world) {
    const member = await someMember(world)
    if (!member) return undefined
    const [name, placementName] = [`out-${world.log.length}`, pick(apps, world.random)]
    const eviction = fleetObject('ClusterResourcePlacementEviction', name, { spec: { placementName, clusterName: member.metadata.name } })
    const resource = await world.fleet.hub.client.resourceFor(eviction.apiVersion, eviction.kind)
    if (resource) await world.fleet.hub.client.create(resource, eviction)
    return `${placementName} ${member.metadata.name}`
  },
  async fail({ faults }) {
    faults.on = !faults.on
    return faults.on ? 'on' : 'off'
  },
}

interface Ground {
  readonly app: string
  readonly clusters: readonly string[]
  readonly stuck: readonly string[]
}

/** What the statuses say against what is on the members. */
async function compare({ fleet, left }: World, placements: readonly KubernetesObject[]): Promise<readonly string[]> {
  const { client } = fleet.hub
  const members = (await client.list(memberClusters)).items.map(({ metadata }) => metadata.name ?? '')
  const problems: string[] = []
  for (const app of apps) {
    const placement = placements.find(({ metadata }) => metadata.name === app)
    const clusters = selectedClusters(placement)
    const stuck = (await bindingsOf(app, client)).filter(isStuck).map(targetOf)
    for (const cluster of clusters) if (!members.includes(cluster)) problems.push(`${app}: selects ${cluster}, which is no member`)
    if (isBlocked(placement) && stuck.some((name) => !members.includes(name))) continue
    problems.push(...(await leftProblems({ app, clusters, stuck }, client)))
    if (isHeldBack(placement)) continue
    problems.push(...statusProblems(placement, clusters))
    for (const member of members.filter((name) => !stuck.includes(name))) {
      const found = await contentOf(fleet, member, app)
      const wanted = clusters.includes(member) ? (await client.list(configMaps, { namespace: app })).items.filter(isPlaced).map(colored) : undefined
      const fits = left.has(member) ? (wanted ?? []).every((content) => found?.includes(content)) : equal(found, wanted)
      if (!fits) problems.push(`${app} on ${member}: ${JSON.stringify(found)} is there, ${JSON.stringify(wanted)} should be`)
    }
  }
  return problems
}

/**
 * True if a rollout waits for room. KubeFleet counts one that was let go as one that may yet be ready unless it has failed
 * in its present generation, and its work generator does not look at it once the member is gone: the room may never be given back.
 */
function isBlocked(placement: KubernetesObject | undefined): boolean {
  return conditionsOf(placement).some(({ reason }) => reason === 'RolloutNotStartedYet')
}

/** KubeFleet's strategy counts from the number of clusters asked for: with fewer found, it may never let go of what is available. */
function isHeldBack(placement: KubernetesObject | undefined): boolean {
  return isBlocked(placement) && conditionsOf(placement).some(({ reason }) => reason === 'SchedulingPolicyUnfulfilled')
}

function selectedClusters(placement: KubernetesObject | undefined): readonly string[] {
  const statuses = (at(placement, 'status', 'placementStatuses') ?? []) as readonly { readonly clusterName?: string }[]
  return statuses.flatMap(({ clusterName }) => (clusterName === undefined ? [] : [clusterName]))
}

/** An hour of quiet leaves nothing unknown, and nothing that is selected unavailable. */
function statusProblems(placement: KubernetesObject | undefined, clusters: readonly string[]): readonly string[] {
  if (!placement) return []
  const { name, generation } = placement.metadata
  const conditions = conditionsOf(placement)
  const stale = conditions.filter(({ observedGeneration }) => observedGeneration !== generation).map(({ type }) => `${name}: ${type} is stale`)
  const last = findCondition(conditions, clusters.length === 0 ? 'ClusterResourcePlacementScheduled' : 'ClusterResourcePlacementAvailable')
  const settled = clusters.length === 0 ? last !== undefined && last.status !== 'Unknown' : last?.status === 'True'
  return settled ? stale : [...stale, `${name}: ${JSON.stringify(conditions.at(-1))}`]
}

/** The bindings of a placement that are not stuck, and its Works, are those of the clusters it selects. */
async function leftProblems({ app, clusters, stuck }: Ground, client: Client): Promise<readonly string[]> {
  const bound = (await bindingsOf(app, client)).map(targetOf)
  const worked = (await client.list(works, { labelSelector: labelOf(app) })).items.map(({ metadata }) => metadata.namespace?.replace('fleet-member-', '') ?? '')
  const wanted = clusters.toSorted()
  const differs = (found: readonly string[]): boolean => !equal(found.filter((cluster) => !stuck.includes(cluster)).toSorted(), wanted)
  return [
    ...(differs(bound) ? [`${app}: bindings for ${bound}, selected are ${wanted}`] : []),
    ...(differs(worked) ? [`${app}: works for ${worked}, selected are ${wanted}`] : []),
  ]
}

const labelOf = (app: string): string => `kubernetes-fleet.io/parent-CRP=${app}`
const targetOf = (binding: KubernetesObject): string => String(at(binding, 'spec', 'targetCluster'))

async function bindingsOf(app: string, client: Client): Promise<readonly KubernetesObject[]> {
  return (await client.list(bindings, { labelSelector: labelOf(app) })).items
}

/** KubeFleet never takes what is not ready from a cluster that was let go if less would be ready than the strategy asks for. */
function isStuck(binding: KubernetesObject): boolean {
  const { generation = 0, deletionTimestamp } = binding.metadata
  const available = isTrueAt(findCondition(conditionsOf(binding), 'Available'), generation)
  return deletionTimestamp === undefined && at(binding, 'spec', 'state') === 'Unscheduled' && !available
}

/** The ConfigMaps of a namespace of a member; undefined if there is no such namespace. */
async function contentOf(fleet: TestFleet, member: string, app: string): Promise<readonly string[] | undefined> {
  const client = fleet.members[member]?.client
  if (!client || !(await client.get(namespaces, { name: app }))) return undefined
  return (await client.list(configMaps, { namespace: app })).items.filter(isPlaced).map(colored)
}

function isPlaced({ metadata }: KubernetesObject): boolean {
  return metadata.name !== 'kube-root-ca.crt'
}

function colored(object: KubernetesObject): string {
  return `${object.metadata.name} ${at(object, 'data', 'color')}`
}
