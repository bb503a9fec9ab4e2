// What probes ask of the runtime.
import type { Clock } from '../base/clock.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Inside } from './container.ts'
import type { Plan } from './plan.ts'
import type { ContainerSpec } from './pod.ts'
import type { Listener } from './process.ts'
import type { Run } from './run.ts'

/** The parts of a runtime that probes work with. */
export interface ProbeGround {
  readonly clock: Clock
  readonly net: {
    listener(pod: KubernetesObject, port: number): Promise<Listener | undefined>
    /** What listens at an address of the cluster. */
    reach(address: string, port: number): Promise<Listener | undefined>
  }
  plan(pod: KubernetesObject, name: string): Plan
  run(pod: KubernetesObject, name: string): Promise<Run | undefined>
  inside(pod: KubernetesObject, container: ContainerSpec, restarts: number): Inside
  environment(pod: KubernetesObject, container: ContainerSpec, restarts: number): Map<string, string>
}
