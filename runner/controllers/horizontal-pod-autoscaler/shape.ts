// The parts of an autoscaler that its controller reads.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'

/** autoscaling/v2 HorizontalPodAutoscaler. */
export interface Autoscaler extends KubernetesObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string }
    readonly minReplicas?: number
    readonly maxReplicas: number
    readonly metrics?: readonly MetricSpec[]
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules }
  }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly lastScaleTime?: string; readonly [field: string]: unknown }
}

/** One metric that is aimed at. */
export interface MetricSpec {
  readonly type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External'
  readonly resource?: ResourceMetric
  readonly containerResource?: ResourceMetric & { readonly container: string }
  readonly pods?: { readonly metric: { readonly name: string } }
  readonly object?: { readonly metric: { readonly name: string }; readonly describedObject: { readonly kind: string; readonly name: string } }
  readonly external?: { readonly metric: { readonly name: string } }
}

/** A resource and the use of it that is wanted. */
export interface ResourceMetric {
  readonly name: string
  readonly target: { readonly type: string; readonly averageUtilization?: number; readonly averageValue?: string }
}

/** How fast one direction may go. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number
  readonly selectPolicy?: string
  readonly policies?: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[]
  readonly tolerance?: string
}

/** A condition of an autoscaler. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime?: string
  readonly reason?: string
  readonly message?: string
}

/** Conditions while they are worked on; a set one keeps its time if its status stays. */
export class Conditions {
  #list: readonly Condition[]
  readonly #time: string

  constructor(list: readonly Condition[], time: string) {
    this.#list = list
    this.#time = time
  }

  set(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const known = this.#list.find((condition) => condition.type === type)
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? this.#time) : this.#time
    const next: Condition = { type, status, lastTransitionTime, reason, message }
    this.#list = known ? this.#list.map((condition) => (condition === known ? next : condition)) : [...this.#list, next]
  }

  get list(): readonly JsonObject[] {
    return this.#list as unknown as readonly JsonObject[]
  }
}
