// Recreate: every old pod is gone before the first new one comes.
import type { ReconcileResult } from '../controller.ts'
import { pods } from '../resources.ts'
import { cleanUp } from './history.ts'
import { allReplicaSets } from './revisions.ts'
import { scaleTo } from './scaling.ts'
import { type DeploymentWork, isAlive, type ReplicaSets } from './shape.ts'
import { isComplete, writeRolloutStatus } from './status.ts'

/** One step of a rollout by Recreate. */
export async function recreate(work: DeploymentWork): Promise<ReconcileResult | undefined> {
  const before = await allReplicaSets(work, { make: false })
  let scaledDown = false
  for (const set of before.old.filter(isAlive)) scaledDown = (await scaleTo(work, set, 0)) || scaledDown
  if (scaledDown || (await oldPodsRun(work, before))) return writeRolloutStatus(work, before)
  const sets = before.current ? before : await allReplicaSets(work, { make: true })
  if (sets.current && sets.current.spec.replicas !== work.deployment.spec.replicas) await scaleTo(work, sets.current, work.deployment.spec.replicas)
  if (isComplete(work.deployment, work.deployment.status ?? {})) await cleanUp(work, sets)
  return writeRolloutStatus(work, sets)
}

async function oldPodsRun({ deployment, context }: DeploymentWork, { old }: ReplicaSets): Promise<boolean> {
  if (old.some(({ status }) => (status?.replicas ?? 0) > 0)) return true
  const uids = new Set(old.map(({ metadata }) => metadata.uid))
  const { items } = await context.client.list(pods, { namespace: deployment.metadata.namespace ?? '' })
  return items.some(({ metadata, status }) => {
    const phase = (status as { phase?: string } | undefined)?.phase
    const ours = metadata.ownerReferences?.some(({ uid, controller }) => controller && uids.has(uid))
    return ours && phase !== 'Succeeded' && phase !== 'Failed'
  })
}
