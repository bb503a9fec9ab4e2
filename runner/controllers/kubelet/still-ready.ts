// A pod on its way out, as its readiness probes find it.
import { at } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import type { Change } from './container-status.ts'
import { noMemory, type PodMemory } from './memory.ts'
import { probeContainer } from './probes.ts'
import { running } from './state.ts'
import { notify, writeStatus } from './status.ts'

/** Whoever still runs is asked whether it is ready, so that it gets no more work; whether it lives is no longer asked (`prober/worker.go`). */
export async function stillReady(
  pod: Pod,
  known: PodMemory,
  context: ControllerContext,
): Promise<{ readonly containers: PodMemory['containers']; readonly wake: number }> {
  const containers = { ...known.containers }
  const changes = new Map<string, Change>()
  let wake = Number.POSITIVE_INFINITY
  for (const each of running(pod).filter(({ container }) => container.readinessProbe)) {
    const { name, livenessProbe: _, startupProbe: __, ...rest } = each.container
    const memory = containers[name] ?? noMemory
    const first = context.clock.now() + Number(at(rest, 'readinessProbe', 'periodSeconds') ?? 10) * 1000
    const readiness = memory.probes?.readiness ?? { due: first, failed: 0, succeeded: 0 }
    const probes = { readiness: { ...readiness, due: Math.min(readiness.due, first) } }
    const probed = await probeContainer(pod, { ...each, container: { name, ...rest } }, { memory: { ...memory, probes }, context })
    containers[name] = { ...memory, ...(probed.probes && { probes: probed.probes }) }
    wake = Math.min(wake, probed.probes?.readiness?.due ?? wake)
    if (probed.ready !== (each.status?.ready === true)) changes.set(name, { ready: probed.ready })
    if (probed.notices.length > 0) await notify(pod, each, probed.notices, context)
  }
  if (changes.size > 0) await writeStatus(pod, changes, context)
  return { containers, wake: Math.max(wake, context.clock.now() + 1) }
}
