// What a Deployment says of its rollout, and when it has waited too long.
import { equal } from '../../base/json.ts'
import { formatTime } from '../../kubernetes/object.ts'
import type { ReconcileResult } from '../controller.ts'
import { deployments } from '../resources.ts'
import { conditionOf, hasProgressDeadline, newCondition, removeCondition, setCondition } from './conditions.ts'
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  type DeploymentWork,
  every,
  maxUnavailable,
  type ReplicaSets,
  total,
} from './shape.ts'

/** True once all pods are of the present template and available. */
export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  return (
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  )
}

/** Writes the status outside a rollout: paused, scaled, or on its way out. */
export async function writeStatus(work: DeploymentWork, sets: ReplicaSets): Promise<ReconcileResult | undefined> {
  return write(work, statusOf(work, sets))
}

/** Writes the status of a rollout with its progress. */
export async function writeRolloutStatus(work: DeploymentWork, sets: ReplicaSets): Promise<ReconcileResult | undefined> {
  const status = statusOf(work, sets)
  const watched = hasProgressDeadline(work.deployment) ? status.conditions : removeCondition(status.conditions, 'Progressing')
  const conditions = failureOf(sets, progressOf(work, sets, { ...status, conditions: watched }))
  return write(work, { ...status, conditions })
}

async function write(work: DeploymentWork, status: DeploymentStatus & { conditions: readonly DeploymentCondition[] }): Promise<ReconcileResult | undefined> {
  const { deployment, context } = work
  if (equal(deployment.status ?? {}, status)) return wakeForDeadline(work)
  const { conditions, ...rest } = status
  const next = conditions.length > 0 ? status : rest
  work.deployment = (await context.client.update(deployments, { ...deployment, status: next }, { subresource: 'status' })) as Deployment
  return wakeForDeadline(work)
}

function statusOf({ deployment, context }: DeploymentWork, sets: ReplicaSets): DeploymentStatus & { conditions: readonly DeploymentCondition[] } {
  const all = every(sets)
  const available = total(all, ({ status }) => status?.availableReplicas)
  const numbers = {
    replicas: total(all, ({ status }) => status?.replicas),
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: total(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total(all, ({ spec }) => spec.replicas) - available),
  }
  const { collisionCount } = deployment.status ?? {}
  const enough = available >= deployment.spec.replicas - maxUnavailable(deployment)
  const condition = newCondition(
    context.clock.now(),
    enough
      ? ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.']
      : ['Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
  )
  return {
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== 0)),
    terminatingReplicas: total(all, ({ status }) => status?.terminatingReplicas),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: setCondition(deployment.status?.conditions ?? [], condition),
  }
}

function progressOf(
  { deployment, context }: DeploymentWork,
  sets: ReplicaSets,
  status: DeploymentStatus & { conditions: readonly DeploymentCondition[] },
): readonly DeploymentCondition[] {
  const { conditions } = status
  const known = conditionOf(deployment.status?.conditions, 'Progressing')
  const done = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && known?.reason === 'NewReplicaSetAvailable'
  if (!hasProgressDeadline(deployment) || done) return conditions
  const now = context.clock.now()
  const subject = sets.current ? `ReplicaSet "${sets.current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  if (isComplete(deployment, status)) {
    return setCondition(conditions, newCondition(now, ['Progressing', 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`]))
  }
  if (isProgressing(deployment.status ?? {}, status)) {
    const condition = newCondition(now, ['Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`])
    const lastTransitionTime = known?.status === 'True' ? known.lastTransitionTime : condition.lastTransitionTime
    return [...removeCondition(conditions, 'Progressing'), { ...condition, lastTransitionTime }]
  }
  if (isTimedOut(deployment, known, now)) {
    return setCondition(conditions, newCondition(now, ['Progressing', 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`]))
  }
  return conditions
}

function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const olds = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    olds(after) < olds(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function isTimedOut({ spec }: Deployment, known: DeploymentCondition | undefined, now: number): boolean {
  if (!known || known.reason === 'NewReplicaSetAvailable') return false
  if (known.reason === 'ProgressDeadlineExceeded') return true
  return Date.parse(known.lastUpdateTime) + (spec.progressDeadlineSeconds ?? 0) * 1000 < now
}

/** A ReplicaSet's failure to make pods is the Deployment's too: the present one's before an older one's. */
function failureOf({ current, old }: ReplicaSets, conditions: readonly DeploymentCondition[]): readonly DeploymentCondition[] {
  const failure = [...(current ? [current] : []), ...old].flatMap(({ status }) => status?.conditions ?? []).find(({ type }) => type === 'ReplicaFailure')
  if (!failure) return removeCondition(conditions, 'ReplicaFailure')
  return setCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime })
}

/** Wakes the controller a second after the deadline of a rollout that still goes on. */
function wakeForDeadline({ deployment, context }: DeploymentWork): ReconcileResult | undefined {
  const known = conditionOf(deployment.status?.conditions, 'Progressing')
  if (!hasProgressDeadline(deployment) || !known || known.reason === 'ProgressDeadlineExceeded') return undefined
  if (isComplete(deployment, deployment.status ?? {}) || deployment.spec.paused) return undefined
  const deadline = Date.parse(known.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000
  const now = context.clock.now()
  return { requeueAfter: Math.max(deadline - Date.parse(formatTime(now)), 0) + 1000 }
}
