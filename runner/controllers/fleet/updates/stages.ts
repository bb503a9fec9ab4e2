// The stages of a run: which clusters are in which stage of its strategy, in which order, and with which tasks.
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { matchesLabels } from '../label-selector.ts'
import { memberClusters } from '../resources.ts'
import { clientError, invalid, type RunDraft, type StageConfig, type StageStatus, type StageTask } from './run-status.ts'

/** The stages as the strategy makes them of the clusters that the placement has now. */
export async function computeStages(draft: RunDraft, scheduled: readonly KubernetesObject[], client: Client): Promise<StageStatus[]> {
  const { namespace } = draft.run.metadata
  const strategy = `${namespace ?? ''}/${draft.spec.stagedRolloutStrategyName}`
  const selected = new Set(scheduled.map((binding) => String(at(binding, 'spec', 'targetCluster'))))
  const members = (await client.list(memberClusters)).items.filter(({ metadata }) => selected.has(metadata.name ?? ''))
  const placed = new Set<string>()
  const stages = (draft.status.stagedUpdateStrategySnapshot?.stages ?? []).map((stage) => {
    checkTasks(stage, strategy)
    const clusters = members.filter(({ metadata }) => stage.labelSelector !== undefined && matchesLabels(stage.labelSelector, metadata.labels))
    for (const { metadata } of clusters) {
      if (placed.has(metadata.name ?? '')) throw invalid(`${clientError}cluster \`${metadata.name}\` appears in more than one stages`)
      placed.add(metadata.name ?? '')
    }
    return stageStatus(draft, stage, inOrder(clusters, stage))
  })
  const missing = [...selected].filter((cluster) => !placed.has(cluster)).sort()
  if (missing.length > 0) {
    const shown = missing.slice(0, 10).join(', ')
    throw invalid(`${clientError}some clusters are not placed in any stage, total ${missing.length}, showing up to 10: ${shown}`)
  }
  return stages
}

/** How long a TimedWait waits, in ms. */
export function waitOf({ waitTime = '0' }: StageTask): number {
  const parts = [...waitTime.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0)
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

function checkTasks({ name, beforeStageTasks = [], afterStageTasks = [] }: StageConfig, strategy: string): void {
  const refuse = (when: string, why: string) =>
    invalid(`${clientError}the ${when} stage tasks are invalid, updateStrategy: \`${strategy}\`, stage: ${name}, err: ${why}`)
  if (beforeStageTasks.length > 1) throw refuse('before', 'beforeStageTasks can have at most one task')
  const [first, second] = afterStageTasks
  if (first && second && first.type === second.type) throw refuse('after', `afterStageTasks cannot have two tasks of the same type: ${first.type}`)
  for (const [index, task] of afterStageTasks.entries()) {
    if (task.type !== 'TimedWait') continue
    if (task.waitTime === undefined) throw refuse('after', `task ${index} of type TimedWait has wait duration set to nil`)
    if (waitOf(task) <= 0) throw refuse('after', `task ${index} of type TimedWait has wait duration <= 0`)
  }
}

/** By the label that the stage sorts by, as a whole number, then by name. */
function inOrder(clusters: readonly KubernetesObject[], { sortingLabelKey }: StageConfig): readonly string[] {
  const keyed = clusters.map(({ metadata }) => {
    const name = metadata.name ?? ''
    if (sortingLabelKey === undefined) return { name, order: 0 }
    const text = metadata.labels?.[sortingLabelKey] ?? ''
    if (!/^[+-]?\d+$/.test(text)) {
      const why = `strconv.Atoi: parsing "${text}": invalid syntax`
      throw invalid(`${clientError}the sorting label \`${sortingLabelKey}:${text}\` on cluster \`${name}\` is not valid: ${why}`)
    }
    return { name, order: Number(text) }
  })
  return keyed.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
}

function stageStatus({ run }: RunDraft, stage: StageConfig, clusters: readonly string[]): StageStatus {
  const tasks = (list: readonly StageTask[] | undefined, when: 'before' | 'after') =>
    (list ?? []).map(({ type }) => (type === 'Approval' ? { approvalRequestName: `${run.metadata.name}-${when}-${stage.name}`, type } : { type }))
  const [before, after] = [tasks(stage.beforeStageTasks, 'before'), tasks(stage.afterStageTasks, 'after')]
  return {
    ...(after.length === 0 ? {} : { afterStageTaskStatus: after }),
    ...(before.length === 0 ? {} : { beforeStageTaskStatus: before }),
    clusters: clusters.map((clusterName) => ({ clusterName })),
    stageName: stage.name,
  }
}
