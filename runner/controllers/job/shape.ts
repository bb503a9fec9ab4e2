// The parts of a Job that its controller reads.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'

/** A Job. */
export interface Job extends KubernetesObject {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly backoffLimitPerIndex?: number
    readonly maxFailedIndexes?: number
    readonly activeDeadlineSeconds?: number
    readonly ttlSecondsAfterFinished?: number
    readonly completionMode?: string
    readonly suspend?: boolean
    readonly managedBy?: string
    readonly podReplacementPolicy?: string
    readonly selector?: JsonObject
    readonly template: JsonObject
    readonly successPolicy?: { readonly rules?: readonly SuccessRule[] }
    readonly podFailurePolicy?: { readonly rules?: readonly FailureRule[] }
  }
  readonly status?: JobStatus
}

/** Which indexes must have succeeded, or how many of them. */
export interface SuccessRule {
  readonly succeededIndexes?: string
  readonly succeededCount?: number
}

/** What a failed pod of some sort means for its Job. */
export interface FailureRule {
  readonly action: string
  readonly onExitCodes?: { readonly containerName?: string; readonly operator: string; readonly values: readonly number[] }
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[]
}

interface JobStatus {
  readonly conditions?: readonly JobCondition[]
  readonly startTime?: string
  readonly completionTime?: string
  readonly [field: string]: unknown
}

/** A condition of a Job. */
export interface JobCondition {
  readonly type: string
  readonly status: string
  readonly lastProbeTime: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** The condition that ended a Job, if it ended. */
export function endOf(job: Job): JobCondition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
}

/** True if each pod of the Job has a number. */
export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed'
}
