// The member agent's other half: joins and leaves at the hub's word, and reports health and resources with its heartbeat.
//
// A heartbeat that has nothing new to say is not written: its time is computed when the object is read (heartbeat.ts).
// An agent that begins anew (setting `begun`: when) reports at once.
// What has changed in the cluster is written with the next heartbeat, as the real agent would.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { hasFinalizer, withoutFinalizer } from '../finalizers.ts'
import { heartbeatAt } from '../heartbeat.ts'
import { finalizers, managers, memberNamespace } from '../names.ts'
import { internalMemberClusters, nodes, pods, works } from '../resources.ts'
import { type ClusterReport, clusterReport } from './resource-usage.ts'

const component = 'v1beta1InternalMemberClusterController'

/** One key: the member's name. */
export function internalMemberCluster({ memberName }: { readonly memberName: string }): ControllerDefinition {
  const namespace = memberNamespace(memberName)
  const keys = (): readonly string[] => [memberName]
  return defineController({
    name: 'fleet-internal-member-cluster',
    fieldManager: managers.member,
    watches: [
      { resource: internalMemberClusters, server: 'hub', namespace, keys },
      { resource: nodes, keys },
      { resource: pods, keys },
    ],
    async reconcile(_key, context) {
      const hub = context.others.hub
      const internal = await hub?.get(internalMemberClusters, { name: memberName, namespace })
      if (!hub || !internal || internal.metadata.deletionTimestamp !== undefined) return undefined
      return at(internal, 'spec', 'state') === 'Join' ? join(internal, hub, context) : leave(internal, hub, context)
    },
  })
}

async function join(internal: KubernetesObject, hub: Client, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const now = context.clock.now()
  const joined = isTrueAt(findCondition(agentConditions(internal), 'Joined'), internal.metadata.generation ?? 0)
  const { propertyProvider: provider, version = '' } = context.settings
  const report = await clusterReport(context.client, { now, provider, version: `v${version}` })
  const begun = context.settings.begun ?? ''
  const isNew = begun !== '' && context.memory.get('begun') !== begun
  if (joined && !isNew) {
    if (sameReport(report, internal)) return void context.memory.set('due', undefined)
    const due = Number(context.memory.get('due') ?? nextHeartbeat(internal, now))
    context.memory.set('due', due > now ? due : undefined)
    if (due > now) return { requeueAfter: due - now }
  }
  const status = { agentStatus: [agentStatus(internal, joinedConditions, now)], ...report, ...reportConditions(internal, report, now) }
  await write(internal, status, hub)
  if (isNew) context.memory.set('begun', begun)
  if (joined) return undefined
  await tell(internal, { reason: 'InternalMemberClusterHealthy', message: 'internal member cluster healthy' }, context)
  await tell(internal, { reason: 'InternalMemberClusterJoined', message: 'internal member cluster joined' }, context)
  return undefined
}

/** The provider's conditions among those that are there; none without a provider. */
function reportConditions(internal: KubernetesObject, { conditions: set }: ClusterReport, now: number): JsonObject {
  if (!set) return {}
  const observedGeneration = internal.metadata.generation ?? 0
  return { conditions: set.reduce((all, condition) => setCondition(all, { ...condition, observedGeneration }, now), conditionsOf(internal)) }
}

/** Lets go of all Works; what they have placed stays. */
async function leave(internal: KubernetesObject, hub: Client, context: ControllerContext): Promise<undefined> {
  if (findCondition(agentConditions(internal), 'Joined')?.status === 'False') return
  for (const work of (await hub.list(works, { namespace: internal.metadata.namespace ?? '' })).items) {
    if (hasFinalizer(work, finalizers.work)) await hub.update(works, withoutFinalizer(work, finalizers.work), { fieldManager: managers.member })
  }
  const now = context.clock.now()
  const beat = Date.parse(String(at(agentOf(internal), 'lastReceivedHeartbeat') ?? formatTime(now)))
  const agent = { ...agentStatus(internal, leftConditions, now), lastReceivedHeartbeat: formatTime(heartbeatAt(beat, { now, period: periodOf(internal) })) }
  await write(internal, { ...((internal.status ?? {}) as JsonObject), agentStatus: [agent] }, hub)
  await tell(internal, { reason: 'InternalMemberClusterLeft', message: 'internal member cluster left' }, context)
}

const healthy = { type: 'Healthy', status: 'True', reason: 'InternalMemberClusterHealthy', message: '' } as const
const joinedConditions: readonly Condition[] = [healthy, { type: 'Joined', status: 'True', reason: 'InternalMemberClusterJoined', message: '' }]
const leftConditions: readonly Condition[] = [{ type: 'Joined', status: 'False', reason: 'InternalMemberClusterLeft', message: '' }]

function agentStatus(internal: KubernetesObject, set: readonly Condition[], now: number): JsonObject {
  const observedGeneration = internal.metadata.generation ?? 0
  let conditions = agentConditions(internal)
  for (const condition of set) conditions = setCondition(conditions, { ...condition, observedGeneration }, now)
  return { conditions, lastReceivedHeartbeat: formatTime(now), type: 'MemberAgent' }
}

function agentOf(internal: KubernetesObject): JsonObject | undefined {
  const agents = (at(internal, 'status', 'agentStatus') ?? []) as readonly JsonObject[]
  return agents.find(({ type }) => type === 'MemberAgent')
}

function agentConditions(internal: KubernetesObject): readonly Condition[] {
  return (agentOf(internal)?.conditions ?? []) as readonly Condition[]
}

function periodOf(internal: KubernetesObject): number {
  return Number(at(internal, 'spec', 'heartbeatPeriodSeconds') ?? 60) * 1000
}

/** The first heartbeat that is still to come; the last one is seen as it is computed. */
function nextHeartbeat(internal: KubernetesObject, now: number): number {
  const first = Date.parse(String(at(agentOf(internal), 'lastReceivedHeartbeat')))
  const period = periodOf(internal)
  return first + (Math.floor((now - first) / period) + 1) * period
}

function sameReport(report: ClusterReport, internal: KubernetesObject): boolean {
  const timeless = (value: unknown): string => JSON.stringify(value, (name, part: unknown) => (name === 'observationTime' ? undefined : part))
  const { properties, resourceUsage } = (internal.status ?? {}) as JsonObject
  const { conditions = [], ...rest } = report
  const known = conditionsOf(internal)
  const stands = ({ type, reason, message }: Condition): boolean =>
    known.some((each) => each.type === type && each.reason === reason && each.message === message)
  return conditions.every(stands) && equal(JSON.parse(timeless(rest)), JSON.parse(timeless({ properties, resourceUsage })))
}

async function write(internal: KubernetesObject, status: JsonObject, hub: Client): Promise<void> {
  await hub.update(internalMemberClusters, { ...internal, status }, { subresource: 'status', fieldManager: managers.member })
}

async function tell(internal: KubernetesObject, event: { readonly reason: string; readonly message: string }, context: ControllerContext): Promise<void> {
  await context.event(internal, { type: 'Normal', component, server: 'hub', ...event })
}
