// A placement's spec with the defaults that controllers take for granted when no webhook has filled them in (pkg/utils/defaulter).
import { isObject, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import type { ResourceSelector } from '../selection/select-resources.ts'

/** A placement's spec, whole. */
export interface PlacementSpec {
  readonly resourceSelectors: readonly ResourceSelector[]
  /** As written; undefined means PickAll. */
  readonly policy: PlacementPolicy | undefined
  readonly strategy: RolloutStrategy
  readonly revisionHistoryLimit: number
}

/** `spec.policy`. */
export interface PlacementPolicy extends JsonObject {
  readonly placementType: 'PickAll' | 'PickN' | 'PickFixed'
  readonly clusterNames?: readonly string[]
  readonly numberOfClusters?: number
}

/** `spec.strategy`. */
export interface RolloutStrategy extends JsonObject {
  readonly type: 'RollingUpdate' | 'External'
  readonly rollingUpdate: { readonly maxUnavailable: string | number; readonly maxSurge: string | number; readonly unavailablePeriodSeconds: number }
  readonly applyStrategy: JsonObject
}

/** The spec of a placement, defaults filled in; the policy stays as it is. */
export function placementSpec(placement: KubernetesObject): PlacementSpec {
  const spec = isObject(placement.spec) ? placement.spec : {}
  return {
    resourceSelectors: (spec.resourceSelectors ?? []) as unknown as readonly ResourceSelector[],
    policy: spec.policy as PlacementPolicy | undefined,
    strategy: defaultStrategy(isObject(spec.strategy) ? spec.strategy : {}),
    revisionHistoryLimit: typeof spec.revisionHistoryLimit === 'number' ? spec.revisionHistoryLimit : 10,
  }
}

/** A strategy with every default; what is set stays. */
export function defaultStrategy(strategy: JsonObject): RolloutStrategy {
  const { type = 'RollingUpdate', rollingUpdate, applyStrategy, ...rest } = strategy
  const set = isObject(rollingUpdate) ? rollingUpdate : {}
  const filled = {
    ...rest,
    applyStrategy: withApplyDefaults(isObject(applyStrategy) ? applyStrategy : {}),
    ...(type === 'External' && rollingUpdate === undefined ? {} : { rollingUpdate: { ...(type === 'External' ? {} : defaultRollingUpdate), ...set } }),
    type,
  }
  return filled as unknown as RolloutStrategy
}

function withApplyDefaults(applyStrategy: JsonObject): JsonObject {
  const serverSide = applyStrategy.type === 'ServerSideApply' ? { serverSideApplyConfig: { force: false } } : {}
  return { ...defaultApplyStrategy, ...serverSide, ...applyStrategy }
}

const defaultRollingUpdate = { maxSurge: '25%', maxUnavailable: '25%', unavailablePeriodSeconds: 60 }
const defaultApplyStrategy = { comparisonOption: 'PartialComparison', type: 'ClientSideApply', whenToApply: 'Always', whenToTakeOver: 'Always' }

/** A whole number, or a per cent of `total` rounded up. */
export function scaled(value: string | number, total: number): number {
  if (typeof value === 'number') return value
  return value.endsWith('%') ? Math.ceil((Number.parseInt(value, 10) * total) / 100) : Number.parseInt(value, 10)
}
