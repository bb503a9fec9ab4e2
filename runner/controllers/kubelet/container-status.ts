// What the kubelet says of a container: what it is, how it stands, how its last run ended.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'
import type { Container, Pod } from '../pods.ts'
import { type Identity, mountsOf, userStatus } from './container-facts.ts'
import { fullReference } from './images.ts'
import type { PendingResize } from './resize-condition.ts'
import type { NextState } from './stage.ts'
import { fill } from './stage-texts.ts'
import type { Placed } from './state.ts'

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

/** What a container's status is written with. */
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

/** The status of a container after a change; as it was where there is none. */
export function containerStatus(pod: Pod, each: Placed, writing: Writing): JsonObject {
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
