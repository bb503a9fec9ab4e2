// A Work's status from what one pass made of its manifests.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, removeConditions, setCondition } from '../conditions.ts'
import type { Availability } from './availability.ts'
import { type Manifest, type Outcome, succeeded } from './manifests.ts'
import { trimmedStatus } from './trim-status.ts'

/** A manifest and its outcome. */
export interface Processed {
  readonly manifest: Manifest
  readonly outcome: Outcome
}

/** An entry of `status.manifestConditions`. */
interface ManifestStatus extends JsonObject {
  readonly identifier: JsonObject
  readonly conditions: readonly Condition[]
}

/** The status written ahead of a pass: every new manifest is about to be applied. */
export function preparedStatus(work: KubernetesObject, manifests: readonly Manifest[], now: number): JsonObject {
  const preparing: Condition = {
    type: 'Applied',
    status: 'False',
    reason: 'PreparingToProcess',
    message: 'The manifest is being prepared for processing.',
    observedGeneration: work.metadata.generation ?? 0,
  }
  const manifestConditions = manifests.map(({ identifier }) => {
    const old = oldStatus(work, identifier)
    return old ? { ...old, identifier } : { conditions: setCondition([], preparing, now), identifier }
  })
  return { ...((work.status ?? {}) as JsonObject), conditions: conditionsOf(work), ...(manifestConditions.length === 0 ? {} : { manifestConditions }) }
}

/** The status after a pass. */
export function workStatus(
  work: KubernetesObject,
  processed: readonly Processed[],
  options: { readonly reportDiff: boolean; readonly now: number },
): JsonObject {
  const manifestConditions = processed.map((each) => manifestStatus(oldStatus(work, each.manifest.identifier), each, options))
  let conditions = conditionsOf(work)
  const wanted = options.reportDiff ? [diffCondition(processed)] : applyConditions(processed)
  conditions = removeConditions(
    conditions,
    ['Applied', 'Available', 'DiffReported'].filter((type) => !wanted.some((condition) => condition.type === type)),
  )
  const observedGeneration = work.metadata.generation ?? 0
  for (const condition of wanted) conditions = setCondition(conditions, { ...condition, observedGeneration }, options.now)
  return trimmedStatus(work, { conditions, ...(manifestConditions.length === 0 ? {} : { manifestConditions }) }, options.now)
}

/** A member's objects that a Work has made, for the AppliedWork's status. */
export function appliedResources(processed: readonly Processed[]): readonly JsonObject[] {
  return processed
    .filter(({ outcome }) => outcome.result === 'Applied')
    .map(({ manifest, outcome }) => ({ ...manifest.identifier, uid: outcome.object?.metadata.uid ?? '' }))
}

function oldStatus(work: KubernetesObject, identifier: JsonObject): ManifestStatus | undefined {
  const all = (at(work, 'status', 'manifestConditions') ?? []) as readonly ManifestStatus[]
  const { ordinal: _, resource: __, ...wanted } = identifier
  return all.find(({ identifier: { ordinal: ___, resource: ____, ...own } }) => equal(own, wanted))
}

function manifestStatus(
  old: ManifestStatus | undefined,
  { manifest, outcome }: Processed,
  { reportDiff, now }: { readonly reportDiff: boolean; readonly now: number },
): ManifestStatus {
  const wanted = reportDiff ? [reportedCondition(outcome)] : [appliedCondition(outcome), ...availableCondition(outcome)]
  const observedGeneration = outcome.object?.metadata.generation ?? 0
  let conditions = (old?.conditions ?? []).filter(({ type }) => wanted.some((condition) => condition.type === type))
  for (const condition of wanted) conditions = [...setCondition(conditions, { ...condition, observedGeneration }, now)]
  const details = {
    ...detail({ name: 'driftDetails', first: 'firstDriftedObservedTime', list: 'observedDrifts', entries: outcome.drifts, old }, { observedGeneration, now }),
    ...detail(
      { name: 'diffDetails', first: 'firstDiffedObservedTime', list: 'observedDiffs', entries: outcome.diffs, old },
      { observedGeneration: outcome.object && observedGeneration, now },
    ),
  }
  return { conditions, ...details, identifier: manifest.identifier }
}

interface Detail {
  readonly name: 'driftDetails' | 'diffDetails'
  readonly first: string
  readonly list: string
  readonly entries: readonly JsonObject[] | undefined
  readonly old: ManifestStatus | undefined
}

function detail(
  { name, first, list, entries, old }: Detail,
  { observedGeneration, now }: { readonly observedGeneration: number | undefined; readonly now: number },
): JsonObject {
  if (!entries) return {}
  const since = at(old, name, first) ?? formatTime(now)
  const generation = observedGeneration === undefined ? {} : { observedInMemberClusterGeneration: observedGeneration }
  return { [name]: { [first]: since, observationTime: formatTime(now), [list]: entries, ...generation } }
}

function appliedCondition({ result, error = '' }: Outcome): Condition {
  if (result === 'Applied') return { type: 'Applied', status: 'True', reason: 'Applied', message: 'Manifest has been applied successfully' }
  return { type: 'Applied', status: 'False', reason: result, message: `Failed to apply the manifest (error: ${error})` }
}

const availabilityTexts: Readonly<Record<Availability, Condition>> = {
  Available: { type: 'Available', status: 'True', reason: 'Available', message: 'Manifest is available' },
  ManifestNotAvailableYet: {
    type: 'Available',
    status: 'False',
    reason: 'ManifestNotAvailableYet',
    message: 'Manifest is not yet available; Fleet will check again later',
  },
  NotTrackable: {
    type: 'Available',
    status: 'True',
    reason: 'NotTrackable',
    message: "Manifest's availability is not trackable; Fleet assumes that the applied manifest is available",
  },
}

function availableCondition({ availability }: Outcome): readonly Condition[] {
  return availability === undefined ? [] : [availabilityTexts[availability]]
}

function reportedCondition(outcome: Outcome): Condition {
  const type = 'DiffReported'
  if (outcome.result === 'NoDiffFound') {
    return { type, status: 'True', reason: outcome.result, message: 'No diff has been found between the hub cluster and the member cluster' }
  }
  if (outcome.result === 'FoundDiffInDegradedMode') {
    const why = 'cannot perform partial comparison as the member cluster API server rejected the manifest object (object is invalid)'
    return { type, status: 'True', reason: outcome.result, message: `Diff has been found in degraded mode: ${why}` }
  }
  if (outcome.result === 'FoundDiff') {
    return { type, status: 'True', reason: outcome.result, message: 'Diff has been found between the hub cluster and the member cluster' }
  }
  const message = `An error blocks the diff reporting process (${outcome.result}, error: ${outcome.error ?? ''})`
  return { type, status: 'False', reason: 'FailedToReportDiff', message }
}

function applyConditions(processed: readonly Processed[]): readonly Condition[] {
  const total = processed.length
  const applied = processed.filter(({ outcome }) => outcome.result === 'Applied').length
  if (applied < total) {
    const message = `Failed to apply all manifests (${applied} of ${total} manifests are applied)`
    return [{ type: 'Applied', status: 'False', reason: 'SomeManifestsAreNotApplied', message }]
  }
  return [
    { type: 'Applied', status: 'True', reason: 'AllManifestsApplied', message: 'All the specified manifests have been applied' },
    availabilityCondition(processed),
  ]
}

function availabilityCondition(processed: readonly Processed[]): Condition {
  const available = processed.filter(({ outcome }) => outcome.availability !== 'ManifestNotAvailableYet').length
  if (available < processed.length) {
    const message = `Some manifests are not available (${available} of ${processed.length} manifests are available)`
    return { type: 'Available', status: 'False', reason: 'SomeManifestsAreNotAvailable', message }
  }
  if (processed.some(({ outcome }) => outcome.availability === 'NotTrackable')) {
    const message = 'Some of the applied manifests cannot be tracked for availability'
    return { type: 'Available', status: 'True', reason: 'WorkNotTrackable', message }
  }
  return { type: 'Available', status: 'True', reason: 'AllManifestsAvailable', message: 'All of the applied manifests are available' }
}

function diffCondition(processed: readonly Processed[]): Condition {
  const reported = processed.filter(({ outcome }) => succeeded(outcome)).length
  if (reported === processed.length) {
    return { type: 'DiffReported', status: 'True', reason: 'AllManifestsDiffReported', message: 'All the specified manifests have reported diff' }
  }
  const message = `Failed to report diff on all manifests (${reported} of ${processed.length} manifests have reported diff)`
  return { type: 'DiffReported', status: 'False', reason: 'SomeManifestsHaveNotReportedDiff', message }
}
