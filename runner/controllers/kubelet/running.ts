// A container that runs: whether its program ended, and what its probes say.
import { at } from '../../kubernetes/object.ts'
import { type ContainerMemory, noMemory } from './memory.ts'
import { probeContainer } from './probes.ts'
import { isResized, pendingResize, resizeRestarts, tellResize } from './resize.ts'
import { isSaid, pendingCondition } from './resize-condition.ts'
import { isJobs, type Round, startedAt } from './round.ts'
import { isRedefined, type Placed, placed } from './state.ts'

/** A program that ends at once is seen to run for a moment. */
const moment = 500

/** How long a program has to run for its next crash to count as the first. */
const lasting = 600_000

interface End {
  readonly at: number
  readonly code: number
  readonly reason?: string
}

/** Looks at a running container: its end, or its probes. */
export async function lookAtRunning(each: Placed, round: Round): Promise<void> {
  const { pod, context, containers, wakes } = round
  const { name } = each.container
  const memory = containers[name] ?? noMemory
  if (await resize(each, round)) return
  const now = context.clock.now()
  if (isRedefined(each)) {
    const due = memory.stage === redefined ? memory.due : now + 2 * moment
    containers[name] = { ...memory, stage: redefined, due }
    if (due > now) return void wakes.push(due)
    containers[name] = noMemory
    return replace(each, round)
  }
  if (memory.stage === dying) return goDown(each, memory, round)
  const end = await endOf(each, memory, round)
  if (!end) return probe(each, memory, round)
  if (end.at > now) {
    wakes.push(end.at)
    return
  }
  const { probes: _, ...kept } = memory
  containers[name] = { ...kept, stage: '', due: 0, passed: end.at - startedAt(each) > lasting ? {} : memory.passed }
  const reason = end.reason ?? (end.code === 0 ? 'Completed' : 'Error')
  const message = context.runtime?.lastWords(pod, name, end.code)
  const terminated = { exitCode: end.code, reason, ...(message !== undefined && { message }) }
  round.steps.push({ each, change: { next: { terminated }, endedAt: end.at }, notices: [] })
  await context.runtime?.kill(pod, name, end.code)
}

const dying = 'probe-failed'

/** A container that was asked to end ends by itself, or is killed when its time is over. */
async function goDown(each: Placed, { due, passed }: ContainerMemory, { pod, context, containers, steps, wakes }: Round): Promise<void> {
  const { name } = each.container
  const look = await context.runtime?.look(pod, name, { restarts: Number(each.status?.restartCount ?? 0), started: startedAt(each) })
  if (!look?.end && due > context.clock.now()) return void wakes.push(Math.min(due, look?.wake ?? due))
  const code = look?.end?.code ?? exitAfterSignal(each)
  containers[name] = { stage: '', due: 0, passed }
  steps.push({ each, change: { next: { terminated: { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' } } }, notices: [] })
  await context.runtime?.kill(pod, name, code)
}

const redefined = 'definition-changed'

/** How often a resize that has to wait is looked at again, ms. */
const retry = 10_000

/** Gives a container what it is to have now, says that it has it, or why it has to wait; true if that is all for this time. */
async function resize(each: Placed, round: Round): Promise<boolean> {
  const { pod, context, containers, steps, wakes } = round
  const { name } = each.container
  const memory = containers[name] ?? noMemory
  const all = [...placed(pod, 'containers'), ...placed(pod, 'initContainers')]
  if (!isResized(each)) {
    const settled = !all.some(isResized)
    if (memory.resizing && settled) await told(round)
    const outdated = pendingCondition(pod) !== undefined && settled
    if (outdated) steps.push({ each, change: { resize: 'done' }, notices: [] })
    return outdated
  }
  const waiting = await pendingResize(round)
  if (waiting) wakes.push(context.clock.now() + retry)
  if (waiting && isSaid(pod, waiting)) return false
  if (!steps.some(({ change }) => change.resize !== undefined)) await tellResize(round, waiting ?? 'started')
  if (!waiting) containers[name] = { ...memory, resizing: true }
  if (!waiting && resizeRestarts(each)) await restart(each, round, 'Container <Container> resize requires restart')
  else steps.push({ each, change: { resize: waiting ?? 'done' }, notices: [] })
  return true
}

/** The whole pod has what it is to have: said once, however many of its containers changed. */
async function told(round: Round): Promise<void> {
  const { containers } = round
  for (const [name, { resizing: _, ...memory }] of Object.entries(containers)) containers[name] = memory
  await tellResize(round, 'completed')
}

/** A container whose definition changed is made anew at once, whatever its pod's policy of restarts (kubelet `computePodActions`). */
async function replace(each: Placed, { pod, context, steps }: Round): Promise<void> {
  const code = exitAfterSignal(each)
  const replaced = { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' }
  const message = 'Container <Container> definition changed, will be restarted'
  steps.push({ each, change: { next: { waiting: { reason: 'ContainerCreating' } }, replaced }, notices: [{ type: 'Normal', reason: 'Killing', message }] })
  await context.runtime?.kill(pod, each.container.name, code)
}

/** Ends a container for the sake of its next run. */
async function restart(each: Placed, { pod, context, steps }: Round, message: string): Promise<void> {
  const code = exitAfterSignal(each)
  const terminated = { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' }
  steps.push({ each, change: { next: { terminated } }, notices: [{ type: 'Normal', reason: 'Killing', message }] })
  await context.runtime?.kill(pod, each.container.name, code)
}

/** When and how a container ends; undefined if it goes on. */
async function endOf(each: Placed, memory: ContainerMemory, round: Round): Promise<End | undefined> {
  const { pod, context, containers, wakes, delays } = round
  const { name } = each.container
  const started = startedAt(each)
  const look = await context.runtime?.look(pod, name, { restarts: Number(each.status?.restartCount ?? 0), started })
  if (look?.end) return { ...look.end, at: Math.max(look.end.at, started + moment) }
  if (look?.wake !== undefined && look.plan === 'ends') wakes.push(look.wake)
  if ((look && look.plan !== 'unknown') || (!isJobs(pod) && each.list !== 'initContainers') || each.container.restartPolicy === 'Always') return undefined
  if (memory.stage === complete) return { at: memory.due, code: 0 }
  const jitter = delays.get(complete) ?? context.random.below(400)
  delays.set(complete, jitter)
  const due = context.clock.now() + 800 + jitter
  containers[name] = { ...memory, stage: complete, due }
  return { at: due, code: 0 }
}

/** The work of a Job, or of an init container, that nobody wrote down is done in about a second. */
const complete = 'pod-complete'

async function probe(each: Placed, memory: ContainerMemory, round: Round): Promise<void> {
  const { pod, context, containers, wakes, steps } = round
  const { name } = each.container
  const { livenessProbe, readinessProbe, startupProbe } = each.container
  if (!context.runtime || (!livenessProbe && !readinessProbe && !startupProbe)) return
  const probed = await probeContainer(pod, each, { memory, context })
  containers[name] = { ...memory, ...(probed.probes && { probes: probed.probes }) }
  if (probed.kill) {
    const kind = each.status?.started === true ? 'liveness' : 'startup'
    const again = (each.container.restartPolicy ?? pod.spec.restartPolicy) === 'Never' ? '' : ', will be restarted'
    const killing = { type: 'Normal', reason: 'Killing', message: `Container <Container> failed ${kind} probe${again}` } as const
    const patience = Number(
      at(kind === 'liveness' ? livenessProbe : startupProbe, 'terminationGracePeriodSeconds') ?? pod.spec.terminationGracePeriodSeconds ?? 30,
    )
    const told = (await context.runtime.terminate(pod, name)) ?? (exitAfterSignal(each) === 0 ? 0 : Number.POSITIVE_INFINITY)
    const due = context.clock.now() + Math.min(told === 'trap' ? Number.POSITIVE_INFINITY : told, patience * 1000)
    steps.push({ each, change: {}, notices: [...probed.notices, killing] })
    containers[name] = { ...memory, stage: dying, due }
    return goDown(each, { ...memory, due }, round)
  }
  if (probed.wake !== undefined) wakes.push(probed.wake)
  const changed = probed.ready !== (each.status?.ready === true) || probed.started !== (each.status?.started === true)
  if (changed || probed.notices.length > 0)
    steps.push({ each, change: changed ? { ready: probed.ready, started: probed.started } : {}, notices: probed.notices })
}

/** A sidecar is ended after the containers that it was there for. */
export async function endSidecar(each: Placed, round: Round): Promise<void> {
  await restart(each, round, 'Stopping container <Container>')
}

/** How a program ends that is told to: shells and their like heed no signal and are killed; servers end well. */
export function exitAfterSignal({ container }: Placed): number {
  const [first = ''] = [...(container.command ?? []), ...(container.args ?? [])]
  return /(^|\/)(ba|a)?sh$|sleep$|^$/.test(first) && first !== '' ? 137 : 0
}
