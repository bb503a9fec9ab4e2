// Topology-aware routing (`service.kubernetes.io/topology-mode: Auto`): each zone is given endpoints after its share of the cluster's CPU
// (k8s.io/endpointslice `topologycache`). Where a real controller goes through zones in any order, this one goes by name.
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { parseQuantity } from '../../kubernetes/quantity.ts'

/** How many endpoints stand for each zone. */
export type ZoneCounts = Readonly<Record<string, number>>

/** A slice as it is to be; `stored` are the endpoints that it has now, for one that is there. */
export interface SliceDraft {
  readonly endpoints: readonly JsonObject[]
  readonly stored?: readonly JsonObject[]
}

/** What came of the hints: the endpoints of each slice in the order given; the zones they are for, or why there are none. */
export interface HintedSlices {
  readonly slices: readonly (readonly JsonObject[])[]
  readonly zones?: ZoneCounts
  readonly why?: string
}

interface Allocation {
  readonly minimum: number
  readonly maximum: number
  readonly desired: number
}

/** The most that one endpoint may have to do beyond its share. */
const overload = 0.2
const zoneLabel = 'topology.kubernetes.io/zone'
const controlPlanes = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']
const modes = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode']

/** True for a Service that wants its traffic spread by zones; the older annotation counts before the newer. */
export function wantsHints({ metadata }: KubernetesObject): boolean {
  const mode = modes.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined)
  return mode === 'Auto' || mode === 'auto'
}

/** Each zone's share of the CPU of all ready workers; undefined where a node says no zone or no CPU, or all are in one zone. */
export function zoneShares(nodes: readonly KubernetesObject[]): ReadonlyMap<string, number> | undefined {
  const cpu = new Map<string, number>()
  for (const node of nodes) {
    const { labels = {} } = node.metadata
    if (controlPlanes.some((label) => label in labels) || !isReadyNode(node)) continue
    const [zone = '', amount] = [labels[zoneLabel], cpuOf(node)]
    if (zone === '' || amount === 0) return undefined
    cpu.set(zone, (cpu.get(zone) ?? 0) + amount)
  }
  const total = [...cpu.values()].reduce((sum, amount) => sum + amount, 0)
  if (cpu.size < 2) return undefined
  return new Map([...cpu].sort(([one], [other]) => (one < other ? -1 : 1)).map(([zone, amount]) => [zone, amount / total]))
}

/** What makes the shares of zones another matter. */
export function zoneFacts(node: KubernetesObject): string {
  return `${node.metadata.labels?.[zoneLabel]} ${isReadyNode(node)}`
}

/** True if a zone has less than it needs, or there are no shares any more. */
export function isOverloaded(counts: ZoneCounts, shares: ReadonlyMap<string, number> | undefined): boolean {
  if (!shares) return true
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return [...shares].some(([zone, share]) => (counts[zone] ?? -1) < Math.ceil((total * share) / (1 + overload)))
}

/** Gives the endpoints of a Service's slices to zones. Slices that stay as they are keep their hints while those are good. */
export function withHints(drafts: readonly SliceDraft[], shares: ReadonlyMap<string, number> | undefined): HintedSlices {
  const none = (why: string): HintedSlices => ({ slices: drafts.map(({ endpoints }) => endpoints), why })
  const ready = drafts.flatMap(({ endpoints }) => endpoints.filter(isReady))
  const allocations = allocate(ready.length, shares)
  if (typeof allocations === 'string') return none(allocations)
  const counts: Record<string, number> = {}
  const kept = drafts.map((draft) => keptHints(draft, counts, allocations))
  const fresh = drafts.flatMap(({ endpoints, stored }, index) => (kept[index] ? [] : [{ endpoints, isNew: stored === undefined }]))
  const open = [...fresh.filter(({ isNew }) => isNew), ...fresh.filter(({ isNew }) => !isNew)].flatMap(({ endpoints }) => endpoints.filter(isReady))
  if (open.some(({ zone }) => typeof zone !== 'string' || zone === '')) return none('One or more endpoints do not have a zone specified')
  for (const { zone } of open) add(counts, String(zone), 1)
  const targets = redistribute(open, moves(allocations, counts), counts)
  return {
    slices: drafts.map(({ endpoints }, index) => kept[index] ?? endpoints.map((endpoint) => hintedTo(endpoint, targets.get(endpoint)))),
    zones: counts,
  }
}

/** The least, the most and the right number of endpoints for each zone, or why there is no such thing. */
function allocate(endpoints: number, shares: ReadonlyMap<string, number> | undefined): ReadonlyMap<string, Allocation> | string {
  if (!shares) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
  const numbers = `(${endpoints} endpoints, ${shares.size} zones)`
  if (shares.size > endpoints) return `Insufficient number of endpoints ${numbers}`
  const least = new Map([...shares].map(([zone, share]) => [zone, Math.ceil(share * endpoints * (1 / (1 + overload)))]))
  const spare = endpoints - [...least.values()].reduce((sum, minimum) => sum + minimum, 0)
  if (spare < 0) return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${numbers}`
  return new Map(
    [...shares].map(([zone, share]) => {
      const minimum = least.get(zone) ?? 0
      return [zone, { minimum, maximum: minimum + spare, desired: Math.max(share * endpoints, minimum) }]
    }),
  )
}

/** The endpoints of a slice that does not change, with the hints that they have, which are counted; undefined where those are not good any more. */
function keptHints({ endpoints, stored }: SliceDraft, counts: Record<string, number>, allocations: ReadonlyMap<string, Allocation>) {
  if (!stored || !equal(stored.map(withoutHints), endpoints)) return undefined
  const own: Record<string, number> = {}
  for (const endpoint of stored.filter(isReady)) {
    const zones = hintedZones(endpoint)
    if (zones.length === 0 || zones.some((zone) => !allocations.has(zone))) return undefined
    for (const zone of zones) add(own, zone, 1)
  }
  if (Object.entries(own).some(([zone, count]) => count + (counts[zone] ?? 0) > (allocations.get(zone)?.maximum ?? 0))) return undefined
  for (const [zone, count] of Object.entries(own)) add(counts, zone, count)
  return stored
}

interface Moves {
  readonly giving: Map<string, number>
  readonly receiving: Map<string, number>
}

/** How many endpoints zones give away and get, one after another from who has most to who lacks most. */
function moves(allocations: ReadonlyMap<string, Allocation>, counts: ZoneCounts): Moves {
  const beyond = [...allocations].map(([zone, { desired }]) => [zone, (counts[zone] ?? 0) - desired] as const)
  const surplus = new Map(beyond.filter(([, amount]) => amount > 0))
  const lack = new Map(beyond.filter(([, amount]) => amount < 0).map(([zone, amount]) => [zone, -amount]))
  const [giving, receiving] = [new Map<string, number>(), new Map<string, number>()]
  for (;;) {
    const [giver, gives] = most(surplus)
    const [receiver, gets] = most(lack)
    if (Math.max(gives, gets) < 1 || Math.min(gives, gets) < 0.5) return { giving, receiving }
    surplus.set(giver, gives - 1)
    lack.set(receiver, gets - 1)
    giving.set(giver, (giving.get(giver) ?? 0) + 1)
    receiving.set(receiver, (receiving.get(receiver) ?? 0) + 1)
  }
}

function most(amounts: ReadonlyMap<string, number>): readonly [string, number] {
  return [...amounts].reduce<readonly [string, number]>((best, each) => (each[1] > best[1] ? each : best), ['', 0])
}

/** Which zone each endpoint is for; counts go with it. */
function redistribute(endpoints: readonly JsonObject[], { giving, receiving }: Moves, counts: Record<string, number>): ReadonlyMap<JsonObject, string> {
  const targets = new Map(endpoints.map((endpoint) => [endpoint, String(endpoint.zone)]))
  for (const [endpoint, zone] of targets) {
    const [receiver] = receiving.keys()
    if (receiver === undefined || !giving.has(zone)) continue
    targets.set(endpoint, receiver)
    add(counts, zone, -1)
    add(counts, receiver, 1)
    takeOne(giving, zone)
    takeOne(receiving, receiver)
  }
  return targets
}

function takeOne(amounts: Map<string, number>, zone: string): void {
  const left = (amounts.get(zone) ?? 0) - 1
  if (left > 0) amounts.set(zone, left)
  else amounts.delete(zone)
}

function add(counts: Record<string, number>, zone: string, amount: number): void {
  counts[zone] = (counts[zone] ?? 0) + amount
}

function hintedTo(endpoint: JsonObject, zone: string | undefined): JsonObject {
  return zone === undefined ? endpoint : { ...endpoint, hints: { forZones: [{ name: zone }] } }
}

function withoutHints({ hints: _, ...endpoint }: JsonObject): JsonObject {
  return endpoint
}

function hintedZones({ hints }: JsonObject): readonly string[] {
  const zones = isObject(hints) && Array.isArray(hints.forZones) ? hints.forZones : []
  return zones.map((zone) => String(at(zone, 'name')))
}

function isReady({ conditions }: JsonObject): boolean {
  return isObject(conditions) && conditions.ready === true
}

function isReadyNode({ status }: KubernetesObject): boolean {
  const conditions = at(status, 'conditions')
  return Array.isArray(conditions) && conditions.some((condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True')
}

function cpuOf({ status }: KubernetesObject): number {
  const cpu = at(status, 'allocatable', 'cpu')
  return cpu === undefined ? 0 : Number(parseQuantity(String(cpu)).nanos)
}
