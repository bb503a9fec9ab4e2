// Writes what a stage makes of a pod: container states, conditions, addresses, Events.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Container, Pod, PodCondition } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import type { Node } from '../scheduler/node.ts'
import { nextAddress } from './addresses.ts'
import { fullReference, isMissing } from './images.ts'
import type { Stage } from './stage.ts'

type Entered = Stage & { readonly next: Exclude<Stage['next'], 'delete'> }

/** Writes the status that a stage brings. */
export async function enter(pod: Pod, stage: Entered, context: ControllerContext): Promise<void> {
  const now = formatTime(context.clock.now())
  const { next } = stage
  const running = 'running' in next.container
  const addresses = await addressesOf(pod, context, running)
  const statuses = pod.spec.containers.map((container) => containerStatus(pod, container, { stage, now }))
  const initStatuses = (pod.spec.initContainers ?? []).map((container) => initStatus(pod, container, { now, done: next.phase !== 'Pending' }))
  const status = {
    ...pod.status,
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase: next.phase,
    conditions: conditionsOf(pod, { stage, now }),
    ...addresses,
    startTime: pod.status?.startTime ?? now,
    ...(initStatuses.length > 0 && { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
  }
  await context.client.update(pods, { ...pod, status }, { subresource: 'status' })
}

/** Says what a stage says, for each container. */
export async function notify(pod: Pod, stage: Stage, { event }: ControllerContext): Promise<void> {
  const { nodeName: host } = pod.spec
  for (const container of pod.spec.containers) {
    if (stage.when.image === 'missing' && !isMissing(container.image)) continue
    for (const { type, reason, message } of stage.events) {
      const fieldPath = `spec.containers{${container.name}}`
      await event(pod, { type, reason, message: fill(message, pod, container), component: 'kubelet', fieldPath, ...(host !== undefined && { host }) })
    }
  }
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

function containerStatus(pod: Pod, container: Container, { stage, now }: { stage: Entered; now: string }): JsonObject {
  const { next } = stage
  const before = pod.status?.containerStatuses?.find(({ name }) => name === container.name)
  const skipped = 'waiting' in next.container && next.container.waiting.reason.includes('Image') && !isMissing(container.image)
  const restarts = Number(before?.restartCount ?? 0) + (next.restarts ? 1 : 0)
  const running = 'running' in next.container
  const state: JsonObject = skipped ? { waiting: { reason: 'ContainerCreating' } } : stateOf(pod, container, { stage, now, before })
  const ended = at(before, 'state', 'terminated')
  const image = running || isObject(ended) || before?.started === true ? fullReference(container.image) : container.image
  const id = before?.containerID !== undefined && !next.restarts ? String(before.containerID) : running ? containerId(pod, container, restarts) : ''
  return {
    name: container.name,
    state,
    lastState: isObject(ended) && !isObject(state.terminated) ? { terminated: ended } : isObject(before?.lastState) ? before.lastState : {},
    ready: running,
    restartCount: restarts,
    image,
    imageID: id === '' ? '' : imageId(container.image),
    ...(id !== '' && { containerID: id }),
    started: running,
    ...(running && { resources: container.resources ?? {} }),
  }
}

function stateOf(pod: Pod, container: Container, { stage, now, before }: { stage: Entered; now: string; before: JsonObject | undefined }): JsonObject {
  const { container: next } = stage.next
  if ('waiting' in next) {
    const { reason, message } = next.waiting
    return { waiting: { reason, ...(message !== undefined && { message: fill(message, pod, container) }) } }
  }
  if ('running' in next) return { running: { startedAt: now } }
  const startedAt = at(before, 'state', 'running', 'startedAt') ?? now
  return { terminated: { ...next.terminated, startedAt, finishedAt: now, containerID: before?.containerID ?? '' } }
}

function initStatus(pod: Pod, container: Container, { now, done }: { now: string; done: boolean }): JsonObject {
  const id = containerId(pod, container, 0)
  const state = done
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, containerID: id } }
    : { waiting: { reason: 'PodInitializing' } }
  const { name, image } = container
  return {
    name,
    state,
    lastState: {},
    ready: done,
    restartCount: 0,
    image,
    imageID: done ? imageId(image) : '',
    ...(done && { containerID: id }),
    started: false,
  }
}

/** The kubelet's conditions in its order; a condition keeps the time of its last change. */
function conditionsOf(pod: Pod, { stage, now }: { stage: Entered; now: string }): readonly PodCondition[] {
  const { next } = stage
  const running = 'running' in next.container
  const done = next.phase === 'Succeeded' || next.phase === 'Failed'
  const unready = { reason: 'ContainersNotReady', message: `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]` }
  const why = running ? {} : done && next.phase === 'Succeeded' ? { reason: 'PodCompleted' } : done ? { reason: 'PodFailed' } : unready
  const initialized = (pod.spec.initContainers ?? []).length === 0 || next.phase !== 'Pending'
  const rows: [type: string, holds: boolean, detail: object][] = [
    ['PodReadyToStartContainers', running || next.phase === 'Running', {}],
    ['Initialized', initialized, next.phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}],
    ['Ready', running, why],
    ['ContainersReady', running, why],
    ['PodScheduled', true, {}],
  ]
  const generation = pod.metadata.generation
  return rows.map(([type, holds, detail]) => {
    const status = holds ? 'True' : 'False'
    const known = pod.status?.conditions?.find((condition) => condition.type === type)
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now
    return { type, ...(generation !== undefined && { observedGeneration: generation }), status, lastProbeTime: null, lastTransitionTime, ...detail }
  })
}

function fill(text: string, pod: Pod, container: Container): string {
  const restarts = Number(pod.status?.containerStatuses?.find(({ name }) => name === container.name)?.restartCount ?? 0)
  const seconds = Math.min(10 * 2 ** restarts, 300)
  const values: Readonly<Record<string, string>> = {
    Image: container.image,
    Reference: fullReference(container.image),
    Container: container.name,
    Pod: pod.metadata.name ?? '',
    Namespace: pod.metadata.namespace ?? '',
    Uid: pod.metadata.uid ?? '',
    BackOff: seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`,
  }
  return text.replace(/<(\w+)>/g, (whole, name: string) => values[name] ?? whole)
}

function containerId(pod: Pod, container: Container, restarts: number): string {
  return `containerd://${digest(`${pod.metadata.uid}/${container.name}/${restarts}`)}`
}

function imageId(image: string): string {
  const reference = fullReference(image)
  return `${reference.replace(/[:@][^/]*$/, '')}@sha256:${digest(reference)}`
}

function digest(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)))
}
