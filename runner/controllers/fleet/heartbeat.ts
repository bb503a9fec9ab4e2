// Heartbeats of members are computed when they are read: the agent reports every so many seconds, whether or not anybody looks.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import { type Condition, findCondition } from './conditions.ts'

/** The last of the heartbeats that come every `period` ms after `first`. */
export function heartbeatAt(first: number, { now, period }: { readonly now: number; readonly period: number }): number {
  return now <= first ? first : first + Math.floor((now - first) / period) * period
}

/** From when to when a member's agent did not run (world time, ms); without an end it does not run yet. */
export interface Silence {
  readonly since: number
  readonly until?: number
}

/** The last silence of a member's agent; undefined if there was none. */
export type SilenceOf = (member: string) => Silence | undefined

/** A MemberCluster or InternalMemberCluster as a reader sees it at a time (world time, ms): with its last heartbeat. */
export function withHeartbeat(object: KubernetesObject, time: number, silenceOf?: SilenceOf): KubernetesObject {
  const agents = at(object, 'status', 'agentStatus')
  if (!Array.isArray(agents) || !isBeating(object, agents)) return object
  const first = Date.parse(String(at(agents[0], 'lastReceivedHeartbeat')))
  const period = Number(at(object, 'spec', 'heartbeatPeriodSeconds') ?? 60) * 1000
  const beat = heartbeatAt(first, { now: heardUntil(time, first, silenceOf?.(object.metadata.name ?? '')), period })
  return beat === first || Number.isNaN(beat) ? object : { ...object, status: moved(object.status as JsonObject, formatTime(beat)) }
}

/** Until when (ms) heartbeats are heard: an agent that began anew is silent until its first report is written. Reports have whole seconds. */
function heardUntil(time: number, reported: number, silence: Silence | undefined): number {
  if (!silence || reported >= Math.floor((silence.until ?? Number.POSITIVE_INFINITY) / 1000) * 1000) return time
  return Math.min(time, silence.since)
}

/** An agent that has left, or is about to, reports no more. */
function isBeating(object: KubernetesObject, agents: readonly unknown[]): boolean {
  const joined = findCondition((at(agents[0], 'conditions') ?? []) as readonly Condition[], 'Joined')
  return joined?.status === 'True' && object.metadata.deletionTimestamp === undefined && at(object, 'spec', 'state') !== 'Leave'
}

const times = ['lastReceivedHeartbeat', 'observationTime']

function moved(value: JsonObject, time: string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, times.includes(name) ? time : movedPart(part, time)]))
}

function movedPart(part: Json | undefined, time: string): Json | undefined {
  if (Array.isArray(part)) return part.map((item: Json) => movedPart(item, time) as Json)
  return isObject(part) ? moved(part, time) : part
}
