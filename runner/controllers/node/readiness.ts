// Whether a node is heard of.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { Node } from '../scheduler/node.ts'

interface Condition {
  readonly type: string
  readonly status: string
}

/** The status of a node's condition; undefined for one that it does not have. */
export function conditionOf(node: KubernetesObject, type: string): string | undefined {
  return ((node as Node).status?.conditions as readonly Condition[] | undefined)?.find((condition) => condition.type === type)?.status
}

/** `True`, `False` or `Unknown`; undefined for a node that has not said anything yet. */
export function readiness(node: KubernetesObject): string | undefined {
  return conditionOf(node, 'Ready')
}

/** True for a node that is ready. */
export function isReadyNode(node: KubernetesObject): boolean {
  return readiness(node) === 'True'
}

/** True for a node that was heard of and is not ready: its kubelet does nothing that anybody sees. */
export function isSilent(node: KubernetesObject | undefined): boolean {
  return node !== undefined && readiness(node) !== undefined && !isReadyNode(node)
}
