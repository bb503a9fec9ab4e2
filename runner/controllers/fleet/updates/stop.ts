// One pass over a run that is to stop: what has begun is brought to its end, and nothing new is begun (stop.go).
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { findCondition } from '../conditions.ts'
import { checkResult, waits } from './execute.ts'
import { type PassResult, TryAgain } from './ground.ts'
import { markRun, markStage, markStuckOrProgressing, type RunDraft, type StageStatus } from './run-status.ts'
import type { RunPosition } from './validate.ts'

/** Brings the run to rest; finished once no cluster is being updated or deleted. */
export function stop(draft: RunDraft, { stage: index, bindings }: RunPosition): PassResult {
  markRun(draft, 'stopping')
  const stage = draft.status.stagesStatus?.[index]
  const deletion = draft.status.deletionStageStatus
  if (stage) return stopStage(draft, stage, bindings.scheduled)
  if (deletion) markStage(draft, deletion, 'stopping')
  const finished = bindings.surplus.length === 0
  if (finished && deletion) markStage(draft, deletion, 'stopped')
  return { finished, wait: waits.cluster }
}

function stopStage(draft: RunDraft, stage: StageStatus, bindings: readonly KubernetesObject[]): PassResult {
  let updating = 0
  const stuck: string[] = []
  let failure: TryAgain | undefined
  for (const cluster of stage.clusters) {
    const started = findCondition(cluster.conditions ?? [], 'Started')
    if (!started || draft.holds(cluster, 'Succeeded') || draft.denied(cluster, 'Succeeded')) continue
    const binding = bindings.find((each) => at(each, 'spec', 'targetCluster') === cluster.clusterName)
    try {
      if (binding && checkResult(draft, cluster, stage, binding)) continue
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error
      failure = error
    }
    updating += 1
    if (draft.now - Date.parse(started.lastTransitionTime ?? '') > waits.stuck) stuck.push(cluster.clusterName)
  }
  markStuckOrProgressing(draft, stage.stageName, stuck)
  if (failure) throw failure
  markStage(draft, stage, 'stopping')
  if (updating > 0) return { finished: false, wait: waits.cluster }
  markStage(draft, stage, 'stopped')
  return { finished: true, wait: 0 }
}
