// A node and its load, as the scheduler sees them.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { Pod } from '../pods.ts'

/** The parts of a node that the scheduler reads. */
export interface Node extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[]; readonly podCIDR?: string }
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>
    readonly capacity?: Readonly<Record<string, string>>
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly [field: string]: unknown
  }
}

/** A node's taint. */
export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** What the pods of a node take: resources in billionths, and host ports. */
export interface NodeLoad {
  readonly requests: Readonly<Record<string, bigint>>
  readonly pods: readonly Pod[]
  /** Those of the pods that have terms about other pods. */
  readonly minding: readonly Pod[]
  /** How many of the pods each controller has, by its uid. */
  readonly owners: ReadonlyMap<string, number>
}
