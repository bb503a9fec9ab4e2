// The last stage of a run: bindings that the scheduler has given up are deleted.
import { at, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { familyOf } from '../hub/family.ts'
import { isUnderDeletion } from '../hub/keys.ts'
import type { PassResult, RunContext } from './ground.ts'
import { type ClusterStatus, markClusterStarted, markClusterSucceeded, markStage, markStageSucceeded, RunAborted, type RunDraft } from './run-status.ts'

const wait = 15_000

/** Deletes the bindings; finished once they are gone. */
export async function deleteClusters(draft: RunDraft, surplus: readonly KubernetesObject[], { context }: RunContext): Promise<PassResult> {
  const stage = draft.status.deletionStageStatus
  if (!stage) throw new RunAborted('unexpected behavior which cannot be handled by the controller: the updateRun has nil deletionStageStatus')
  markStage(draft, stage, 'started')
  const clusterOf = (binding: KubernetesObject): ClusterStatus => {
    const name = String(at(binding, 'spec', 'targetCluster'))
    const cluster = stage.clusters.find(({ clusterName }) => clusterName === name)
    if (cluster) return cluster
    const what = `the to be deleted cluster \`${name}\` is not in the deleting stage during execution`
    throw new RunAborted(`unexpected behavior which cannot be handled by the controller: ${what}`)
  }
  const present = surplus.map((binding) => ({ binding, cluster: clusterOf(binding) }))
  for (const { binding, cluster } of present) {
    if (draft.holds(cluster, 'Started')) continue
    if (!isUnderDeletion(binding)) await context.client.delete(familyOf(keyOf(binding)).bindings, keyOf(binding))
    markClusterStarted(draft, cluster)
  }
  for (const cluster of stage.clusters.filter((each) => !present.some((one) => one.cluster === each))) {
    if (!draft.holds(cluster, 'Started')) markClusterStarted(draft, cluster)
    markClusterSucceeded(draft, cluster)
  }
  if (present.length > 0) return { finished: false, wait }
  markStageSucceeded(draft, stage)
  return { finished: true, wait }
}
