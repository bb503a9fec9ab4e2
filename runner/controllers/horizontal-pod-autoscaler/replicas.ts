// How many replicas a resource's use asks for (podautoscaler `replica_calculator.go`).
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { parseQuantity } from '../../kubernetes/quantity.ts'
import { type Container, type Pod, podCondition } from '../pods.ts'

/** What one pod used, in thousandths, and when and over how long that was measured, ms. */
export interface Sample {
  readonly value: number
  readonly time: number
  readonly window: number
}

/** What is counted with. */
export interface Counting {
  readonly resource: string
  /** Of one container only. */
  readonly container: string | undefined
  readonly pods: readonly Pod[]
  readonly samples: ReadonlyMap<string, Sample>
  readonly current: number
  readonly now: number
  /** How far the ratio may be from 1, up and down, before something is done. */
  readonly tolerance: { readonly up: number; readonly down: number }
}

/** A wished count, and how much is used now: on average in thousandths, and in percent of what is asked for. */
export interface Count {
  readonly replicas: number
  readonly average: number
  readonly utilization?: number
}

const initialization = { period: 300_000, readiness: 30_000 }

/** Measures of pods as `PodMetrics` tell them, summed over containers or of one. */
export function samplesOf(metrics: readonly KubernetesObject[], resource: string, container: string | undefined): ReadonlyMap<string, Sample> {
  return new Map(
    metrics.flatMap((object) => {
      const containers = at(object, 'containers')
      const chosen = (Array.isArray(containers) ? containers : []).filter((each) => container === undefined || at(each, 'name') === container)
      if (chosen.length === 0) return []
      const value = chosen.reduce<number>((sum, each) => sum + milli(String(at(each, 'usage', resource) ?? '0')), 0)
      const window = Number.parseFloat(String(at(object, 'window') ?? '0')) * 1000
      return [[object.metadata.name ?? '', { value, window, time: Date.parse(String(at(object, 'timestamp'))) }] as const]
    }),
  )
}

function milli(text: string): number {
  return Number((parseQuantity(text).nanos + 999_999n) / 1_000_000n)
}

/** The count for a share of what the pods ask for, in percent; throws an Error in the controller's words. */
export function countByUtilization(counting: Counting, target: number): Count {
  const groups = grouped(counting)
  const requests = requestsOf(counting)
  const measured = groups.ready
  if (measured.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const use = (samples: ReadonlyMap<string, number>): number => {
    const asked = sum([...samples.keys()].map((name) => requests.get(name) ?? 0))
    if (asked === 0) throw new Error('no metrics returned matched known pods')
    return Math.trunc((sum([...samples.values()]) * 100) / asked)
  }
  const utilization = use(measured)
  const replicas = settled(counting, groups, {
    ratio: (samples) => use(samples) / target,
    fallback: (name) => ((requests.get(name) ?? 0) * Math.max(100, target)) / 100,
  })
  return { replicas, utilization, average: Math.trunc(sum([...measured.values()]) / measured.size) }
}

/** The count for an average in thousandths. */
export function countByAverage(counting: Counting, target: number): Count {
  const groups = grouped(counting)
  if (groups.ready.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const mean = (samples: ReadonlyMap<string, number>): number => Math.trunc(sum([...samples.values()]) / samples.size)
  const replicas = settled(counting, groups, { ratio: (samples) => mean(samples) / target, fallback: () => target })
  return { replicas, average: mean(groups.ready) }
}

interface Groups {
  /** Uses of the pods that count. */
  readonly ready: ReadonlyMap<string, number>
  readonly unready: readonly string[]
  readonly missing: readonly string[]
}

function settled(
  { current, tolerance }: Counting,
  { ready, unready, missing }: Groups,
  by: { ratio(samples: ReadonlyMap<string, number>): number; fallback(name: string): number },
): number {
  const near = (ratio: number): boolean => ratio >= 1 - tolerance.down && ratio <= 1 + tolerance.up
  const ratio = by.ratio(ready)
  const growsWithUnready = unready.length > 0 && ratio > 1
  if (!growsWithUnready && missing.length === 0) return near(ratio) ? current : Math.ceil(round(ratio * ready.size))
  const all = new Map(ready)
  if (ratio < 1) for (const name of missing) all.set(name, by.fallback(name))
  else if (ratio > 1) for (const name of missing) all.set(name, 0)
  if (growsWithUnready) for (const name of unready) all.set(name, 0)
  const next = by.ratio(all)
  if (near(next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return current
  const replicas = Math.ceil(round(next * all.size))
  return (next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas
}

/** Without the dust of binary fractions. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

function grouped(counting: Counting): Groups {
  const ready = new Map<string, number>()
  const [unready, missing]: [string[], string[]] = [[], []]
  for (const pod of counting.pods) {
    const name = pod.metadata.name ?? ''
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') continue
    const sample = counting.samples.get(name)
    if (pod.status?.phase === 'Pending') unready.push(name)
    else if (!sample) missing.push(name)
    else if (counting.resource === 'cpu' && isUnready(pod, sample, counting.now)) unready.push(name)
    else ready.set(name, sample.value)
  }
  return { ready, unready, missing }
}

/** What a pod uses while it starts tells nothing. */
function isUnready(pod: Pod, sample: Sample, now: number): boolean {
  const condition = podCondition(pod, 'Ready')
  const { startTime } = pod.status ?? {}
  if (!condition || typeof startTime !== 'string') return true
  const [start, changed] = [Date.parse(startTime), Date.parse(condition.lastTransitionTime ?? '')]
  if (start + initialization.period > now) return condition.status === 'False' || sample.time < changed + sample.window
  return condition.status === 'False' && start + initialization.readiness > changed
}

function requestsOf({ pods, resource, container }: Counting): ReadonlyMap<string, number> {
  return new Map(
    pods.map((pod) => {
      const name = pod.metadata.name ?? ''
      const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
      const counted = [...pod.spec.containers, ...sidecars].filter((each) => container === undefined || each.name === container)
      return [name, sum(counted.map((each) => requestOf(each, resource, name)))] as const
    }),
  )
}

function requestOf({ name, resources }: Container, resource: string, pod: string): number {
  const text = resources?.requests?.[resource]
  if (text === undefined) throw new Error(`missing request for ${resource} in container ${name} of Pod ${pod}`)
  return milli(text)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
