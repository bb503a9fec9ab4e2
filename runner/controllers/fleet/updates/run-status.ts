// The status of an update run, as a draft that a pass works on, and what is noted in it (pkg/controllers/updaterun).
import type { JsonObject } from '../../../base/json.ts'
import { formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, findCondition, isTrueAt, setCondition, statusAt } from '../conditions.ts'
import type { OverrideNames } from '../overrides/matching-overrides.ts'

/** Something that conditions are noted of. */
export interface Noted {
  conditions?: readonly Condition[]
}

/** One cluster of a stage, with the overrides that were found for it. */
export interface ClusterStatus extends Noted, OverrideNames {
  readonly clusterName: string
}

/** A task before or after a stage. */
export interface TaskStatus extends Noted {
  readonly type: 'Approval' | 'TimedWait'
  readonly approvalRequestName?: string
}

/** A stage, or the stage in which bindings are deleted. */
export interface StageStatus extends Noted {
  readonly stageName: string
  readonly clusters: readonly ClusterStatus[]
  readonly beforeStageTaskStatus?: readonly TaskStatus[]
  readonly afterStageTaskStatus?: readonly TaskStatus[]
  startTime?: string
  endTime?: string
}

/** A stage of a strategy. */
export interface StageConfig {
  readonly name: string
  readonly labelSelector?: JsonObject
  readonly sortingLabelKey?: string
  readonly maxConcurrency?: number | string
  readonly beforeStageTasks?: readonly StageTask[]
  readonly afterStageTasks?: readonly StageTask[]
}

/** A task of a strategy's stage. */
export interface StageTask {
  readonly type: 'Approval' | 'TimedWait'
  readonly waitTime?: string
}

/** `status` of a run. */
export interface RunStatus extends Noted {
  policySnapshotIndexUsed?: string
  policyObservedClusterCount?: number
  resourceSnapshotIndexUsed?: string
  appliedStrategy?: JsonObject
  stagedUpdateStrategySnapshot?: { readonly stages: readonly StageConfig[] }
  stagesStatus?: StageStatus[]
  deletionStageStatus?: StageStatus
}

/** `spec` of a run. */
export interface RunSpec {
  readonly placementName: string
  readonly resourceSnapshotIndex?: string
  readonly stagedRolloutStrategyName: string
  readonly state?: 'Initialize' | 'Run' | 'Stop'
}

/** A run in one pass: what it is told, the draft of its status, and how conditions are noted. */
export interface RunDraft {
  readonly run: KubernetesObject
  readonly spec: RunSpec
  readonly status: RunStatus
  /** World time, ms. */
  readonly now: number
  note(of: Noted, condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): void
  /** True if a condition holds for the run's present generation. */
  holds(of: Noted, type: string): boolean
  /** True if a condition is denied for the run's present generation. */
  denied(of: Noted, type: string): boolean
}

/** Begins a pass: all conditions speak of the present generation from now on. */
export function draftOf(run: KubernetesObject, now: number): RunDraft {
  const generation = run.metadata.generation ?? 0
  const status = renewed(structuredClone(run.status ?? {}), generation) as RunStatus
  return {
    run,
    spec: run.spec as unknown as RunSpec,
    status,
    now,
    note(of, condition) {
      of.conditions = setCondition(of.conditions ?? [], { ...condition, observedGeneration: generation }, now)
    },
    holds: (of, type) => isTrueAt(findCondition(of.conditions ?? [], type), generation),
    denied: (of, type) => statusAt(findCondition(of.conditions ?? [], type), generation) === 'False',
  }
}

function renewed(value: unknown, observedGeneration: number): unknown {
  if (Array.isArray(value)) return value.map((item) => renewed(item, observedGeneration))
  if (typeof value !== 'object' || value === null) return value
  const parts = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, renewed(part, observedGeneration)]))
  return 'lastTransitionTime' in parts ? { ...parts, observedGeneration } : parts
}

/** A run cannot go on, for good. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted'

  constructor(detail: string) {
    super(`cannot continue the updateRun: ${detail}`)
  }
}

/** An error of the user in a run that is being initialized or validated. */
export function invalid(detail: string): RunAborted {
  return new RunAborted(`failed to validate the updateRun: ${detail}`)
}

/** Words that KubeFleet puts before what is a user's error. */
export const clientError = 'failed to process the request due to a client error: '

type Text = Pick<Condition, 'status' | 'reason' | 'message'>

function says(status: Condition['status'], reason: string, message: string): Text {
  return { status, reason, message }
}

const stopWait = 'finish updating before completing the stop process'
const stageTexts = {
  started: says('True', 'StageUpdatingStarted', 'Clusters in the stage started updating'),
  succeeded: says('False', 'StageUpdatingSucceeded', 'All clusters in the stage are updated and after-stage tasks are completed'),
  failed: says('False', 'StageUpdatingFailed', 'Stage update aborted due to a non-recoverable error'),
  stopping: says('Unknown', 'StageUpdatingStopping', `Waiting for all the updating clusters to ${stopWait}`),
  stopped: says('False', 'StageUpdatingStopped', 'All the updating clusters have finished updating, the stage is now stopped, waiting to be resumed'),
}

/** Notes how a stage stands: its condition Progressing, and when it began. */
export function markStage(draft: RunDraft, stage: StageStatus, text: keyof typeof stageTexts): void {
  if (text === 'started') stage.startTime ??= formatTime(draft.now)
  draft.note(stage, { type: 'Progressing', ...stageTexts[text] })
}

/** Notes that a stage waits for its tasks. */
export function markStageWaiting(draft: RunDraft, stage: StageStatus, message: string): void {
  draft.note(stage, { type: 'Progressing', status: 'False', reason: 'StageUpdatingWaiting', message })
}

/** Notes that a stage has ended well. */
export function markStageSucceeded(draft: RunDraft, stage: StageStatus): void {
  stage.endTime ??= formatTime(draft.now)
  markStage(draft, stage, 'succeeded')
  draft.note(stage, { type: 'Succeeded', status: 'True', reason: 'StageUpdatingSucceeded', message: 'Stage update completed successfully' })
}

/** Notes that there was nothing to do in a stage. */
export function markStageSkipped(draft: RunDraft, stage: StageStatus): void {
  const text = { reason: 'StageUpdatingSkippedNoClusters', message: 'Stage skipped because it has no clusters' }
  stage.startTime ??= formatTime(draft.now)
  stage.endTime ??= formatTime(draft.now)
  draft.note(stage, { type: 'Progressing', status: 'False', ...text })
  draft.note(stage, { type: 'Succeeded', status: 'True', ...text })
}

/** Notes that a stage has failed for good. */
export function markStageFailed(draft: RunDraft, stage: StageStatus, message: string): void {
  stage.endTime ??= formatTime(draft.now)
  markStage(draft, stage, 'failed')
  draft.note(stage, { type: 'Succeeded', status: 'False', reason: 'StageUpdatingFailed', message })
}

/** Notes that a cluster's update, or its deletion, has begun. */
export function markClusterStarted(draft: RunDraft, cluster: ClusterStatus): void {
  draft.note(cluster, { type: 'Started', status: 'True', reason: 'ClusterUpdatingStarted', message: 'Cluster update started' })
}

/** Notes that a cluster is done. */
export function markClusterSucceeded(draft: RunDraft, cluster: ClusterStatus): void {
  const message = 'Cluster update completed successfully'
  draft.note(cluster, { type: 'Succeeded', status: 'True', reason: 'ClusterUpdatingSucceeded', message })
}

/** Notes that a cluster has failed for good. */
export function markClusterFailed(draft: RunDraft, cluster: ClusterStatus, message: string): void {
  draft.note(cluster, { type: 'Succeeded', status: 'False', reason: 'ClusterUpdatingFailed', message })
}

const runTexts = {
  progressing: says('True', 'UpdateRunProgressing', 'The update run is making progress'),
  succeeded: says('False', 'UpdateRunSucceeded', 'All stages are completed'),
  failed: says('False', 'UpdateRunFailed', 'The stages are aborted due to a non-recoverable error'),
  stopping: says('Unknown', 'UpdateRunStopping', `The update run is the process of stopping, waiting for all the updating/deleting clusters to ${stopWait}`),
  stopped: says('False', 'UpdateRunStopped', 'The update run has been stopped'),
}

/** Notes how the whole run stands. */
export function markRun(draft: RunDraft, text: keyof typeof runTexts): void {
  draft.note(draft.status, { type: 'Progressing', ...runTexts[text] })
}

/** Notes that the run waits for the tasks before or after a stage. */
export function markRunWaiting(draft: RunDraft, tasks: 'before-stage' | 'after-stage', stage: string): void {
  const message = `The updateRun is waiting for ${tasks} tasks in stage ${stage} to complete`
  draft.note(draft.status, { type: 'Progressing', status: 'False', reason: 'UpdateRunWaiting', message })
}

/** Notes which clusters take too long; without any, that the run goes on, if it is to go on. */
export function markStuckOrProgressing(draft: RunDraft, stage: string, stuck: readonly string[]): void {
  if (stuck.length > 0) {
    const what = `stuck waiting for ${stuck.join(', ')} cluster(s) in stage ${stage} to finish updating`
    const message = `The updateRun is ${what}, please check placement status for potential errors`
    draft.note(draft.status, { type: 'Progressing', status: 'False', reason: 'UpdateRunStuck', message })
  } else if (draft.spec.state === 'Run') markRun(draft, 'progressing')
}

/** Notes how the run ended. */
export function markRunEnded(draft: RunDraft, failure?: string): void {
  markRun(draft, failure === undefined ? 'succeeded' : 'failed')
  const good = { status: 'True', reason: 'UpdateRunSucceeded', message: 'All stages are completed successfully' } as const
  draft.note(draft.status, { type: 'Succeeded', ...(failure === undefined ? good : { status: 'False', reason: 'UpdateRunFailed', message: failure }) })
}
