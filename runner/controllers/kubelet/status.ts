// Writes what becomes of a pod's containers: their states, the pod's phase, conditions and addresses, Events.
import type { JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import type { Node } from '../scheduler/node.ts'
import { nextAddress } from './addresses.ts'
import { type Change, containerStatus } from './container-status.ts'
import { conditionsOf } from './pod-conditions.ts'
import { withPending } from './resize-condition.ts'
import type { StageNotice } from './stage.ts'
import { fill } from './stage-texts.ts'
import { exitCodeOf, hasBegun, isPast, isSidecar, type Placed, placed, restarts, stateOf } from './state.ts'

/** Writes the status that changes bring; containers that are not named stay as they are. */
export async function writeStatus(
  pod: Pod,
  changes: ReadonlyMap<string, Change>,
  context: ControllerContext,
  { final = false }: { readonly final?: boolean } = {},
): Promise<Pod> {
  const now = formatTime(context.clock.now())
  const hasInit = placed(pod, 'initContainers').length > 0
  const next = (list: Placed['list']): JsonObject[] =>
    placed(pod, list).map((each) =>
      containerStatus(pod, each, {
        change: changes.get(each.container.name),
        now,
        user: context.runtime?.identity(pod, each.container.name),
        waiting: hasInit && list === 'containers' ? 'PodInitializing' : hasInit ? 'PodInitializing' : 'ContainerCreating',
      }),
    )
  const [containers, init, ephemeral] = [next('containers'), next('initContainers'), next('ephemeralContainers')]
  const changed: Pod = {
    ...pod,
    status: {
      ...pod.status,
      containerStatuses: containers,
      ...(init.length > 0 && { initContainerStatuses: init }),
      ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    },
  }
  const phase = final ? lastPhaseOf(changed) : phaseOf(changed)
  const running = [...placed(changed, 'containers'), ...placed(changed, 'initContainers')].some((each) => stateOf(each) === 'running')
  const addresses = await addressesOf(pod, context, running)
  const conditions = conditionsOf(changed, { phase, now })
  const resize = [...changes.values()].find((change) => change.resize !== undefined)?.resize
  const status = {
    ...pod.status,
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: resize === undefined ? conditions : withPending(conditions, pod, { resize, now }),
    ...addresses,
    startTime: pod.status?.startTime ?? now,
    ...(init.length > 0 && { initContainerStatuses: init }),
    containerStatuses: containers,
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  }
  return (await context.client.update(pods, { ...pod, status }, { subresource: 'status' })) as Pod
}

const fieldNames = { containers: 'containers', initContainers: 'initContainers', ephemeralContainers: 'ephemeralContainers' } as const

/** Says something of a container. */
export async function notify(pod: Pod, { container, list }: Placed, notices: readonly StageNotice[], { event }: ControllerContext, fault = ''): Promise<void> {
  const { nodeName: host } = pod.spec
  for (const [order, { type, reason, message }] of notices.entries()) {
    const fieldPath = `spec.${fieldNames[list]}{${container.name}}`
    await event(pod, {
      type,
      reason,
      message: fill(message, pod, { container, fault }),
      component: 'kubelet',
      order,
      fieldPath,
      ...(host !== undefined && { host }),
    })
  }
}

/** The phase as the kubelet finds it: pending while a container never ran, running while one runs or will again. */
function phaseOf(pod: Pod): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const init = placed(pod, 'initContainers')
  if (init.some((each) => stateOf(each) === 'ended' && exitCodeOf(each) !== 0 && !restarts(pod, each))) return 'Failed'
  if (!hasBegun(pod) && !init.every(isPast)) return 'Pending'
  const main = placed(pod, 'containers')
  if (main.some((each) => !['running', 'ended', 'crash waits'].includes(stateOf(each)) && at(each.status, 'lastState', 'terminated') === undefined))
    return 'Pending'
  if (main.some((each) => stateOf(each) !== 'ended' || restarts(pod, each))) return 'Running'
  if (init.some((each) => isSidecar(each) && stateOf(each) === 'running')) return 'Running'
  return main.every((each) => exitCodeOf(each) === 0) ? 'Succeeded' : 'Failed'
}

/** The phase of a pod whose containers are stopped for good: whatever its policy, none of them starts again. */
function lastPhaseOf(pod: Pod): 'Succeeded' | 'Failed' {
  const main = placed(pod, 'containers')
  return main.length > 0 && main.every((each) => stateOf(each) === 'ended' && exitCodeOf(each) === 0) ? 'Succeeded' : 'Failed'
}

async function addressesOf(pod: Pod, context: ControllerContext, running: boolean): Promise<JsonObject> {
  const node = (await context.client.get(nodes, { name: pod.spec.nodeName ?? '' })) as Node | undefined
  const hostIP = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
  const host: JsonObject = hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }
  if (pod.status?.podIP !== undefined || !(running || pod.spec.hostNetwork)) return host
  const own = pod.spec.hostNetwork ? hostIP : undefined
  const podIP = own ?? (await nextAddress(node?.spec?.podCIDR ?? context.settings.podCidr ?? '10.244.0.0/24', context))
  return { ...host, podIP, podIPs: [{ ip: podIP }] }
}
