// The condition of a pod whose resize waits.
import type { Pod, PodCondition } from '../pods.ts'

/** Why a pod cannot have what it asks for now. */
export interface PendingResize {
  readonly reason: 'Deferred' | 'Infeasible'
  readonly message: string
}

const pending = 'PodResizePending'

/** The condition that says a resize waits. */
export function pendingCondition(pod: Pod): PodCondition | undefined {
  return pod.status?.conditions?.find(({ type }) => type === pending)
}

/** True if the pod says already that this generation of it waits for that reason. */
export function isSaid(pod: Pod, { reason }: PendingResize): boolean {
  const said = pendingCondition(pod)
  return said?.reason === reason && said.observedGeneration === pod.metadata.generation
}

/** Conditions with the one that says why a resize waits, or without it. */
export function withPending(
  conditions: readonly PodCondition[],
  pod: Pod,
  { resize, now }: { readonly resize: PendingResize | 'done'; readonly now: string },
): readonly PodCondition[] {
  const others = conditions.filter(({ type }) => type !== pending)
  if (resize === 'done') return others
  const { generation } = pod.metadata
  const lastTransitionTime = pendingCondition(pod)?.lastTransitionTime ?? now
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  return [...others, { type: pending, ...observed, status: 'True', lastProbeTime: null, lastTransitionTime, ...resize } as PodCondition]
}
