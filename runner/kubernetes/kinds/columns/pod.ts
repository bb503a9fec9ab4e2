// Cells of pods: the words for a pod's state are decided here.
import type { Json, JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { age, type Cells, since } from './cells.ts'

interface Tally {
  readonly reason: string
  readonly ready: number
  readonly total: number
  readonly restarts: number
  readonly restartedAt: string
}

/** Cells of a pod. */
export const podCells: Cells = (pod, now) => {
  const { spec, status } = { spec: fields(pod.spec), status: fields(pod.status) }
  const tally = tallyOf(pod)
  const restarts = tally.restarts !== 0 && tally.restartedAt !== '' ? `${tally.restarts} (${since(tally.restartedAt, now)} ago)` : String(tally.restarts)
  return [
    pod.metadata.name ?? '',
    `${tally.ready}/${tally.total}`,
    tally.reason,
    restarts,
    age(pod, now),
    text(objects(status.podIPs)[0]?.ip ?? status.podIP) || '<none>',
    text(spec.nodeName) || '<none>',
    text(status.nominatedNodeName) || '<none>',
    readinessGates(spec, status),
  ]
}

/** Rows of pods that are done say so, for clients that hide them. */
export function podRowConditions(pod: KubernetesObject): readonly JsonObject[] | undefined {
  const { phase } = fields(pod.status)
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined
  return [{ type: 'Completed', status: 'True', reason: text(phase), message: phase === 'Failed' ? 'The pod failed.' : 'The pod has completed successfully.' }]
}

function tallyOf(pod: KubernetesObject): Tally {
  const { spec, status } = { spec: fields(pod.spec), status: fields(pod.status) }
  const sidecars = objects(spec.initContainers).filter((container) => container.restartPolicy === 'Always')
  const total = objects(spec.containers).length + sidecars.length
  const gated = objects(status.conditions).some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated')
  const base = gated ? 'SchedulingGated' : text(status.reason) || text(status.phase)
  const init = initTally(spec, status, sidecars)
  const main = init.blocked && !hasCondition(status, 'Initialized') ? undefined : mainTally(objects(status.containerStatuses), init.reason ?? base)
  const reason = main?.reason ?? init.reason ?? base
  return {
    reason: finalReason(pod, main ? completedReason(reason, main, status) : reason),
    ready: init.ready + (main?.ready ?? 0),
    total,
    restarts: main ? main.restarts + init.sidecarRestarts : init.restarts,
    restartedAt: latest([init.restartedAt, main?.restartedAt ?? '']),
  }
}

function initTally(spec: JsonObject, status: JsonObject, sidecars: readonly JsonObject[]) {
  const result = { reason: undefined as string | undefined, blocked: false, ready: 0, restarts: 0, sidecarRestarts: 0, restartedAt: '' }
  const total = objects(spec.initContainers).length
  for (const [index, container] of objects(status.initContainerStatuses).entries()) {
    const sidecar = sidecars.some((candidate) => candidate.name === container.name)
    const { terminated, waiting } = fields(container.state)
    result.restarts += number(container.restartCount)
    if (sidecar) result.sidecarRestarts += number(container.restartCount)
    result.restartedAt = latest([result.restartedAt, finishedAt(container)])
    if (present(terminated) && number(fields(terminated).exitCode) === 0) continue
    if (sidecar && container.started === true) {
      if (container.ready === true) result.ready += 1
      continue
    }
    result.blocked = true
    result.reason = initReason(terminated, waiting, `${index}/${total}`)
    break
  }
  return result
}

function initReason(terminated: Json | undefined, waiting: Json | undefined, progress: string): string {
  const waitReason = text(fields(waiting).reason)
  if (present(terminated)) return `Init:${terminatedReason(fields(terminated))}`
  if (waitReason !== '' && waitReason !== 'PodInitializing') return `Init:${waitReason}`
  return `Init:${progress}`
}

function mainTally(statuses: readonly JsonObject[], start: string) {
  const result = { reason: start, ready: 0, restarts: 0, restartedAt: '', running: false }
  for (const container of [...statuses].reverse()) {
    const { terminated, waiting, running } = fields(container.state)
    result.restarts += number(container.restartCount)
    result.restartedAt = latest([result.restartedAt, finishedAt(container)])
    if (text(fields(waiting).reason) !== '') result.reason = text(fields(waiting).reason)
    else if (present(terminated)) result.reason = terminatedReason(fields(terminated))
    else if (container.ready === true && present(running)) {
      result.running = true
      result.ready += 1
    }
  }
  return result
}

function completedReason(reason: string, main: { readonly running: boolean }, status: JsonObject): string {
  if (reason !== 'Completed' || !main.running) return reason
  return hasCondition(status, 'Ready') ? 'Running' : 'NotReady'
}

function finalReason(pod: KubernetesObject, reason: string): string {
  const phase = fields(pod.status).phase
  if (pod.metadata.deletionTimestamp === undefined) return reason
  if (fields(pod.status).reason === 'NodeLost') return 'Unknown'
  return phase === 'Failed' || phase === 'Succeeded' ? reason : 'Terminating'
}

function terminatedReason(terminated: JsonObject): string {
  if (text(terminated.reason) !== '') return text(terminated.reason)
  return number(terminated.signal) === 0 ? `ExitCode:${number(terminated.exitCode)}` : `Signal:${number(terminated.signal)}`
}

function finishedAt(container: JsonObject): string {
  return text(fields(fields(container.lastState).terminated).finishedAt)
}

function hasCondition(status: JsonObject, type: string): boolean {
  return objects(status.conditions).some((condition) => condition.type === type && condition.status === 'True')
}

function latest(times: readonly string[]): string {
  return times.reduce((last, time) => (Date.parse(time) > (Date.parse(last) || 0) ? time : last), '')
}

function readinessGates(spec: JsonObject, status: JsonObject): string {
  const gates = objects(spec.readinessGates)
  if (gates.length === 0) return '<none>'
  return `${gates.filter((gate) => hasCondition(status, text(gate.conditionType))).length}/${gates.length}`
}
