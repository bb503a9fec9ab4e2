// Where the containers of a pod stand, read from its status.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import type { Container, Pod, RestartRule } from '../pods.ts'
import { fullReference } from './images.ts'
import type { ContainerState } from './stage.ts'

/** A container of a pod with its place: `init` ones run one after another before the others, unless they are to run beside them. */
export interface Placed {
  readonly container: Container
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers'
  readonly status: JsonObject | undefined
}

const statuses = { containers: 'containerStatuses', initContainers: 'initContainerStatuses', ephemeralContainers: 'ephemeralContainerStatuses' } as const

const none: readonly Placed[] = []

/** All containers of a list with their statuses. */
export function placed(pod: Pod, list: Placed['list']): readonly Placed[] {
  const containers = pod.spec[list]
  if (!Array.isArray(containers) || containers.length === 0) return none
  const known = pod.status?.[statuses[list]]
  const rows = Array.isArray(known) ? known.filter(isObject) : []
  return (containers as Container[]).map((container) => ({
    container,
    list,
    status: rows.find(({ name }) => name === container.name),
  }))
}

const waitingStates: Readonly<Record<string, ContainerState>> = {
  ContainerCreating: 'creating',
  PodInitializing: 'creating',
  ErrImagePull: 'pull failed',
  ImagePullBackOff: 'pull waits',
  CreateContainerConfigError: 'config waits',
  CreateContainerError: 'config waits',
  CrashLoopBackOff: 'crash waits',
}

/** Where a container stands. */
export function stateOf({ status }: Pick<Placed, 'status'>): ContainerState {
  const state = status?.state
  if (!isObject(state)) return 'creating'
  if (isObject(state.waiting)) return waitingStates[String(state.waiting.reason)] ?? 'creating'
  if (isObject(state.terminated)) return 'ended'
  return isObject(state.running) ? 'running' : 'creating'
}

/** The exit code of a container that ended. */
export function exitCodeOf({ status }: Pick<Placed, 'status'>): number {
  return Number(at(status, 'state', 'terminated', 'exitCode') ?? 0)
}

/** True while what a container's status tells of is a run that has ended, and its next has not begun. */
export function isReplaced({ status }: Pick<Placed, 'status'>): boolean {
  const former = at(status, 'lastState', 'terminated', 'containerID')
  return former !== undefined && former === status?.containerID
}

/** True while a container still has, or had at last, another image than its spec names. */
export function isRedefined({ container, status, list }: Placed): boolean {
  const running = status?.image
  return list !== 'ephemeralContainers' && typeof running === 'string' && running !== '' && running !== fullReference(container.image)
}

/** An init container that goes on beside the others. */
export function isSidecar({ container, list }: Placed): boolean {
  return list === 'initContainers' && container.restartPolicy === 'Always'
}

/** True if a container that ended is to be started again: its own rules and policy go before its pod's (`ContainerShouldRestart`). */
export function restarts(pod: Pod, each: Placed): boolean {
  const { restartPolicy = 'Always' } = pod.spec
  if (each.list === 'ephemeralContainers') return false
  if (isSidecar(each)) return true
  const { restartPolicy: own, restartPolicyRules = [] } = each.container
  if (own !== undefined) {
    const code = lastExitCode(each)
    return own === 'Always' || (own === 'OnFailure' && code !== 0) || restartPolicyRules.some((rule) => isMet(rule, code))
  }
  if (exitCodeOf(each) === 0 && stateOf(each) === 'ended') return restartPolicy === 'Always' && each.list === 'containers'
  return restartPolicy !== 'Never'
}

function lastExitCode(each: Placed): number {
  return stateOf(each) === 'ended' ? exitCodeOf(each) : Number(at(each.status, 'lastState', 'terminated', 'exitCode') ?? 0)
}

function isMet({ action, exitCodes }: RestartRule, code: number): boolean {
  const named = (exitCodes?.values ?? []).includes(code)
  return action === 'Restart' && exitCodes !== undefined && named === (exitCodes.operator === 'In')
}

/** True once the main containers of a pod began: then its init containers were past, and stay so. */
export function hasBegun(pod: Pod): boolean {
  return placed(pod, 'containers').some((each) => stateOf(each) !== 'creating')
}

/** True once an init container lets the next one begin. */
export function isPast(each: Placed): boolean {
  if (isSidecar(each)) return each.status?.started === true
  return stateOf(each) === 'ended' && exitCodeOf(each) === 0
}

/** The containers of a pod that run. */
export function running(pod: Pod): readonly Placed[] {
  const init = placed(pod, 'initContainers')
  return [...placed(pod, 'containers'), ...init, ...placed(pod, 'ephemeralContainers')].filter((each) => stateOf(each) === 'running')
}
