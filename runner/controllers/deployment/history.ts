// Old ReplicaSets are kept for `kubectl rollout undo`, as many as the Deployment asks for.
import { keyOf } from '../../kubernetes/object.ts'
import type { ReplicaSet } from '../replica-set.ts'
import { replicaSets } from '../resources.ts'
import { revisionOf } from './revisions.ts'
import type { DeploymentWork, ReplicaSets } from './shape.ts'

/** Deletes the oldest revisions beyond the limit. */
export async function cleanUp({ deployment, context }: DeploymentWork, { old }: ReplicaSets): Promise<void> {
  const { revisionHistoryLimit } = deployment.spec
  if (revisionHistoryLimit === undefined) return
  const kept = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const surplus = [...kept].sort((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : 1)).slice(0, Math.max(0, kept.length - revisionHistoryLimit))
  for (const set of surplus.filter(isUnused)) await context.client.delete(replicaSets, keyOf(set), { propagationPolicy: 'Background' })
}

function isUnused({ spec, status, metadata }: ReplicaSet): boolean {
  return (status?.replicas ?? 0) === 0 && spec.replicas === 0 && (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0)
}
