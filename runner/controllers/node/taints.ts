// The taints that a node's conditions bring (controller-manager `nodelifecycle`).
import type { Node, Taint } from '../scheduler/node.ts'
import { conditionOf, readiness } from './readiness.ts'
import type { Driving } from './zones.ts'

const prefix = 'node.kubernetes.io/'

/** Taints by the condition and status that bring them; those of readiness also drive pods out. */
const rows: readonly (readonly [type: string, status: string, key: string, effects: readonly string[]])[] = [
  ['Ready', 'False', 'not-ready', ['NoSchedule', 'NoExecute']],
  ['Ready', 'Unknown', 'unreachable', ['NoSchedule', 'NoExecute']],
  ['MemoryPressure', 'True', 'memory-pressure', ['NoSchedule']],
  ['DiskPressure', 'True', 'disk-pressure', ['NoSchedule']],
  ['PIDPressure', 'True', 'pid-pressure', ['NoSchedule']],
  ['NetworkUnavailable', 'True', 'network-unavailable', ['NoSchedule']],
]

/**
 * The taints that a node is to have, since a time for those it gets now; undefined if it has them.
 * A node that has not said anything keeps those it was made with.
 */
export function taintsOf(node: Node, time: string, driving: Driving): readonly Taint[] | undefined {
  const taints = node.spec?.taints ?? []
  if (readiness(node) === undefined) return undefined
  const wanted = [
    ...rows
      .filter(([type, status]) => conditionOf(node, type) === status)
      .flatMap(([, , key, effects]) => effects.map((effect) => ({ key: prefix + key, effect })))
      .filter((taint) => taint.effect !== 'NoExecute' || driving === 'begins' || (driving === 'stands' && taints.some((each) => same(each, taint)))),
    ...(node.spec?.unschedulable === true ? [{ key: `${prefix}unschedulable`, effect: 'NoSchedule' }] : []),
  ]
  const own = new Set([...rows.map(([, , key]) => prefix + key), `${prefix}unschedulable`])
  const kept = taints.filter((taint) => !own.has(taint.key) || wanted.some((each) => same(each, taint)))
  const added = wanted.filter((taint) => !taints.some((each) => same(each, taint))).map((taint) => ({ ...taint, timeAdded: time }))
  return kept.length === taints.length && added.length === 0 ? undefined : [...kept, ...added]
}

function same(left: Taint, right: Taint): boolean {
  return left.key === right.key && left.effect === right.effect
}
