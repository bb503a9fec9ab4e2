// When the kubelet probes a container, and what follows from the answers.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { type ContainerMemory, type ProbeMemory, restFor } from './memory.ts'
import type { StageNotice } from './stage.ts'
import type { Placed } from './state.ts'

/** What probes make of a running container. */
export interface Probed {
  readonly ready: boolean
  readonly started: boolean
  /** True if it is to be ended since it does not live. */
  readonly kill: boolean
  readonly wake: number | undefined
  readonly notices: readonly StageNotice[]
  readonly probes: ContainerMemory['probes']
}

const kinds = ['startup', 'liveness', 'readiness'] as const

/** Names of the fields of a container's probes. */
const fields = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const

/** True if a container has a probe of this kind. */
export function hasProbe({ container }: Placed, kind: (typeof kinds)[number]): boolean {
  return isObject((container as unknown as JsonObject)[fields[kind]])
}

/** Probes that are due, in their order. What succeeded over the network stays so, and is not asked again until something happens in the container. */
export async function probeContainer(
  pod: Pod,
  each: Placed,
  { memory, context }: { readonly memory: ContainerMemory; readonly context: ControllerContext },
): Promise<Probed> {
  const since = Date.parse(String(at(each.status, 'state', 'running', 'startedAt') ?? ''))
  const now = context.clock.now()
  const probes: Record<string, ProbeMemory> = { ...memory.probes }
  const notices: StageNotice[] = []
  let started = each.status?.started === true || !hasProbe(each, 'startup')
  let ready = hasProbe(each, 'readiness') ? each.status?.ready === true : started
  let kill = false
  for (const kind of kinds) {
    const probe = (each.container as unknown as JsonObject)[fields[kind]]
    if (!isObject(probe) || (kind === 'startup' ? started : !started)) continue
    const outcome = await probeOnce(pod, each, {
      kind,
      probe,
      known: probes[kind] ?? { due: since + Number(probe.initialDelaySeconds ?? 0) * 1000, failed: 0, succeeded: 0 },
      now,
      context,
    })
    probes[kind] = outcome.known
    notices.push(...outcome.notices)
    const fails = outcome.known.failed >= Number(probe.failureThreshold ?? 3)
    const succeeds = outcome.known.succeeded >= Number(probe.successThreshold ?? 1)
    if (kind === 'startup' && succeeds) started = true
    if (kind === 'readiness') ready = succeeds ? true : fails ? false : ready
    if (kind !== 'readiness' && fails) kill = true
  }
  if (started && !hasProbe(each, 'readiness')) ready = true
  const dues = kinds.flatMap((kind) => (probes[kind] && (kind === 'startup') !== started && Number.isFinite(probes[kind].due) ? [probes[kind].due] : []))
  return { ready: ready && started, started, kill, notices, probes, wake: dues.length > 0 ? Math.min(...dues) : undefined }
}

interface Asking {
  readonly kind: (typeof kinds)[number]
  readonly probe: JsonObject
  readonly known: ProbeMemory
  readonly now: number
  readonly context: ControllerContext
}

async function probeOnce(
  pod: Pod,
  each: Placed,
  { kind, probe, known, now, context }: Asking,
): Promise<{ readonly known: ProbeMemory; readonly notices: readonly StageNotice[] }> {
  if (known.due > now) return { known, notices: [] }
  const { failure, warning } = (await context.runtime?.probe(pod, each.container.name, probe)) ?? {}
  const due = now + Number(probe.periodSeconds ?? 10) * 1000
  const words = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' }[kind]
  if (failure !== undefined) {
    const notices: StageNotice[] = [{ type: 'Warning', reason: 'Unhealthy', message: `${words} probe failed: ${failure}` }]
    return { known: { due, failed: known.failed + 1, succeeded: 0 }, notices }
  }
  const succeeded = known.succeeded + 1
  const notices: StageNotice[] = warning === undefined ? [] : [{ type: 'Warning', reason: 'ProbeWarning', message: `${words} probe warning: ${warning}` }]
  const lasting = !isObject(probe.exec) && !isSteady(each) && succeeded >= Number(probe.successThreshold ?? 1)
  return { known: { due: lasting ? restFor : due, failed: 0, succeeded }, notices }
}

/** Servers whose answers change by themselves are asked all the time. */
function isSteady({ container }: Placed): boolean {
  return (
    /liveness/.test(container.image) || [...(container.command ?? []), ...(container.args ?? [])].some((word) => /liveness|grpc-health-checking/.test(word))
  )
}
