// Lists of metav1.Condition, changed as apimachinery's `meta.SetStatusCondition` does.
import type { JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'

/** A condition of an object (metav1.Condition). */
export interface Condition extends JsonObject {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
  readonly lastTransitionTime?: string
}

/** `status.conditions` of an object; empty if there are none. */
export function conditionsOf(object: unknown): readonly Condition[] {
  return (at(object, 'status', 'conditions') ?? []) as readonly Condition[]
}

/** The condition of a type, or undefined. */
export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}

/** Sets a condition in its place, or at the end; its time moves on only if its status changes. */
export function setCondition(conditions: readonly Condition[], condition: Condition, now: number): readonly Condition[] {
  const old = findCondition(conditions, condition.type)
  const lastTransitionTime = old?.status === condition.status && old.lastTransitionTime !== undefined ? old.lastTransitionTime : formatTime(now)
  const set = inOrder({ ...condition, lastTransitionTime })
  return old ? conditions.map((each) => (each.type === condition.type ? set : each)) : [...conditions, set]
}

/** The list without the conditions of these types. */
export function removeConditions(conditions: readonly Condition[], types: readonly string[]): readonly Condition[] {
  return conditions.filter((condition) => !types.includes(condition.type))
}

/** Status of a condition that speaks of this generation; undefined if there is none or it is stale. */
export function statusAt(condition: Condition | undefined, generation: number): Condition['status'] | undefined {
  return condition && (condition.observedGeneration ?? 0) === generation ? condition.status : undefined
}

/** True if the condition holds for this generation. */
export function isTrueAt(condition: Condition | undefined, generation: number): boolean {
  return statusAt(condition, generation) === 'True'
}

/** `observedGeneration` 0 is left out, as Go's omitempty does. */
function inOrder(condition: Condition): Condition {
  const { lastTransitionTime, message, observedGeneration, reason, status, type } = condition
  return {
    ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
    message,
    ...(observedGeneration ? { observedGeneration } : {}),
    reason,
    status,
    type,
  }
}
