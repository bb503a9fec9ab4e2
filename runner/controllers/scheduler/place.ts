// A node with its load, and what a pod asks of each: the words that filters share.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { Pod } from '../pods.ts'
import type { Claim, Volume } from '../volumes.ts'
import type { Node, NodeLoad } from './node.ts'

/** A node and what its pods take. */
export interface Place {
  readonly node: Node
  readonly load: NodeLoad
}

/** Everything around a pod that its filters may look at. */
export interface Surroundings {
  readonly places: readonly Place[]
  /** Volumes that the pod's claims are bound to. */
  readonly volumes: readonly KubernetesObject[]
  /** Claims that wait for the pod's node, and for which nobody makes volumes. */
  readonly wanted?: readonly Claim[]
  /** The volumes that they may get. */
  readonly free?: readonly Volume[]
  readonly namespaces: readonly KubernetesObject[]
  /** A claim of the pod may be used by one pod alone, and another pod uses it. */
  readonly claimTaken?: boolean
}

/** Why a node is no place for a pod; `final` if no other pod's going would help. */
export interface Misfit {
  readonly reasons: readonly string[]
  readonly final: boolean
  /** The reason lies in other pods, so that a pod that comes may end it. */
  readonly relational?: boolean
}

/** Looks at one place; undefined if it suits. */
export type Check = (place: Place) => Misfit | undefined

/** A pod's priority; pods without one have none. */
export function priorityOf(pod: Pod): number {
  return typeof pod.spec.priority === 'number' ? pod.spec.priority : 0
}
