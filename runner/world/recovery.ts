// The recovery log (decision 5): each change of a world as one plain record, and how records lead from a snapshot to the world they tell of.
import type { Azure } from '../azure/arm-server.ts'
import type { ActivityEvent, AzureState, DirectoryState, Operation, Resource } from '../azure/state.ts'
import type { Timer } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { RandomState } from '../base/random.ts'
import type { Mutation } from '../kubernetes/api-server.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Membership } from './bridges/ground.ts'
import type { ClusterSpec } from './cluster.ts'
import type { WorldSnapshot } from './world-state.ts'

/** One change. `at` is the world's time, ms since 1970; chance stands where it stood after the change. */
export type WorldRecord =
  | { readonly kind: 'object'; readonly at: number; readonly cluster: string; readonly random: RandomState; readonly mutation: Mutation }
  | { readonly kind: 'cluster'; readonly at: number; readonly spec: ClusterSpec; readonly own: readonly KubernetesObject[] }
  /** A cluster was upgraded. */
  | { readonly kind: 'version'; readonly at: number; readonly cluster: string; readonly version: string }
  /** A cluster's certificates were renewed. */
  | { readonly kind: 'renewed'; readonly at: number; readonly cluster: string }
  | { readonly kind: 'cluster-gone'; readonly at: number; readonly id: string }
  | { readonly kind: 'memberships'; readonly at: number; readonly memberships: readonly Membership[] }
  | AzureRecord
  /** What a cluster's containers hold now: files, logs, programs. */
  | { readonly kind: 'containers'; readonly at: number; readonly cluster: string; readonly state: JsonObject }
  /** Time was moved on, or runs at another pace. */
  | { readonly kind: 'clock'; readonly at: number; readonly pace: number }

/** What changed in Azure since the record before. */
export interface AzureRecord {
  readonly kind: 'azure'
  readonly at: number
  readonly chances: { readonly azure: RandomState; readonly secret: RandomState }
  readonly requestRandom: RandomState
  readonly resources: readonly Resource[]
  /** Ids of resources that are gone. */
  readonly gone: readonly string[]
  readonly operations: readonly Operation[]
  /** Who is in the tenant, where that has changed. */
  readonly directory?: DirectoryState
  /** What the activity log has more. */
  readonly events?: readonly ActivityEvent[]
}

/** Tells what of Azure changed since it was last asked. Resources and operations are frozen and replaced, so that a reference tells. */
export function followAzure(azure: Azure): () => Pick<AzureRecord, 'requestRandom' | 'resources' | 'gone' | 'operations' | 'events' | 'directory'> | undefined {
  let resources = byId(azure.state().resources)
  let operations = byId(azure.state().operations)
  let last = azure.state().events?.at(-1)
  let people = directoryOf(azure.state())
  return () => {
    const state = azure.state()
    const [nowResources, nowOperations] = [byId(state.resources), byId(state.operations)]
    const changed = state.resources.filter((one) => resources.get(one.id) !== one)
    const ended = state.operations.filter((one) => operations.get(one.id) !== one)
    const gone = [...resources.keys()].filter((id) => !nowResources.has(id))
    resources = nowResources
    operations = nowOperations
    const directory = directoryOf(state)
    const moved = Object.entries(directory).some(([key, list]) => people[key as keyof DirectoryState] !== list)
    people = directory
    if (changed.length + ended.length + gone.length === 0 && !moved) return undefined
    const events = eventsSince(last, state.events ?? [])
    last = events.at(-1) ?? last
    return {
      requestRandom: state.requestRandom,
      ...(events.length > 0 ? { events } : {}),
      ...(moved ? { directory } : {}),
      resources: changed,
      gone,
      operations: ended,
    }
  }
}

function directoryOf({ users, servicePrincipals, applications, groups }: AzureState): DirectoryState {
  return { users, servicePrincipals, ...(applications ? { applications } : {}), ...(groups ? { groups } : {}) }
}

function eventsSince(last: ActivityEvent | undefined, events: readonly ActivityEvent[]): readonly ActivityEvent[] {
  return last === undefined ? events : events.slice(events.lastIndexOf(last) + 1)
}

/** What each cluster's containers held at the end of the records, by the cluster's id. */
export function lastContainers(records: readonly WorldRecord[]): ReadonlyMap<string, JsonObject> {
  return new Map(records.flatMap((record) => (record.kind === 'containers' ? [[record.cluster, record.state] as const] : [])))
}

/** A snapshot with what the records say of the clock and of Azure; clusters are brought forward by whoever runs them. */
export function bringForward(snapshot: WorldSnapshot, records: readonly WorldRecord[]): WorldSnapshot {
  const last = records.at(-1)
  if (!last) return snapshot
  const changes = records.filter((record) => record.kind === 'azure')
  const pace = records.findLast((record) => record.kind === 'clock')?.pace ?? snapshot.clock.pace
  const azure = snapshot.azure && changes.reduce(withChange, snapshot.azure)
  const now = records.reduce((latest, { at }) => Math.max(latest, at), snapshot.clock.now)
  const timers = [...snapshot.clock.timers, ...(azure ? [...azure.operations.flatMap(timerOf), ...runTimers(azure, now)] : [])]
  return {
    ...snapshot,
    clock: { now, pace, timers: timers.filter((timer, index) => timers.findIndex(isSame(timer)) === index) },
    chances: { ...snapshot.chances, ...changes.at(-1)?.chances },
    ...(azure ? { azure } : {}),
  }
}

function withChange(state: AzureState, { requestRandom, resources, gone, operations, events = [], directory }: AzureRecord): AzureState {
  const left = byId(state.resources)
  for (const id of gone) left.delete(id)
  for (const resource of resources) left.set(resource.id, resource)
  const ran = byId(state.operations)
  for (const operation of operations) ran.set(operation.id, operation)
  return { ...state, ...directory, requestRandom, resources: [...left.values()], operations: [...ran.values()], events: [...(state.events ?? []), ...events] }
}

/** The end of an operation that was begun after the snapshot. */
function timerOf({ id, due, status }: Operation): readonly Timer[] {
  return status === 'InProgress' ? [{ at: due, owner: 'azure.operations', key: id }] : []
}

/** A run that was under way looks at once how it stands. */
function runTimers({ resources }: AzureState, at: number): readonly Timer[] {
  const runs = resources.filter(({ type, inner }) => type.endsWith('/updateRuns') && inner !== undefined)
  return runs.map(({ id }) => ({ at, owner: 'azure.updateRuns', key: id }))
}

function isSame(timer: Timer): (other: Timer) => boolean {
  return ({ owner, key }) => owner === timer.owner && key === timer.key
}

function byId<entry extends { readonly id: string }>(entries: readonly entry[]): Map<string, entry> {
  return new Map(entries.map((entry) => [entry.id, entry]))
}
