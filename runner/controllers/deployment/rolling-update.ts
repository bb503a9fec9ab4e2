// Rolling update: the new ReplicaSet grows into the room that there is, the old ones shrink while enough pods are available.
import type { ReconcileResult } from '../controller.ts'
import type { ReplicaSet } from '../replica-set.ts'
import { replicaSets } from '../resources.ts'
import { cleanUp } from './history.ts'
import { allReplicaSets } from './revisions.ts'
import { scaleTo } from './scaling.ts'
import { byAge, type DeploymentWork, every, isAlive, maxUnavailable, newSize, type ReplicaSets, total } from './shape.ts'
import { isComplete, writeRolloutStatus } from './status.ts'

/** One step of a rolling update. */
export async function rollOver(work: DeploymentWork): Promise<ReconcileResult | undefined> {
  const sets = await allReplicaSets(work, { make: true })
  const moved = (await growNew(work, sets)) || (await shrinkOld(work, sets))
  if (!moved && isComplete(work.deployment, work.deployment.status ?? {})) await cleanUp(work, sets)
  return writeRolloutStatus(work, sets)
}

async function growNew(work: DeploymentWork, sets: ReplicaSets): Promise<boolean> {
  const { replicas } = work.deployment.spec
  const { current } = sets
  if (!current || current.spec.replicas === replicas) return false
  return scaleTo(work, current, current.spec.replicas > replicas ? replicas : newSize(work.deployment, sets))
}

async function shrinkOld(work: DeploymentWork, sets: ReplicaSets): Promise<boolean> {
  const { deployment } = work
  const old = sets.old.filter(isAlive).sort(byAge)
  if (old.length === 0) return false
  const wanted = deployment.spec.replicas - maxUnavailable(deployment)
  const unavailable = (sets.current?.spec.replicas ?? 0) - (sets.current?.status?.availableReplicas ?? 0)
  const most = total(every(sets), ({ spec }) => spec.replicas) - wanted - unavailable
  if (most <= 0) return false
  const cleaned = await removeUnhealthy(work, old, most)
  const available = total(every(sets), ({ status }) => status?.availableReplicas)
  const removed = await removeHealthy(work, cleaned.old, available - wanted)
  return cleaned.removed + removed > 0
}

/** Pods of old ReplicaSets that are not available go first: they serve nobody. */
async function removeUnhealthy(work: DeploymentWork, old: readonly ReplicaSet[], most: number): Promise<{ removed: number; old: readonly ReplicaSet[] }> {
  let removed = 0
  const left: ReplicaSet[] = []
  for (const set of old) {
    const count = Math.min(most - removed, set.spec.replicas - (set.status?.availableReplicas ?? 0))
    if (count > 0) await scaleTo(work, set, set.spec.replicas - count)
    removed += Math.max(count, 0)
    left.push(count > 0 ? await again(work, set) : set)
  }
  return { removed, old: left }
}

async function removeHealthy(work: DeploymentWork, old: readonly ReplicaSet[], most: number): Promise<number> {
  let removed = 0
  for (const set of old.filter(isAlive)) {
    const count = Math.min(set.spec.replicas, most - removed)
    if (count <= 0) break
    await scaleTo(work, set, set.spec.replicas - count)
    removed += count
  }
  return removed
}

async function again({ context }: DeploymentWork, set: ReplicaSet): Promise<ReplicaSet> {
  const { namespace = '', name = '' } = set.metadata
  return ((await context.client.get(replicaSets, { namespace, name })) as ReplicaSet | undefined) ?? set
}
