// One look at a pod: what is due for its containers.
import { isObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { controllerOf } from '../owners.ts'
import type { Pod } from '../pods.ts'
import type { Change } from './container-status.ts'
import type { ContainerMemory } from './memory.ts'
import type { Stage } from './stage.ts'
import type { Placed } from './state.ts'

/** A step that is due for a container. */
export interface Step {
  readonly each: Placed
  readonly change: Change
  readonly notices: Stage['events']
}

/** One look at a pod: what is remembered, what is due, and when to look again. */
export interface Round {
  readonly pod: Pod
  readonly context: ControllerContext
  /** Chance is asked once for all containers of a pod that wait for the same. */
  readonly delays: Map<string, number>
  readonly containers: Record<string, ContainerMemory>
  readonly steps: Step[]
  readonly wakes: number[]
}

/** True for the pod of a Job, or of a hook of a Helm chart, whose work is done in about a second if nobody knows what it is. */
export function isJobs(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'Job' || pod.metadata.annotations?.['helm.sh/hook'] !== undefined
}

/** When a container's present run began. */
export function startedAt({ status }: Placed): number {
  const text = isObject(status) ? at(status, 'state', 'running', 'startedAt') : undefined
  return typeof text === 'string' ? Date.parse(text) : 0
}
