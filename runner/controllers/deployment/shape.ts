// What a Deployment is to its controller: the fields it reads, its annotations, and how many pods it may have.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { ReplicaSet } from '../replica-set.ts'

/** The parts of a Deployment that its controller reads. */
export interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas: number
    readonly selector: JsonObject
    readonly template: JsonObject
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string }
    }
    readonly minReadySeconds?: number
    readonly revisionHistoryLimit?: number
    readonly paused?: boolean
    readonly progressDeadlineSeconds?: number
  }
  readonly status?: DeploymentStatus
}

/** A Deployment's status. */
export interface DeploymentStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly terminatingReplicas?: number
  readonly collisionCount?: number
  readonly conditions?: readonly DeploymentCondition[]
}

/** A Deployment's condition. */
export interface DeploymentCondition {
  readonly type: string
  readonly status: string
  readonly lastUpdateTime: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** One look at a Deployment; `deployment` is replaced as its status is written. */
export interface DeploymentWork {
  deployment: Deployment
  readonly sets: readonly ReplicaSet[]
  readonly context: ControllerContext
}

/** The ReplicaSets of a Deployment: the one of the present template, and the others, oldest first. */
export interface ReplicaSets {
  current: ReplicaSet | undefined
  old: readonly ReplicaSet[]
}

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const historyAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maximumAnnotation = 'deployment.kubernetes.io/max-replicas'
export const hashLabel = 'pod-template-hash'

/** All ReplicaSets, the present one last. */
export function every({ current, old }: ReplicaSets): readonly ReplicaSet[] {
  return current ? [...old, current] : old
}

/** A ReplicaSet that is to have pods. */
export function isAlive(set: ReplicaSet): boolean {
  return set.spec.replicas > 0
}

/** True for the strategy RollingUpdate. */
export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate'
}

/** How many pods more than asked for may exist during a rollout. */
export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0
}

/** How many of the pods asked for may be missing. */
export function maxUnavailable(deployment: Deployment): number {
  const { replicas } = deployment.spec
  if (!isRolling(deployment) || replicas === 0) return 0
  return Math.min(fenceposts(deployment).unavailable, replicas)
}

/** The size that a ReplicaSet was last scaled for. */
export function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const { replicas } = deployment.spec
  return { [desiredAnnotation]: String(replicas), [maximumAnnotation]: String(replicas + maxSurge(deployment)) }
}

/** Sum of a number over ReplicaSets. */
export function total(sets: readonly ReplicaSet[], number: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((sum, set) => sum + (number(set) ?? 0), 0)
}

/** How large the present ReplicaSet may be now. */
export function newSize(deployment: Deployment, sets: ReplicaSets): number {
  const { replicas } = deployment.spec
  const current = sets.current?.spec.replicas ?? 0
  if (!isRolling(deployment)) return replicas
  const room = replicas + maxSurge(deployment) - total(every(sets), ({ spec }) => spec.replicas)
  return room <= 0 ? current : current + Math.min(room, replicas - current)
}

/** Sort order of ReplicaSets by age, then by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  return order(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || order(a.metadata.name, b.metadata.name)
}

function order(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function fenceposts({ spec }: Deployment): { surge: number; unavailable: number } {
  const { maxSurge: surge = '25%', maxUnavailable: unavailable = '25%' } = spec.strategy?.rollingUpdate ?? {}
  const posts = { surge: scaled(surge, spec.replicas, Math.ceil), unavailable: scaled(unavailable, spec.replicas, Math.floor) }
  // Without either no pod could ever be replaced.
  return posts.surge === 0 && posts.unavailable === 0 ? { surge: 0, unavailable: 1 } : posts
}

function scaled(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100)
}
