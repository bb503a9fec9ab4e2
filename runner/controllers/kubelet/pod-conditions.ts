// The kubelet's conditions of a pod.
import { isObject } from '../../base/json.ts'
import type { Pod, PodCondition } from '../pods.ts'
import { hasBegun, isPast, placed, stateOf } from './state.ts'

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
export function conditionsOf(pod: Pod, { phase, now }: { phase: string; now: string }): readonly PodCondition[] {
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
