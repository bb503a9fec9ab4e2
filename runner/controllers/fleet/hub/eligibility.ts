// Whether a member may be given anything: it is there, its agent has joined, and policy, taints and labels allow it.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, findCondition } from '../conditions.ts'
import { matchesRequired } from './affinity.ts'
import type { PlacementPolicy } from './placement-spec.ts'

/** Why a cluster cannot be considered at all; undefined if it can (scheduler plugin ClusterEligibility). */
export function ineligibility(cluster: KubernetesObject, now: number): string | undefined {
  if (cluster.metadata.deletionTimestamp !== undefined) return 'cluster has left the fleet'
  const agents = (at(cluster, 'status', 'agentStatus') ?? []) as readonly JsonObject[]
  const agent = agents.find(({ type }) => type === 'MemberAgent')
  if (!agent) return 'cluster is not connected to the fleet: member agent not online yet'
  const silence = now - Date.parse(String(agent.lastReceivedHeartbeat))
  if (silence > patience) return `cluster is not connected to the fleet: no recent heartbeat signals (last received ${minutes(silence)} minutes ago)`
  const conditions = (agent.conditions ?? []) as readonly Condition[]
  if (findCondition(conditions, 'Joined')?.status !== 'True') return 'cluster is not connected to the fleet: member agent not joined yet'
  const health = findCondition(conditions, 'Healthy')
  if (!health) return 'cluster is not connected to the fleet: health condition from member agent is not available'
  const illness = health.status === 'True' ? 0 : now - Date.parse(health.lastTransitionTime ?? '')
  if (illness > patience)
    return `cluster is not connected to the fleet: unhealthy for a prolonged period of time (last transitioned ${minutes(illness)} minutes ago)`
  return undefined
}

/** How long a member may be silent or unhealthy (clustereligibilitychecker), ms. */
const patience = 300_000

function minutes(duration: number): string {
  return (duration / 60_000).toFixed(2)
}

/** Why the policy leaves an eligible cluster out; undefined if it does not (ClusterAffinity, TaintToleration). */
export function filtered(cluster: KubernetesObject, policy: PlacementPolicy | undefined, now: number): string | undefined {
  if (!matchesRequired(cluster, policy)) return 'cluster does not match with any of the required cluster affinity terms'
  const problem = ineligibility(cluster, now)
  if (problem !== undefined) return problem
  const taints = (at(cluster, 'spec', 'taints') ?? []) as unknown as readonly Taint[]
  const tolerations = (policy?.tolerations ?? []) as unknown as readonly Toleration[]
  const taint = taints.find((each) => !tolerations.some((toleration) => tolerates(toleration, each)))
  return taint && `taint &{Key:${taint.key} Value:${taint.value ?? ''} Effect:${taint.effect}} cannot be tolerated`
}

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
}

function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''))
}
