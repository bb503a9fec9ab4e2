// What a binding says of its Works: the summary of their conditions, and what of them failed, drifted or differs.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, findCondition, statusAt } from '../conditions.ts'
import { labels } from '../names.ts'

/** A binding's conditions and details as its Works give them; times are the caller's. */
export interface WorksSummary {
  readonly conditions: readonly Condition[]
  readonly details: JsonObject
}

const most = 100

/** Sums up Works that are in step with the binding. */
export function summarizeWorks(
  works: readonly KubernetesObject[],
  options: { readonly reportDiff: boolean; readonly observedGeneration: number },
): WorksSummary {
  if (options.reportDiff) {
    const reported = summarize(works, diffReported, options.observedGeneration)
    return { conditions: [reported], details: list('diffedPlacements', works, differences) }
  }
  const appliedOne = summarize(works, applied, options.observedGeneration)
  const conditions = appliedOne.status === 'True' ? [appliedOne, summarize(works, available, options.observedGeneration)] : [appliedOne]
  const whole = conditions.length === 2 && conditions.every(({ status }) => status === 'True')
  const failures = whole ? {} : { ...list('failedPlacements', works, failed), ...list('diffedPlacements', works, differences) }
  return { conditions, details: { ...failures, ...list('driftedPlacements', works, drifts) } }
}

interface Summary {
  readonly type: string
  readonly unfinished: { readonly reason: string; readonly pending: string; readonly failed: string }
  readonly done: { readonly reason: string; readonly message: string }
  readonly untrackable?: { readonly workReason: string; readonly reason: string; readonly message: string }
}

const applied: Summary = {
  type: 'Applied',
  unfinished: { reason: 'NotAllWorkHaveBeenApplied', pending: 'has not yet completed the apply op', failed: 'has failed to apply' },
  done: { reason: 'AllWorkHaveBeenApplied', message: 'All corresponding work objects are applied' },
}

const available: Summary = {
  type: 'Available',
  unfinished: { reason: 'NotAllWorkAreAvailable', pending: 'has not yet completed availability check', failed: 'is not yet available' },
  done: { reason: 'AllWorkAreAvailable', message: 'All corresponding work objects are available' },
  untrackable: {
    workReason: 'WorkNotTrackable',
    reason: 'NotAllWorkAreAvailabilityTrackable',
    message: 'The availability of work object %s is not trackable',
  },
}

const diffReported: Summary = {
  type: 'DiffReported',
  unfinished: { reason: 'NotAllWorkHaveDiffReported', pending: 'has not yet completed diff reporting', failed: 'has failed to report diff' },
  done: { reason: 'AllWorkHaveDiffReported', message: 'All corresponding work objects have reported diff' },
}

/** The first Work that is not done speaks for all. */
function summarize(works: readonly KubernetesObject[], { type, unfinished, done, untrackable }: Summary, observedGeneration: number): Condition {
  let result: Condition = { type, status: 'True', ...done, observedGeneration }
  for (const work of works) {
    const name = work.metadata.name ?? ''
    const condition = findCondition(conditionsOf(work), type)
    const status = statusAt(condition, work.metadata.generation ?? 0)
    if (status !== 'True') {
      const message = `Work object ${name} ${status === 'False' ? unfinished.failed : unfinished.pending}`
      return { type, status: 'False', reason: unfinished.reason, message, observedGeneration }
    }
    if (untrackable && condition?.reason === untrackable.workReason) {
      result = { ...result, reason: untrackable.reason, message: untrackable.message.replace('%s', name) }
    }
  }
  return result
}

interface ManifestCondition {
  readonly identifier: JsonObject
  readonly conditions: readonly Condition[]
  readonly driftDetails?: JsonObject
  readonly diffDetails?: JsonObject
}

function list(name: string, works: readonly KubernetesObject[], entries: (work: KubernetesObject) => readonly JsonObject[]): JsonObject {
  const all = works.flatMap(entries).slice(0, most)
  return all.length === 0 ? {} : { [name]: all }
}

function manifestsOf(work: KubernetesObject): readonly ManifestCondition[] {
  return (at(work, 'status', 'manifestConditions') ?? []) as unknown as readonly ManifestCondition[]
}

/** Only a Work that itself says False counts: before its first pass nothing has failed yet. */
function failed(work: KubernetesObject): readonly JsonObject[] {
  const isFalse = (type: string): boolean => statusAt(findCondition(conditionsOf(work), type), work.metadata.generation ?? 0) === 'False'
  if (!isFalse('Applied') && !isFalse('Available')) return []
  return manifestsOf(work).flatMap(({ identifier, conditions }) => {
    const condition = ['Applied', 'Available'].map((type) => findCondition(conditions, type)).find((each) => each?.status === 'False')
    return condition ? [{ condition, ...named(identifier, work) }] : []
  })
}

function drifts(work: KubernetesObject): readonly JsonObject[] {
  return manifestsOf(work).flatMap(({ identifier, driftDetails }) => {
    if (!driftDetails) return []
    const { observedInMemberClusterGeneration: targetClusterObservedGeneration = 0, ...rest } = driftDetails
    return [{ ...named(identifier, work), ...rest, targetClusterObservedGeneration }]
  })
}

function differences(work: KubernetesObject): readonly JsonObject[] {
  return manifestsOf(work).flatMap(({ identifier, diffDetails }) => {
    if (!diffDetails) return []
    const { observedInMemberClusterGeneration, ...rest } = diffDetails
    const generation = observedInMemberClusterGeneration === undefined ? {} : { targetClusterObservedGeneration: observedInMemberClusterGeneration }
    return [{ ...named(identifier, work), ...rest, ...generation }]
  })
}

/** An object by its name, and by the envelope that it came in. */
function named({ group, version, kind, namespace, name }: JsonObject, { metadata }: KubernetesObject): JsonObject {
  const type = metadata.labels?.[labels.envelopeType]
  const envelopeNamespace = metadata.labels?.[labels.envelopeNamespace]
  const place = envelopeNamespace === undefined ? {} : { namespace: envelopeNamespace }
  const envelope = type === undefined ? {} : { envelope: { name: metadata.labels?.[labels.envelopeName], ...place, type } }
  return { ...envelope, ...(group === undefined ? {} : { group }), kind, name, ...(namespace === undefined ? {} : { namespace }), version }
}
