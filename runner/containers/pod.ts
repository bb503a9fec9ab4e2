// A pod as its containers see it: what of its spec and status says how they are made.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject, type ObjectKey } from '../kubernetes/object.ts'

/** What is read of the cluster: objects as they are stored now. */
export interface ClusterReader {
  get(apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[]
}

/** A container of any sort in a pod's spec. */
export interface ContainerSpec {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly whole: JsonObject
}

const lists = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const

/** The container of a name; undefined if the pod has none. */
export function containerOf(pod: KubernetesObject, name: string): ContainerSpec | undefined {
  for (const [list] of lists) {
    const found = objects(at(pod, 'spec', list)).find((container) => container.name === name)
    if (found) return { name, image: String(found.image ?? ''), command: texts(found.command), args: texts(found.args), whole: found }
  }
  return undefined
}

/** Names of all containers that run beside each other. */
export function containerNames(pod: KubernetesObject): readonly string[] {
  return lists.flatMap(([list]) => objects(at(pod, 'spec', list)).map(({ name }) => String(name)))
}

/** A container's status. */
export function statusOf(pod: KubernetesObject, name: string): JsonObject | undefined {
  for (const [, list] of lists) {
    const found = objects(at(pod, 'status', list)).find((status) => status.name === name)
    if (found) return found
  }
  return undefined
}

/** When the container's present run began, ms; undefined if it does not run. */
export function runningSince(pod: KubernetesObject, name: string): number | undefined {
  const started = at(statusOf(pod, name), 'state', 'running', 'startedAt')
  return typeof started === 'string' ? Date.parse(started) : undefined
}

/** How often the container was started again. */
export function restartsOf(pod: KubernetesObject, name: string): number {
  return Number(statusOf(pod, name)?.restartCount ?? 0)
}

/** The objects of a list. */
export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The texts of a list. */
export function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** A text in base64 as a byte string; empty if it is none. */
export function fromBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}

/** True for a container whose work comes to an end: one that begins a pod, one of a Job, one of a hook of a Helm chart. */
export function hasAnEnd(pod: KubernetesObject, name: string): boolean {
  const { ownerReferences, annotations } = pod.metadata
  if (ownerReferences?.some(({ kind, controller }) => controller === true && kind === 'Job') || annotations?.['helm.sh/hook'] !== undefined) return true
  return objects(at(pod, 'spec', 'initContainers')).some((each) => each.name === name && each.restartPolicy !== 'Always')
}
