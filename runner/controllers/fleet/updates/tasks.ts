// The tasks before and after a stage: waiting for a time, and for somebody's approval.
import { type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { conditionsOf, findCondition, isTrueAt, setCondition } from '../conditions.ts'
import { familyOf, placeOf } from '../hub/family.ts'
import { labels } from '../names.ts'
import type { RunContext } from './ground.ts'
import { RunAborted, type RunDraft, type StageConfig, type StageStatus, type TaskStatus } from './run-status.ts'
import { waitOf } from './stages.ts'

/** True if what has to be approved before a stage is. */
export async function beforeStageDone(draft: RunDraft, config: StageConfig, stage: StageStatus, ground: RunContext): Promise<boolean> {
  const [task] = stage.beforeStageTaskStatus ?? []
  return !task || approved(draft, task, { stage: config.name, taskType: 'beforeStage', ground })
}

/** What the tasks after a stage came to; `wait` is when to ask again, in ms, if that is known. */
export async function afterStageTasks(
  draft: RunDraft,
  config: StageConfig,
  stage: StageStatus,
  ground: RunContext,
): Promise<{ readonly done: boolean; readonly wait?: number }> {
  let done = true
  let wait: number | undefined
  for (const [index, task] of (config.afterStageTasks ?? []).entries()) {
    const status = stage.afterStageTaskStatus?.[index]
    if (!status) continue
    if (task.type === 'Approval') {
      done = (await approved(draft, status, { stage: config.name, taskType: 'afterStage', ground })) && done
      continue
    }
    const began = Date.parse(findCondition(stage.conditions ?? [], 'Progressing')?.lastTransitionTime ?? '')
    const left = began + waitOf(task) - draft.now
    if (left > 0) [done, wait] = [false, left]
    else draft.note(status, { type: 'WaitTimeElapsed', status: 'True', reason: 'AfterStageTaskWaitTimeElapsed', message: 'Wait time elapsed' })
  }
  return { done, ...(wait === undefined ? {} : { wait }) }
}

interface Request {
  readonly stage: string
  readonly taskType: 'beforeStage' | 'afterStage'
  readonly ground: RunContext
}

/** Asks for an approval if nobody has yet, and accepts it once it is given: then it cannot be taken back. */
async function approved(draft: RunDraft, task: TaskStatus, request: Request): Promise<boolean> {
  if (draft.holds(task, 'ApprovalRequestApproved')) return true
  const { client, clock } = request.ground.context
  const { approvalRequests } = familyOf(keyOf(draft.run))
  const wanted = requestObject(draft, task, request)
  const present = await client.get(approvalRequests, keyOf(wanted))
  if (!present) await client.create(approvalRequests, wanted)
  else checkTarget(present, wanted)
  const created = { type: 'ApprovalRequestCreated', status: 'True', reason: 'StageTaskApprovalRequestCreated' } as const
  draft.note(task, { ...created, message: 'ApprovalRequest object is created' })
  if (!present) return false
  const generation = present.metadata.generation ?? 0
  const isTrue = (type: string): boolean => isTrueAt(findCondition(conditionsOf(present), type), generation)
  if (!isTrue('ApprovalAccepted') && !isTrue('Approved')) return false
  if (!isTrue('ApprovalAccepted')) {
    const message = 'The approval request has been approved and cannot be reverted'
    const accepted = { type: 'ApprovalAccepted', status: 'True', reason: 'ApprovalRequestApprovalAccepted', message, observedGeneration: generation } as const
    const status = { ...(present.status as object), conditions: setCondition(conditionsOf(present), accepted, clock.now()) }
    await client.update(approvalRequests, { ...present, status }, { subresource: 'status' })
  }
  const given = { type: 'ApprovalRequestApproved', status: 'True', reason: 'StageTaskApprovalRequestApproved' } as const
  draft.note(task, { ...given, message: 'ApprovalRequest object is approved' })
  return true
}

function requestObject({ run }: RunDraft, task: TaskStatus, { stage, taskType }: Request): KubernetesObject {
  const key = keyOf(run)
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: familyOf(key).approvalRequests.kind,
    metadata: {
      name: task.approvalRequestName ?? '',
      ...placeOf(key),
      labels: { [labels.updateRun]: key.name, [labels.updatingStage]: stage, [labels.taskType]: taskType, [labels.latestApproval]: 'true' },
    },
    spec: { parentStageRollout: key.name, targetStage: stage },
  }
}

function checkTarget(present: KubernetesObject, wanted: KubernetesObject): void {
  type Target = { readonly parentStageRollout?: string; readonly targetStage?: string }
  const [is, should] = [present.spec as Target, wanted.spec as Target]
  if (is.parentStageRollout === should.parentStageRollout && is.targetStage === should.targetStage) return
  const { namespace = '', name } = present.metadata
  const found = `the approval request task \`${namespace}/${name}\` is targeting update run \`${namespace}/${is.parentStageRollout}\` and stage \`${is.targetStage}\``
  const expected = `want target update run \`${namespace}/${should.parentStageRollout} and stage \`${should.targetStage}\``
  throw new RunAborted(`unexpected behavior which cannot be handled by the controller: ${found}, ${expected}`)
}
