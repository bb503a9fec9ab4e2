// What a kubelet refuses to run (kubelet `lifecycle/predicate.go`): the pod fails at once, and its controller makes another.
import { isObject } from '../../base/json.ts'
import { safeSysctls } from '../../kubernetes/kinds/pod-spec/safe-sysctls.ts'
import { at } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { isDone, type Pod, podCondition } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import { refusedByNode } from '../scheduler/filters.ts'
import { allocatableOf, loadFrom, resourcesOf } from '../scheduler/load.ts'
import type { Node } from '../scheduler/node.ts'

interface Refusal {
  readonly reason: string
  readonly message: string
}

/** Fails a pod that the node does not take; true if it was refused. A pod that was bound was looked at by whoever did, but for what is plain. */
export async function refuse(pod: Pod, context: ControllerContext): Promise<boolean> {
  const refusal = wrongSystem(pod) ?? forbiddenSysctl(pod) ?? (await unfit(pod, context))
  if (!refusal) return false
  const { nodeName: host } = pod.spec
  await context.event(pod, { type: 'Warning', ...refusal, component: 'kubelet', ...(host !== undefined && { host }) })
  const { generation } = pod.metadata
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  const status = { ...pod.status, ...observed, phase: 'Failed', reason: refusal.reason, message: `Pod was rejected: ${refusal.message}` }
  await context.client.update(pods, { ...pod, status }, { subresource: 'status' })
  return true
}

function wrongSystem(pod: Pod): Refusal | undefined {
  const system = at(pod, 'spec', 'os')
  if (!isObject(system) || system.name === 'linux') return undefined
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" }
}

function forbiddenSysctl(pod: Pod): Refusal | undefined {
  const sysctls = at(pod, 'spec', 'securityContext', 'sysctls')
  for (const sysctl of Array.isArray(sysctls) ? sysctls : []) {
    const name = isObject(sysctl) ? String(sysctl.name).replaceAll('/', '.') : ''
    if (!safeSysctls.has(name)) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${JSON.stringify(name)} not allowlisted` }
  }
  return undefined
}

/** A look at what costs nothing: whoever binds a pod need not be the scheduler. */
function fitsAlone(pod: Pod, node: Node): boolean {
  const capacity = allocatableOf(node)
  return Object.entries(resourcesOf(pod)).every(([name, wanted]) => wanted <= (capacity[name] ?? 0n))
}

async function unfit(pod: Pod, { client }: ControllerContext): Promise<Refusal | undefined> {
  const { nodeName = '' } = pod.spec
  const node = (await client.get(nodes, { name: nodeName })) as Node | undefined
  if (!node || (podCondition(pod, 'PodScheduled')?.status === 'True' && fitsAlone(pod, node))) return undefined
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${nodeName}` })
  const others = (items as readonly Pod[]).filter((other) => other.metadata.uid !== pod.metadata.uid && other.status?.startTime !== undefined && !isDone(other))
  return refusedByNode(pod, node, loadFrom(others))
}
