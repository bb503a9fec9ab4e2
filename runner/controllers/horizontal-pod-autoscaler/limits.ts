// How far a wished count of replicas may go at once: stabilization, rates, and the bounds (podautoscaler `horizontal.go`).
import type { Autoscaler, Conditions, ScalingRules } from './shape.ts'

/** When something was, world ms, and a number: a recommendation, or how many replicas came or went. */
export type Entry = readonly [at: number, count: number]

/** What is remembered of an autoscaler. */
export interface History {
  readonly recommendations: readonly Entry[]
  readonly ups: readonly Entry[]
  readonly downs: readonly Entry[]
}

/** A wish: how many there are, how many there should be. */
export interface Wish {
  readonly current: number
  readonly wanted: number
  readonly now: number
}

interface Limited {
  readonly count: number
  readonly reason: string
  readonly message: string
}

const downWindow = 300
const within: Omit<Limited, 'count'> = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' }
const tooMany: Omit<Limited, 'count'> = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
const tooFew: Omit<Limited, 'count'> = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }
const tooFast: Omit<Limited, 'count'> = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' }
const tooFastDown: Omit<Limited, 'count'> = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' }

/** The count that a wish comes to; it says so in the conditions. */
export function normalized(hpa: Autoscaler, wish: Wish, { history, conditions }: { readonly history: History; readonly conditions: Conditions }): number {
  const { stabilized, reason, message } = hpa.spec.behavior ? stabilizedByRules(hpa, wish, history) : stabilizedByDefault(wish, history)
  if (stabilized !== wish.wanted) conditions.set('AbleToScale', 'True', reason, message)
  else conditions.set('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size')
  const limited = hpa.spec.behavior ? limitedByRules(hpa, { ...wish, wanted: stabilized }, history) : limitedByDefault(hpa, { ...wish, wanted: stabilized })
  conditions.set('ScalingLimited', limited.count === stabilized ? 'False' : 'True', limited.reason, limited.message)
  return limited.count
}

const lower = { reason: 'ScaleUpStabilized', message: 'recent recommendations were lower than current one, applying the lowest recent recommendation' }
const higher = { reason: 'ScaleDownStabilized', message: 'recent recommendations were higher than current one, applying the highest recent recommendation' }

interface Stabilized {
  readonly stabilized: number
  readonly reason: string
  readonly message: string
}

function stabilizedByDefault({ wanted, now }: Wish, { recommendations }: History): Stabilized {
  return { stabilized: Math.max(wanted, ...since(recommendations, now, downWindow)), ...higher }
}

function stabilizedByRules({ spec: { behavior } }: Autoscaler, { current, wanted, now }: Wish, { recommendations }: History): Stabilized {
  const up = Math.min(wanted, ...since(recommendations, now, behavior?.scaleUp?.stabilizationWindowSeconds ?? 0))
  const down = Math.max(wanted, ...since(recommendations, now, behavior?.scaleDown?.stabilizationWindowSeconds ?? downWindow))
  const stabilized = Math.min(Math.max(current, up), down)
  return { stabilized, ...(wanted >= current ? lower : higher) }
}

function since(entries: readonly Entry[], now: number, seconds: number): readonly number[] {
  return entries.filter(([at]) => at > now - seconds * 1000).map(([, count]) => count)
}

function limitedByDefault({ spec }: Autoscaler, { current, wanted }: Wish): Limited {
  const fastest = Math.max(current * 2, 4)
  const least = spec.minReplicas ?? 1
  const [most, why] = spec.maxReplicas > fastest ? [fastest, tooFast] : [spec.maxReplicas, tooMany]
  if (wanted < least) return { count: least, ...tooFew }
  return wanted > most ? { count: most, ...why } : { count: wanted, ...within }
}

function limitedByRules({ spec }: Autoscaler, { current, wanted, now }: Wish, history: History): Limited {
  const changes = { current, now, history }
  if (wanted > current) {
    const fastest = Math.max(upLimit(spec.behavior?.scaleUp ?? {}, changes), current)
    const [most, why] = spec.maxReplicas > fastest ? [fastest, tooFast] : [spec.maxReplicas, tooMany]
    if (wanted > most) return { count: most, ...why }
  } else if (wanted < current) {
    const slowest = Math.min(downLimit(spec.behavior?.scaleDown ?? {}, changes), current)
    const floor = spec.minReplicas ?? 1
    const [least, why] = floor < slowest ? [slowest, tooFastDown] : [floor, tooFew]
    if (wanted < least) return { count: least, ...why }
  }
  return { count: wanted, ...within }
}

interface Changes {
  readonly current: number
  readonly now: number
  readonly history: History
}

function upLimit({ selectPolicy, policies = [] }: ScalingRules, { current, now, history }: Changes): number {
  if (selectPolicy === 'Disabled') return current
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = current - total(history.ups, now, periodSeconds) + total(history.downs, now, periodSeconds)
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100))
  })
  return selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals)
}

function downLimit({ selectPolicy, policies = [] }: ScalingRules, { current, now, history }: Changes): number {
  if (selectPolicy === 'Disabled') return current
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = current - total(history.ups, now, periodSeconds) + total(history.downs, now, periodSeconds)
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100))
  })
  return selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals)
}

function total(entries: readonly Entry[], now: number, seconds: number): number {
  return since(entries, now, seconds).reduce((sum, count) => sum + count, 0)
}
