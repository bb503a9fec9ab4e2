// Which pods go first when there are too many.
import { isReady, type Pod, podCondition } from './pods.ts'

const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * The order of controller-manager's ActivePods: unscheduled first, then pending, not ready, cheaper to delete, ready for a
 * shorter time, restarted more often, younger.
 */
export function byDeletionRank(a: Pod, b: Pod): number {
  return (
    rank(a.spec.nodeName !== undefined, b.spec.nodeName !== undefined) ||
    (phases[a.status?.phase ?? 'Unknown'] ?? 1) - (phases[b.status?.phase ?? 'Unknown'] ?? 1) ||
    rank(isReady(a), isReady(b)) ||
    cost(a) - cost(b) ||
    (isReady(a) && isReady(b) ? later(podCondition(a, 'Ready')?.lastTransitionTime, podCondition(b, 'Ready')?.lastTransitionTime) : 0) ||
    restarts(b) - restarts(a) ||
    later(a.metadata.creationTimestamp, b.metadata.creationTimestamp)
  )
}

function rank(a: boolean, b: boolean): number {
  return Number(a) - Number(b)
}

/** The later one first. */
function later(a: string | null | undefined, b: string | null | undefined): number {
  return (b ?? '') < (a ?? '') ? -1 : (b ?? '') > (a ?? '') ? 1 : 0
}

function cost(pod: Pod): number {
  return Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + Number(status.restartCount ?? 0), 0)
}
