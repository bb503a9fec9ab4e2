// Writes what becomes of a pod's containers: their states, the pod's phase, conditions and addresses, Events.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Container, Pod, PodCondition } from '../pods.ts'
import { nodes, pods } from '../resources.ts'
import type { Node } from '../scheduler/node.ts'
import { nextAddress } from './addresses.ts'
import { type Identity, mountsOf, userStatus } from './container-facts.ts'
import { fullReference, pullFault } from './images.ts'
import { type PendingResize, withPending } from './resize-condition.ts'
import type { NextState, StageNotice } from './stage.ts'
import { exitCodeOf, hasBegun, isPast, isSidecar, type Placed, placed, restarts, stateOf } from './state.ts'

/** What becomes of a container. Without `next` its state stays, and only what its probes say is new. */
export interface Change {
  readonly next?: NextState
  readonly restarts?: boolean
  /** How the run ended that makes place for one of another definition. */
  readonly replaced?: Extract<NextState, { readonly terminated: object }>['terminated']
  readonly ready?: boolean
  readonly started?: boolean
  /** What it is given is what its spec says now, or why that has to wait. */
  readonly resize?: PendingResize | 'done'
  readonly fault?: string
  /** When a program ended, ms. */
  readonly endedAt?: number
}

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

interface Writing {
  readonly change: Change | undefined
  readonly now: string
  readonly user: Identity | undefined
  /** Why a container waits of which nothing is known yet. */
  readonly waiting: string
}

/** What a container is given when it starts, or is resized, is what it asks for. */
function resourcesOf({ resources = {} }: Placed['container']): JsonObject {
  const requests = (resources as JsonObject).requests
  return { ...(isObject(requests) && { allocatedResources: requests }), resources: resources as JsonObject }
}

/** What a container was given is said as long as there is one, though it ended (`convertContainerStatusResources`). */
function keptResources(before: JsonObject | undefined): JsonObject {
  const { allocatedResources, resources } = before ?? {}
  return { ...(allocatedResources !== undefined && { allocatedResources }), ...(resources !== undefined && { resources }) }
}

function containerStatus(pod: Pod, each: Placed, writing: Writing): JsonObject {
  const { container, status: before } = each
  const { change, waiting } = writing
  if (!change) return before ?? newStatus(container, waiting)
  if (!change.next)
    return {
      ...before,
      ...(change.ready !== undefined && { ready: change.ready }),
      ...(change.started !== undefined && { started: change.started }),
      ...(change.resize === 'done' && resourcesOf(container)),
    }
  const count = Number(before?.restartCount ?? 0) + (change.restarts ? 1 : 0)
  const running = 'running' in change.next
  const ended = change.replaced
    ? nextState(pod, each, { ...writing, change: { next: { terminated: change.replaced } } }).terminated
    : at(before, 'state', 'terminated')
  const state = nextState(pod, each, writing)
  const done = 'terminated' in change.next
  const image = running || isObject(ended) || before?.started === true || done ? fullReference(container.image) : container.image
  const id = before?.containerID !== undefined && !change.restarts ? String(before.containerID) : running || done ? containerId(pod, container, count) : ''
  const completed = each.list === 'initContainers' && done && exitOf(change.next) === 0
  return {
    name: container.name,
    state,
    lastState: isObject(ended) && (!done || change.restarts) ? { terminated: ended } : isObject(before?.lastState) ? before.lastState : {},
    ready: (running && (change.ready ?? true) && (each.list !== 'initContainers' || container.restartPolicy === 'Always')) || completed,
    restartCount: count,
    image,
    imageID: id === '' ? '' : imageId(container.image),
    ...(id !== '' && { containerID: id }),
    started: running && (change.started ?? true),
    ...(running ? resourcesOf(container) : keptResources(before)),
    ...mountsOf(container),
    ...(id !== '' && writing.user && userStatus(writing.user)),
  }
}

function exitOf(next: NextState): number | undefined {
  return 'terminated' in next ? next.terminated.exitCode : undefined
}

function newStatus(container: Container, reason: string): JsonObject {
  const { name, image } = container
  return { ...mountsOf(container), name, state: { waiting: { reason } }, lastState: {}, ready: false, restartCount: 0, image, imageID: '', started: false }
}

function nextState(pod: Pod, each: Placed, { change, now }: Writing): JsonObject {
  const { container, status: before } = each
  const { next, fault = '', endedAt } = change ?? {}
  if (!next || 'running' in next) return { running: { startedAt: now } }
  if ('waiting' in next) {
    const { reason, message } = next.waiting
    return { waiting: { reason, ...(message !== undefined && { message: fill(message, pod, { container, fault }) }) } }
  }
  // A container that never started began at no time: containerd leaves the field at zero.
  const never = next.terminated.reason === 'StartError' ? formatTime(0) : undefined
  const startedAt = never ?? at(before, 'state', 'running', 'startedAt') ?? now
  const { message, ...terminated } = next.terminated
  const count = Number(before?.restartCount ?? 0)
  const containerID = before?.containerID ?? containerId(pod, container, count)
  return {
    terminated: {
      ...terminated,
      ...(message !== undefined && { message: fill(message, pod, { container, fault }) }),
      startedAt,
      finishedAt: endedAt === undefined ? now : formatTime(endedAt),
      containerID,
    },
  }
}

/** The readiness gates of a pod that are not open: whoever opens them sets a condition of their name. */
function gateOf(pod: Pod): { readonly reason: string; readonly message: string } | undefined {
  const gates = Array.isArray(pod.spec.readinessGates) ? pod.spec.readinessGates.filter(isObject) : []
  const shut = gates.flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType)
    if (condition?.status === 'True') return []
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  return shut.length === 0 ? undefined : { reason: 'ReadinessGatesNotReady', message: shut.length === 1 ? (shut[0] ?? '') : `[${shut.join(', ')}]` }
}

/** The kubelet's conditions in its order; a condition keeps the time of its last change. */
function conditionsOf(pod: Pod, { phase, now }: { phase: string; now: string }): readonly PodCondition[] {
  const main = placed(pod, 'containers')
  const unreadyNames = [...placed(pod, 'initContainers').filter((each) => each.container.restartPolicy === 'Always'), ...main]
    .filter(({ status }) => status?.ready !== true)
    .map(({ container }) => container.name)
  const running = unreadyNames.length === 0 && phase === 'Running'
  const unready = { reason: 'ContainersNotReady', message: `containers with unready status: [${unreadyNames.join(' ')}]` }
  const why = running ? {} : phase === 'Succeeded' ? { reason: 'PodCompleted' } : phase === 'Failed' ? { reason: 'PodFailed' } : unready
  const init = placed(pod, 'initContainers')
  const incomplete = (hasBegun(pod) ? [] : init).filter((each) => !isPast(each)).map(({ container }) => container.name)
  const initialized = incomplete.length === 0 || phase === 'Succeeded'
  const initWhy =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : initialized
        ? {}
        : { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` }
  const closed = gateOf(pod)
  const begun = [...init, ...main].some((each) => ['running', 'ended', 'crash waits'].includes(stateOf(each)))
  const rows: [type: string, holds: boolean, detail: object][] = [
    ['PodReadyToStartContainers', begun && phase !== 'Succeeded' && phase !== 'Failed', {}],
    ['Initialized', initialized, initWhy],
    ['Ready', running && closed === undefined, running ? (closed ?? {}) : why],
    ['ContainersReady', running, why],
    ['PodScheduled', true, {}],
  ]
  const generation = pod.metadata.generation
  const own = new Set(rows.map(([type]) => type))
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !own.has(type))
  const kept = rows.map(([type, holds, detail]): PodCondition => {
    const status = holds ? 'True' : 'False'
    const known = pod.status?.conditions?.find((condition) => condition.type === type)
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now
    return {
      type,
      ...(generation !== undefined && { observedGeneration: generation }),
      status,
      lastProbeTime: null,
      lastTransitionTime,
      ...detail,
    } as PodCondition
  })
  return [...kept, ...others]
}

interface Filling {
  readonly pod: Pod
  readonly container: Container
  readonly fault: string
}

/** What the names in angle brackets stand for in texts of stages. */
const fillers: Readonly<Record<string, (filling: Filling) => string>> = {
  Image: ({ container }) => container.image,
  PullFault: ({ container }) => pullFault(container.image),
  Container: ({ container }) => container.name,
  Pod: ({ pod }) => pod.metadata.name ?? '',
  Namespace: ({ pod }) => pod.metadata.namespace ?? '',
  Uid: ({ pod }) => pod.metadata.uid ?? '',
  BackOff: backOffOf,
  Fault: ({ fault }) => fault,
}

function fill(text: string, pod: Pod, rest: Omit<Filling, 'pod'>): string {
  return text.replace(/<(\w+)>/g, (whole, name: string) => fillers[name]?.({ pod, ...rest }) ?? whole)
}

function backOffOf({ pod, container }: Filling): string {
  const all = [...placed(pod, 'containers'), ...placed(pod, 'initContainers')]
  const count = Number(all.find((each) => each.container.name === container.name)?.status?.restartCount ?? 0)
  const seconds = Math.min(10 * 2 ** Math.max(count - 1, 0), 300)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

function containerId(pod: Pod, container: Container, count: number): string {
  return `containerd://${digest(`${pod.metadata.uid}/${container.name}/${count}`)}`
}

function imageId(image: string): string {
  const reference = fullReference(image)
  return `${reference.replace(/[:@][^/]*$/, '')}@sha256:${digest(reference)}`
}

function digest(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)))
}
