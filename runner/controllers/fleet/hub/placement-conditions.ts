// A placement's conditions: what each step of a rollout says of itself, for the whole and for one cluster (pkg/utils/condition/condition.go).
import type { Condition } from '../conditions.ts'

/** The steps of a rollout in the order in which they are judged. */
export type Step = 'RolloutStarted' | 'Overridden' | 'WorkSynchronized' | 'Applied' | 'Available' | 'DiffReported'

/** Every step that a placement may show, in order. */
export const allSteps: readonly Step[] = ['RolloutStarted', 'Overridden', 'WorkSynchronized', 'Applied', 'Available', 'DiffReported']

/** The steps of an apply strategy: those that apply, or the one that only reports differences. */
export function stepsOf(applyType: unknown): readonly Step[] {
  const last: readonly Step[] = applyType === 'ReportDiff' ? ['DiffReported'] : ['Applied', 'Available']
  return ['RolloutStarted', 'Overridden', 'WorkSynchronized', ...last]
}

/** Type of a placement's condition of a step: the step after the placement's kind. */
export function placementConditionType({ kind }: Placement, step: Step | 'Scheduled'): string {
  return `${kind}${step}`
}

/** A placement as far as its kind and its generation go. */
interface Placement {
  readonly kind: string
  readonly metadata: { readonly generation?: number }
}

/** A step's condition of the whole placement; `count` is the number of clusters in that state. */
export function placementCondition(placement: Placement, step: Step, status: Condition['status'], count: number): Condition {
  const { reason, message } = texts[step][status]
  const type = placementConditionType(placement, step)
  return { type, status, reason, message: message.replace('%d', String(count)), observedGeneration: placement.metadata.generation ?? 0 }
}

/** RolloutStarted of a placement whose rollout is up to update runs, and that cannot be summed up: why. */
export function externalRollout(placement: Placement, why: string): Condition {
  return {
    type: placementConditionType(placement, 'RolloutStarted'),
    status: 'Unknown',
    reason: 'RolloutControlledByExternalController',
    message: `Rollout is controlled by an external controller and ${why}`,
    observedGeneration: placement.metadata.generation ?? 0,
  }
}

/** A step of one cluster of which nothing is known yet. */
export function unknownClusterCondition(step: Step, observedGeneration: number): Condition {
  return { type: step, status: 'Unknown', reason: texts[step].Unknown.reason, message: texts[step].cluster, observedGeneration }
}

/** The Event of a step that came true; the last steps have none of their own. */
export function eventOf(step: Step): { readonly reason: string; readonly message: string } | undefined {
  return events[step]
}

/** The Overridden condition where no override applies. */
export const noOverride = { reason: 'NoOverrideSpecified', message: 'No override rules are configured for the selected resources' }

/** The Overridden condition of a cluster whose overrides were applied. */
export const overrideApplied = { reason: 'OverriddenSucceeded', message: 'Successfully applied the override rules on the resources' }

interface Text {
  readonly reason: string
  readonly message: string
}

const texts: Readonly<Record<Step, Readonly<Record<Condition['status'], Text>> & { readonly cluster: string }>> = {
  RolloutStarted: {
    cluster: 'In the process of deciding whether to roll out some version of the resources or not',
    Unknown: {
      reason: 'RolloutStartedUnknown',
      message: 'There are still %d cluster(s) in the process of deciding whether to roll out the latest resources or not',
    },
    False: { reason: 'RolloutNotStartedYet', message: 'The rollout is being blocked by the rollout strategy in %d cluster(s)' },
    True: { reason: 'RolloutStarted', message: 'All %d cluster(s) start rolling out the latest resource' },
  },
  Overridden: {
    cluster: 'In the process of overriding the selected resources if there is any override defined',
    Unknown: {
      reason: 'OverriddenPending',
      message: 'There are still %d cluster(s) in the process of overriding the selected resources if there is any override defined',
    },
    False: { reason: 'OverriddenFailed', message: 'Failed to override resources in %d cluster(s)' },
    True: { reason: 'OverriddenSucceeded', message: 'The selected resources are successfully overridden in %d cluster(s)' },
  },
  WorkSynchronized: {
    cluster: 'In the process of creating or updating the work object(s) in the hub cluster',
    Unknown: {
      reason: 'WorkSynchronizedUnknown',
      message: 'There are still %d cluster(s) in the process of creating or updating the work object(s) in the hub cluster',
    },
    False: { reason: 'WorkNotSynchronizedYet', message: 'There are %d cluster(s) which have not finished creating or updating work(s) yet' },
    True: { reason: 'WorkSynchronized', message: "Work(s) are successfully created or updated in %d target cluster(s)' namespaces" },
  },
  Applied: {
    cluster: 'In the process of applying the resources on the member cluster',
    Unknown: { reason: 'ApplyPending', message: 'There are still %d cluster(s) in the process of applying the resources on the member cluster' },
    False: { reason: 'ApplyFailed', message: 'Failed to apply resources to %d cluster(s), please check the `failedPlacements` status' },
    True: { reason: 'ApplySucceeded', message: 'The selected resources are successfully applied to %d cluster(s)' },
  },
  Available: {
    cluster: 'The availability of the selected resources is unknown yet ',
    Unknown: {
      reason: 'ResourceAvailableUnknown',
      message: 'There are still %d cluster(s) in the process of checking the availability of the selected resources',
    },
    False: { reason: 'ResourceNotAvailableYet', message: 'The selected resources in %d cluster(s) are still not available yet' },
    True: { reason: 'ResourceAvailable', message: 'The selected resources in %d cluster(s) are available now' },
  },
  DiffReported: {
    cluster: 'Diff reporting has just started; its status is not yet to be known',
    Unknown: { reason: 'DiffReportingPending', message: 'There are still %d cluster(s) in the process of checking for configuration differences' },
    False: { reason: 'DiffReportingIncompleteOrFailed', message: 'Diff reporting in %d clusters is still in progress or has failed' },
    True: { reason: 'DiffReportingCompleted', message: 'Diff reporting in %d cluster(s) has been completed' },
  },
}

const events: Readonly<Partial<Record<Step, Text>>> = {
  RolloutStarted: { reason: 'PlacementRolloutStarted', message: 'Started rolling out the latest resources' },
  Overridden: { reason: 'PlacementOverriddenSucceeded', message: 'Placement has been successfully overridden' },
  WorkSynchronized: { reason: 'PlacementWorkSynchronized', message: 'Work(s) have been created or updated successfully for the selected cluster(s)' },
  Applied: { reason: 'PlacementApplied', message: 'Resources have been applied to the selected cluster(s)' },
  Available: { reason: 'PlacementAvailable', message: 'Resources are available on the selected cluster(s)' },
}
