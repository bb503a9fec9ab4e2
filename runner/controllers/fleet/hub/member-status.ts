// A MemberCluster's status: what its agent reported in the InternalMemberCluster, and the hub's own two conditions.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, findCondition, setCondition } from '../conditions.ts'

/** The status of a member as it should be now; `internal` is its InternalMemberCluster as far as there is one. */
export function memberStatus(
  member: KubernetesObject,
  options: { readonly internal: KubernetesObject | undefined; readonly ready: boolean; readonly now: number },
): JsonObject {
  const { internal, ready, now } = options
  const observedGeneration = member.metadata.generation ?? 0
  const agents = internal ? agentsOf(internal) : []
  const agentStatus = agents.map((agent) => ({ ...agent, conditions: conditionsIn(agent).map((condition) => ({ ...condition, observedGeneration })) }))
  let conditions = conditionsOf(member)
  const joined = internal ? joinedCondition(member, internal) : undefined
  const leaves = joined?.status === 'False'
  if (ready || leaves) conditions = setCondition(conditions, { ...readyToJoin[leaves ? 'False' : 'True'], observedGeneration }, now)
  if (joined) conditions = setCondition(conditions, { ...joined, observedGeneration }, now)
  for (const condition of conditionsOf(internal)) conditions = setCondition(conditions, { ...condition, observedGeneration }, now)
  const { properties, resourceUsage } = (internal?.status ?? {}) as JsonObject
  return {
    ...(agentStatus.length === 0 ? {} : { agentStatus }),
    conditions,
    ...(properties === undefined ? {} : { properties }),
    ...(internal ? { resourceUsage: resourceUsage ?? {} } : {}),
  }
}

/** True if the member's agent says for the present state of the InternalMemberCluster that it has left. */
export function hasLeft(internal: KubernetesObject): boolean {
  const agent = agentsOf(internal).find(({ type }) => type === 'MemberAgent')
  const joined = agent && findCondition(conditionsIn(agent), 'Joined')
  return joined?.status === 'False' && (joined.observedGeneration ?? 0) === (internal.metadata.generation ?? 0)
}

const readyToJoin: Readonly<Record<'True' | 'False', Condition>> = {
  True: { type: 'ReadyToJoin', status: 'True', reason: 'MemberClusterReadyToJoin', message: 'Member cluster is ready to join the fleet' },
  False: { type: 'ReadyToJoin', status: 'False', reason: 'MemberClusterNotReadyToJoin', message: 'Member cluster is not ready to join the fleet' },
}

const joinedTexts: Readonly<Record<'True' | 'False', Condition>> = {
  True: { type: 'Joined', status: 'True', reason: 'MemberClusterJoined', message: 'Member cluster has successfully joined the fleet' },
  False: { type: 'Joined', status: 'False', reason: 'MemberClusterLeft', message: 'Member cluster has left the fleet' },
}

/** One agent is expected: the member agent. */
function joinedCondition(member: KubernetesObject, internal: KubernetesObject): Condition {
  const name = member.metadata.name ?? ''
  const agents = agentsOf(internal)
  if (agents.length < 1) return unknownJoin(`Member cluster ${name} has not reported all the expected agents, expected 1, got ${agents.length}`)
  const joined = findCondition(conditionsIn(agents[0]), 'Joined')
  if (!joined) return unknownJoin(`Member cluster ${name} has not reported the join condition for agent ${agents[0]?.type}`)
  return joined.status === 'Unknown' ? unknownJoin('Member agents are not in a consistent state') : joinedTexts[joined.status]
}

function unknownJoin(message: string): Condition {
  return { type: 'Joined', status: 'Unknown', reason: 'MemberClusterJoinStateUnknown', message }
}

function agentsOf(internal: KubernetesObject): readonly JsonObject[] {
  return (at(internal, 'status', 'agentStatus') ?? []) as readonly JsonObject[]
}

function conditionsIn(agent: JsonObject | undefined): readonly Condition[] {
  return (agent?.conditions ?? []) as readonly Condition[]
}
