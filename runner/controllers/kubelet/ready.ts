// What has to be there before anything of a pod starts: its volumes, and a sandbox. The kubelet says what is not, and tries again.
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import type { PodMemory } from './memory.ts'
import { placed, stateOf } from './state.ts'

/** What is not there, and how long it takes until it is tried again after so many times. */
interface Lack {
  readonly reason: 'FailedMount' | 'FailedCreatePodSandBox'
  readonly message: string
  wait(times: number): number
}

/** When what a pod lacks is tried again; undefined if nothing is lacking. */
export async function makeReady(pod: Pod, known: PodMemory, context: ControllerContext): Promise<PodMemory['mount']> {
  const begun = [...placed(pod, 'containers'), ...placed(pod, 'initContainers')].some((each) => stateOf(each) !== 'creating')
  const lack = begun ? undefined : lackOf(pod, context)
  if (!lack) return undefined
  const now = context.clock.now()
  if (known.mount && known.mount.due > now) return known.mount
  const times = known.mount?.times ?? 0
  const { nodeName: host } = pod.spec
  const { reason, message } = lack
  await context.event(pod, { type: 'Warning', reason, message, component: 'kubelet', ...(host !== undefined && { host }) })
  return { due: now + lack.wait(times), times: times + 1 }
}

function lackOf(pod: Pod, { runtime, random }: ControllerContext): Lack | undefined {
  const volume = runtime?.volumeFault(pod)
  if (volume) {
    const message = `MountVolume.${volume.step ?? 'SetUp'} failed for volume "${volume.volume}" : ${volume.text}`
    return { reason: 'FailedMount', message, wait: (times) => Math.min(500 * 2 ** times, 122_000) }
  }
  const sandbox = runtime?.sandboxFault(pod)
  if (sandbox === undefined) return undefined
  const message = `Failed to create pod sandbox: ${sandbox}`
  return { reason: 'FailedCreatePodSandBox', message, wait: () => 10_000 + random.below(5000) }
}
