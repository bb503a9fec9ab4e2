// What controllers of pods ask of a pod, and how they make one from a template.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { controllerReference } from './owners.ts'

/** The parts of a pod that controllers read. */
export interface Pod extends KubernetesObject {
  readonly spec: PodSpec
  readonly status?: PodStatus
}

/** The parts of a pod's spec that controllers read. */
export interface PodSpec {
  readonly nodeName?: string
  readonly hostNetwork?: boolean
  readonly restartPolicy?: string
  readonly schedulerName?: string
  readonly terminationGracePeriodSeconds?: number
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly [field: string]: unknown
}

/** After which exit codes a container is started again whatever its policy says. */
export interface RestartRule {
  readonly action: string
  readonly exitCodes?: { readonly operator: string; readonly values?: readonly number[] }
}

/** The parts of a container that controllers read. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[]
  readonly resources?: { readonly requests?: Readonly<Record<string, string>>; readonly limits?: Readonly<Record<string, string>> }
  readonly restartPolicy?: string
  readonly volumeMounts?: Json
  readonly restartPolicyRules?: readonly RestartRule[]
  readonly resizePolicy?: readonly { readonly resourceName: string; readonly restartPolicy: string }[]
  readonly imagePullPolicy?: string
  readonly livenessProbe?: JsonObject
  readonly readinessProbe?: JsonObject
  readonly startupProbe?: JsonObject
}

/** The parts of a pod's status that controllers read. */
export interface PodStatus {
  readonly phase?: string
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly conditions?: readonly PodCondition[]
  readonly containerStatuses?: readonly JsonObject[]
  readonly [field: string]: unknown
}

/** A condition of a pod. */
export interface PodCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string | null
  readonly observedGeneration?: number
  readonly lastProbeTime?: string | null
}

/** Succeeded or failed: its containers will not run again. */
export function isDone(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither done nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isDone(pod) && pod.metadata.deletionTimestamp === undefined
}

/** On its way out, its containers perhaps still running. */
export function isTerminating(pod: Pod): boolean {
  return !isDone(pod) && pod.metadata.deletionTimestamp !== undefined
}

/** A pod's condition of a type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  const conditions = pod.status?.conditions
  if (conditions) for (const condition of conditions) if (condition.type === type) return condition
  return undefined
}

/** True if the Ready condition is. */
export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** When a ready pod has been ready for `minReadySeconds`, as a world time in ms; undefined for one that is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds === 0) return 0
  return Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000
}

/** The pod of a template for its owner; `generateName` unless `name` is given. */
export function podFromTemplate(owner: KubernetesObject, template: unknown, name?: string): KubernetesObject {
  const metadata = at(template, 'metadata')
  const spec = at(template, 'spec')
  const { namespace } = owner.metadata
  const { labels, annotations, finalizers } = isObject(metadata) ? metadata : {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      ...(namespace !== undefined && { namespace }),
      ...(isObject(labels) && { labels: labels as Record<string, string> }),
      ...(isObject(annotations) && { annotations: annotations as Record<string, string> }),
      ...(Array.isArray(finalizers) && { finalizers: finalizers as string[] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: isObject(spec) ? spec : {},
  }
}
