// KubeFleet's update run controller: rolls the resources of an External placement out in stages (pkg/controllers/updaterun).
//
// It looks when a run or an approval changes, and else at set times: 15 s for clusters, 60 s for tasks. A cluster that has
// failed, but may recover, is looked at again with client-go's back-off.
import { equal, type JsonObject } from '../../../base/json.ts'
import { formatKey, type KubernetesObject, keyOf, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { conditionsOf, findCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { families, familyOf, placeOf } from '../hub/family.ts'
import { isUnderDeletion } from '../hub/keys.ts'
import { finalizers, labels, managers } from '../names.ts'
import type { ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { execute } from './execute.ts'
import { type RunContext, TryAgain } from './ground.ts'
import { initialize } from './initialize.ts'
import { draftOf, markRun, markRunEnded, markStageFailed, RunAborted, type RunDraft, type StageStatus } from './run-status.ts'
import { stop } from './stop.ts'
import { type RunPosition, validate } from './validate.ts'

/** Keys are those of runs. */
export function updateRun(options: { readonly reservedNamespaces: ReservedNamespaces }): ControllerDefinition {
  return defineController({
    name: 'fleet-update-run',
    fieldManager: managers.hub,
    watches: families.flatMap(({ updateRuns, approvalRequests }) => [
      { resource: updateRuns, keys: changedRun },
      { resource: approvalRequests, keys: runOfApproval },
    ]),
    async reconcile(key, context) {
      const { updateRuns } = familyOf(parseKey(key))
      const run = await context.client.get(updateRuns, parseKey(key))
      if (!run || isUnderDeletion(run)) context.memory.set(key, undefined)
      if (!run) return undefined
      return isUnderDeletion(run) ? cleanUp(run, context) : pass(run, { context, ...options })
    },
  })
}

/** What the controller writes into a run's status does not wake it. */
function changedRun(run: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const same = change === 'MODIFIED' && old !== undefined && old.metadata.generation === run.metadata.generation
  return same ? [] : [formatKey(keyOf(run))]
}

function runOfApproval(request: KubernetesObject, change: string): readonly string[] {
  const name = request.metadata.labels?.[labels.updateRun]
  const status = (type: string): string | undefined => findCondition(conditionsOf(request), type)?.status
  const matters = change === 'DELETED' || (status('Approved') === 'True' && status('ApprovalAccepted') !== 'True')
  return name === undefined || !matters ? [] : [formatKey({ name, ...placeOf(keyOf(request)) })]
}

async function cleanUp(run: KubernetesObject, { client }: ControllerContext): Promise<undefined> {
  if (!hasFinalizer(run, finalizers.updateRun)) return
  const key = keyOf(run)
  const { updateRuns, approvalRequests } = familyOf(key)
  const requests = await client.list(approvalRequests, { ...placeOf(key), labelSelector: `${labels.updateRun}=${key.name}` })
  for (const request of requests.items) await client.delete(approvalRequests, keyOf(request))
  const stored = await client.get(updateRuns, key)
  if (stored) await client.update(updateRuns, withoutFinalizer(stored, finalizers.updateRun))
}

async function pass(found: KubernetesObject, ground: RunContext): Promise<ReconcileResult | undefined> {
  const { client, clock } = ground.context
  const held = hasFinalizer(found, finalizers.updateRun)
  const run = held ? found : await client.update(familyOf(keyOf(found)).updateRuns, typed(withFinalizer(found, finalizers.updateRun)))
  const draft = draftOf(run, clock.now())
  const result = await attempt(draft, ground)
  await writeStatus(draft, ground.context)
  return result
}

/** The agent writes Go's struct, in which the index is never absent: the run's generation is 2 then. */
function typed(run: KubernetesObject): KubernetesObject {
  const spec = run.spec as JsonObject
  return { ...run, spec: { ...spec, resourceSnapshotIndex: spec.resourceSnapshotIndex ?? '' } }
}

async function attempt(draft: RunDraft, ground: RunContext): Promise<ReconcileResult | undefined> {
  const { status } = draft
  if (draft.denied(status, 'Initialized')) return undefined
  if (draft.holds(status, 'Succeeded') || draft.denied(status, 'Succeeded')) return undefined
  try {
    const position = await positionOf(draft, ground)
    if (!position) return undefined
    const result = await goOn(draft, position, ground)
    forgetFailures(draft, ground)
    return result
  } catch (error) {
    if (error instanceof RunAborted) markRunEnded(draft, error.message)
    else if (error instanceof TryAgain) return tryAgain(draft, ground)
    else throw error
    return undefined
  }
}

/** Initializes the run or validates it; undefined after an initialization that has failed for good. */
async function positionOf(draft: RunDraft, ground: RunContext): Promise<RunPosition | undefined> {
  if (draft.holds(draft.status, 'Initialized')) return validate(draft, ground)
  try {
    const bindings = await initialize(draft, ground)
    await writeStatus(draft, ground.context)
    return { stage: 0, bindings }
  } catch (error) {
    if (!(error instanceof RunAborted)) throw error
    draft.note(draft.status, { type: 'Initialized', status: 'False', reason: 'UpdateRunInitializedFailed', message: error.message })
    return undefined
  }
}

async function goOn(draft: RunDraft, position: RunPosition, ground: RunContext): Promise<ReconcileResult | undefined> {
  const { state = 'Initialize' } = draft.spec
  if (position.stage === -1) return void markRunEnded(draft)
  if (state === 'Initialize') return undefined
  try {
    const { finished, wait } = state === 'Run' ? await execute(draft, position, ground) : stop(draft, position)
    if (!finished) return again(draft, wait, ground)
    if (state === 'Run') markRunEnded(draft)
    else markRun(draft, 'stopped')
    return undefined
  } catch (error) {
    const stage = stageAt(draft, position.stage)
    if (error instanceof RunAborted && stage) markStageFailed(draft, stage, error.message)
    throw error
  }
}

function stageAt({ status }: RunDraft, index: number): StageStatus | undefined {
  return status.stagesStatus?.[index] ?? status.deletionStageStatus
}

function again({ run }: RunDraft, wait: number, { context }: RunContext): ReconcileResult | undefined {
  if (wait > 0) return { requeueAfter: wait }
  context.enqueue(formatKey(keyOf(run)))
  return undefined
}

/** client-go's back-off: 5 ms, doubled each time, up to 1,000 s. */
function tryAgain({ run }: RunDraft, { context }: RunContext): ReconcileResult {
  const key = formatKey(keyOf(run))
  const failures = Number(context.memory.get(key) ?? 0)
  context.memory.set(key, failures + 1)
  return { requeueAfter: Math.min(5 * 2 ** failures, 1_000_000) }
}

function forgetFailures({ run }: RunDraft, { context }: RunContext): void {
  context.memory.set(formatKey(keyOf(run)), undefined)
}

async function writeStatus({ run, status }: RunDraft, { client }: ControllerContext): Promise<void> {
  const { updateRuns } = familyOf(keyOf(run))
  const stored = await client.get(updateRuns, keyOf(run))
  const next = structuredClone(status) as unknown as JsonObject
  if (stored && !equal(next, stored.status ?? {})) await client.update(updateRuns, { ...stored, status: next }, { subresource: 'status' })
}
