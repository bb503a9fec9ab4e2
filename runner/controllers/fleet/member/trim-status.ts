// A Work whose status is too large for the hub says less of what drifted and differs (pkg/controllers/workapplier/status.go).
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type Condition, conditionsOf, removeConditions, setCondition } from '../conditions.ts'
import { goJson } from '../hashes.ts'

/** How many bytes a Work may have with its status: 1.35 MiB, somewhat less than etcd takes. */
export const workSizeLimit = 1_415_578

const details = [
  ['driftDetails', 'observedDrifts'],
  ['diffDetails', 'observedDiffs'],
] as const

/** The status as it is, or, if it makes the Work too large, with only the first path of each report. */
export function trimmedStatus(work: KubernetesObject, status: JsonObject, now: number): JsonObject {
  const type = 'StatusTrimmed'
  const entries = (status.manifestConditions ?? []) as readonly JsonObject[]
  const over = entries.some(hasDetails) ? new TextEncoder().encode(goJson({ ...work, status })).length - workSizeLimit : 0
  const conditions = conditionsOf({ status })
  if (over <= 0) return { ...status, conditions: removeConditions(conditions, [type]) }
  const why = `has been trimmed due to size constraints (${over} bytes over limit ${workSizeLimit})`
  const condition: Condition = {
    type,
    status: 'True',
    reason: 'Oversized',
    message: `The status data (drift/diff details and back-reported status) ${why}`,
    observedGeneration: work.metadata.generation ?? 0,
  }
  return { ...status, conditions: setCondition(conditions, condition, now), manifestConditions: entries.map(shortened) }
}

function hasDetails(entry: JsonObject): boolean {
  return details.some(([name]) => entry[name] !== undefined)
}

function shortened(entry: JsonObject): JsonObject {
  const parts = details.flatMap(([name, list]) => {
    const found = (at(entry, name, list) ?? []) as readonly JsonObject[]
    return found.length === 0 ? [] : [[name, { ...(entry[name] as JsonObject), [list]: [summary(found)] }] as const]
  })
  return { ...entry, ...Object.fromEntries(parts) }
}

function summary(found: readonly JsonObject[]): JsonObject {
  const first = String(found[0]?.path)
  const path = found.length > 1 ? `${first} and ${found.length - 1} more path(s)` : first
  return { path, valueInHub: '(omitted)', valueInMember: '(omitted)' }
}
